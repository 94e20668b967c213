//! The HTTP proxy between modems and their brokers.

use super::authority::{self, Authority};
use super::error::ConfigError;
use super::place::BrokerPlace;
use super::secret::Secret;
use super::text;
use crate::transport::Proxy;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::path::{Path, PathBuf};

const FORM: &str =
    "the url of a proxy is http://HOST:PORT, with USER:PASSWORD@ before HOST where it wants them";
const TWICE: &str =
    "the url of the proxy holds a password, and password_file is there too; give one of them";

/// The HTTP proxy that connections to brokers go through.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProxyPlan {
    host: String,
    port: u16,
    username: Option<String>,
    password: Option<Secret>,
    /// A file that holds the password.
    password_file: Option<PathBuf>,
}

/// A proxy as it stands in the file, where it is not a URL alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    url: Option<Secret>,
    password_file: Option<PathBuf>,
}

impl ProxyPlan {
    /// Reads a URL; an error never says what stands in it: it may be a password.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = url.split_once("://").ok_or(FORM)?;
        let (authority, behind) = authority::split(rest);
        if !scheme.eq_ignore_ascii_case("http") || !matches!(behind, "" | "/") {
            return Err(FORM);
        }
        let authority = Authority::parse(authority)?;
        let (username, password) = authority.user(str::to_owned)?;
        if username.as_ref().is_some_and(|name| name.contains(':')) {
            return Err("the user name of a proxy has no colon");
        }
        Ok(Self {
            host: BrokerPlace::of_host(authority.host).map_err(|_| FORM)?.host,
            port: authority
                .port
                .ok_or("the url of a proxy names its port, as in http://proxy.example:3128")?,
            username,
            password,
            password_file: None,
        })
    }

    fn of_table(table: Table) -> Result<Self, &'static str> {
        let url = table.url.as_ref();
        let url = url.ok_or("proxy needs a url, with or without password_file")?;
        let proxy = Self::parse(&url.0)?;
        match (&table.password_file, &proxy.username, &proxy.password) {
            (Some(_), None, _) => Err("password_file needs a user name in the url of the proxy"),
            (Some(_), _, Some(_)) => Err(TWICE),
            _ => Ok(Self {
                password_file: table.password_file,
                ..proxy
            }),
        }
    }

    /// The same with the path of its file as `beside` makes it.
    pub(super) fn moved(self, beside: impl Fn(PathBuf) -> PathBuf) -> Self {
        Self {
            password_file: self.password_file.map(beside),
            ..self
        }
    }

    /// The file that holds its password.
    pub(super) fn secret_file(&self) -> Option<&Path> {
        self.password_file.as_deref()
    }

    /// The proxy, with the password from its file where it has one.
    pub(crate) fn proxy(&self) -> Result<Proxy, ConfigError> {
        let read = self
            .password_file
            .as_deref()
            .map(text::password)
            .transpose()?;
        let password = read.as_ref().or(self.password.as_ref());
        let password = password.map_or("", |password| &password.0);
        let user = self.username.as_deref().map(|name| (name, password));
        Ok(Proxy::new(&self.host, self.port, user))
    }
}

/// Without the password.
impl fmt::Display for ProxyPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("http://")?;
        if let Some(name) = &self.username {
            write!(f, "{name}:***@")?;
        }
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl<'de> Deserialize<'de> for ProxyPlan {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ProxyVisitor)
    }
}

/// A URL, or a table in its place.
struct ProxyVisitor;

impl<'de> Visitor<'de> for ProxyVisitor {
    type Value = ProxyPlan;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("proxy = \"http://HOST:PORT\", or { url = \"http://USER@HOST:PORT\", password_file = \"FILE\" }")
    }

    fn visit_str<E: Error>(self, url: &str) -> Result<ProxyPlan, E> {
        ProxyPlan::parse(url).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ProxyPlan, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        ProxyPlan::of_table(table).map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_url() {
        for (url, shown) in [
            ("http://proxy:3128", "http://proxy:3128"),
            ("HTTP://[::1]:8080/", "http://[::1]:8080"),
            ("http://u:p%40w@proxy:1", "http://u:***@proxy:1"),
            ("http://u%20x@proxy:1", "http://u x:***@proxy:1"),
        ] {
            let plan = ProxyPlan::parse(url).unwrap();
            assert_eq!(plan.to_string(), shown);
            assert!(!format!("{plan:?} {:?}", plan.proxy().unwrap()).contains("p@w"));
        }
        let plan = ProxyPlan::parse("http://{u:%7B%25@proxy:1").unwrap();
        let proxy = Proxy::new("proxy", 1, Some(("{u", "{%")));
        assert_eq!(plan.proxy().unwrap(), proxy);
    }

    #[test]
    fn a_wrong_url_is_told_without_what_is_in_it() {
        for (url, hint) in [
            ("hunter2", "the url of a proxy is http://HOST:PORT"),
            ("hunter2:3128", "the url of a proxy is http://HOST:PORT"),
            (
                "https://u:hunter2@a:1",
                "the url of a proxy is http://HOST:PORT",
            ),
            (
                "socks5://u:hunter2@a:1",
                "the url of a proxy is http://HOST:PORT",
            ),
            (
                "http://u:hunter2@a:1/x",
                "the url of a proxy is http://HOST:PORT",
            ),
            (
                "http://u:hunter2@",
                "the url of a proxy is http://HOST:PORT",
            ),
            ("http://u:hunter2@a", "names its port"),
            ("http://u:hunter2@a:0", "1 to 65535"),
            ("http://u:hunter2%@a:1", "%25 for %"),
            ("http://:hunter2@a:1", "user name before it"),
            ("http://u%3a:hunter2@a:1", "no colon"),
        ] {
            let said = ProxyPlan::parse(url).unwrap_err();
            assert!(
                said.contains(hint) && !said.contains("hunter2"),
                "{url}: {said}"
            );
        }
    }
}
