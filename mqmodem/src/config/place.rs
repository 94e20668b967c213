//! Where a broker is: a host, or a URL.

use super::authority::{self, Authority};
use super::fill::literal;
use super::secret::Secret;
use mqmodem_core::modem::url::{BrokerUrl, Scheme};
use std::net::Ipv6Addr;

/// Where a broker is, and what its URL says besides.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct BrokerPlace {
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// How it is reached, where a URL says so.
    pub(super) scheme: Option<Scheme>,
    /// What stands behind the host in a URL of WebSocket.
    pub(super) target: Option<Secret>,
    pub(super) username: Option<String>,
    pub(super) password: Option<Secret>,
}

const FORM: &str = "a broker's url is mqtt://HOST or mqtts://HOST, or ws:// or wss:// for WebSocket, with \
    :PORT where it is not the usual one, and USER:PASSWORD@ before HOST where they do not stand beside it";
const BEHIND: &str = "nothing may stand behind the host and port of a broker's url; \
    in a user name or password write %2F for /, %3F for ? and %23 for #";
pub(super) const TARGET: &str = "the path and query of a broker's url are printable ASCII without spaces and \
    without any of \\ \" < > # `, and the url has at most 2048 bytes";

impl BrokerPlace {
    pub(super) fn of_host(host: &str) -> Result<Self, &'static str> {
        const NAME: &str = "a host is a name such as broker.example, or an IP address";
        let address = host.trim_matches(['[', ']']).parse::<Ipv6Addr>();
        if host.contains("://") {
            return Err(
                "a host has no scheme; make the key url of it, as in url = \"mqtts://broker.example\"",
            );
        }
        if address.is_err() && host.matches(':').count() == 1 {
            return Err("a host has no port in it; write port = 1883 beside it");
        }
        let good = |byte: u8| byte.is_ascii_graphic() && !b"/@\\\"<>?#".contains(&byte);
        if host.is_empty() || host.len() > 253 || !host.bytes().all(good) {
            return Err(NAME);
        }
        Ok(Self {
            host: host.to_owned(),
            ..Self::default()
        })
    }

    /// Never says what stands in the URL: it may be a password.
    pub(super) fn of_url(url: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = url.split_once("://").ok_or(
            "a broker's url begins with mqtt:// or, with TLS, mqtts://, as in mqtts://broker.example",
        )?;
        let scheme = scheme_of(scheme)?;
        let (authority, target) = authority::split(rest);
        if !scheme.is_websocket() && !matches!(target, "" | "/") {
            return Err(BEHIND);
        }
        let authority = Authority::parse(authority)?;
        let (username, password) = authority.user(literal)?;
        let target = scheme.is_websocket().then(|| Secret(target.to_owned()));
        let place = Self {
            port: authority.port,
            scheme: Some(scheme),
            target,
            username,
            password,
            ..Self::of_host(authority.host).map_err(|_| FORM)?
        };
        BrokerUrl::parse(&place.url().0).map_err(|_| TARGET)?;
        Ok(place)
    }

    /// What a modem keeps of it: a URL where MQTT goes over WebSocket, else the host.
    fn url(&self) -> Secret {
        let tls = self.scheme.is_some_and(Scheme::is_tls);
        url(&self.host, tls, self.target.as_ref())
    }
}

/// What a modem keeps of a broker's place.
pub(super) fn url(host: &str, tls: bool, target: Option<&Secret>) -> Secret {
    let Some(Secret(target)) = target else {
        return Secret(host.to_owned());
    };
    let scheme = scheme(tls, true);
    if host.contains(':') && !host.starts_with('[') {
        return Secret(format!("{scheme}://[{host}]{target}"));
    }
    Secret(format!("{scheme}://{host}{target}"))
}

/// The name of a scheme.
pub(super) fn scheme(tls: bool, websocket: bool) -> &'static str {
    match (websocket, tls) {
        (false, false) => "mqtt",
        (false, true) => "mqtts",
        (true, false) => "ws",
        (true, true) => "wss",
    }
}

fn scheme_of(name: &str) -> Result<Scheme, &'static str> {
    Scheme::of(name).ok_or_else(|| match name.to_ascii_lowercase().as_str() {
        "tcp" => "write mqtt:// in place of tcp://",
        "ssl" | "tls" | "mqtt+ssl" | "mqtt+tls" | "tcps" => {
            "for MQTT with TLS write mqtts:// in the url"
        }
        _ => FORM,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_and_as_whom() {
        for (url, host, port, tls, user) in [
            ("mqtt://a", "a", None, false, None),
            (
                "MQTT://A.example:1884/",
                "A.example",
                Some(1884),
                false,
                None,
            ),
            ("mqttS://[::1]", "[::1]", None, true, None),
            (
                "mqtts://[2001:db8::1]:9/",
                "[2001:db8::1]",
                Some(9),
                true,
                None,
            ),
            ("mqtt://user@a:1", "a", Some(1), false, Some(("user", None))),
            (
                "mqtt://u:p%40w%3A@a",
                "a",
                None,
                false,
                Some(("u", Some("p@w:"))),
            ),
            ("mqtt://u:p@w@a", "a", None, false, Some(("u", Some("p@w")))),
            ("mqtt://u:a:b@a", "a", None, false, Some(("u", Some("a:b")))),
            ("mqtt://u:@a", "a", None, false, Some(("u", Some("")))),
            ("mqtt://@a", "a", None, false, None),
            (
                "mqtt://{name}:%7Bx%7D@a",
                "a",
                None,
                false,
                Some(("{name}", Some("{{x}}"))),
            ),
            ("mqtt://%C3%A4@a", "a", None, false, Some(("ä", None))),
        ] {
            let place = BrokerPlace::of_url(url).unwrap();
            let is_tls = place.scheme.is_some_and(Scheme::is_tls);
            assert_eq!((&*place.host, place.port, is_tls), (host, port, tls));
            let password = place.password.as_ref().map(|secret| &*secret.0);
            let said = place.username.as_deref().map(|user| (user, password));
            assert_eq!(said, user, "{url}");
        }
    }

    #[test]
    fn a_url_of_websocket_has_a_path_and_a_query() {
        for (text, url, port) in [
            ("ws://a", "ws://a", None),
            ("wss://u:p%2F@a:444/", "wss://a/", Some(444)),
            ("WSS://[::1]:1/b@c?d@e:f", "wss://[::1]/b@c?d@e:f", Some(1)),
        ] {
            let place = BrokerPlace::of_url(text).unwrap();
            assert_eq!((&*place.url().0, place.port), (url, port));
        }
    }

    #[test]
    fn a_wrong_url_is_told_without_what_is_in_it() {
        for (url, hint) in [
            ("hunter2", "begins with mqtt://"),
            ("a:1883", "begins with mqtt://"),
            ("http://hunter2", "mqtt://HOST or mqtts://HOST"),
            ("tcp://hunter2", "write mqtt://"),
            ("SSL://hunter2", "write mqtts://"),
            ("wss://hunter2:", "1 to 65535"),
            ("wss://u:hunter2@a/b#c", "path and query"),
            ("wss://u:hunter2@a/b c", "path and query"),
            ("wss://u:hunter2@/mqtt", "mqtt://HOST"),
            ("mqtt://", "mqtt://HOST"),
            ("mqtt://u:hunter2@", "mqtt://HOST"),
            ("mqtt://u:hunter2@:1883", "mqtt://HOST"),
            ("mqtt://u:hunter2@a b", "mqtt://HOST"),
            ("mqtt://u:hunter2@a:70000", "1 to 65535"),
            ("mqtt://u:hunter2@a:0", "1 to 65535"),
            ("mqtt://u:hunter2@a:+1", "1 to 65535"),
            ("mqtt://u:hunter2@a:", "1 to 65535"),
            ("mqtt://u:hunter2", "1 to 65535"),
            ("mqtt://u:hunter2@::1", "brackets"),
            ("mqtt://[hunter2]", "brackets"),
            ("mqtt://[::1", "brackets"),
            ("mqtt://[::1]x", "brackets"),
            ("mqtt://a/hunter2", "behind the host"),
            ("mqtt://u:hunter2/@a", "%2F for /"),
            ("mqtt://a?hunter2", "behind the host"),
            ("mqtt://a//", "behind the host"),
            ("mqtt://u:hunter2%@a", "%25 for %"),
            ("mqtt://u:hunter2%zz@a", "%25 for %"),
            ("mqtt://u:hunter2%+1@a", "%25 for %"),
            ("mqtt://u:hunter2%ff@a", "%25 for %"),
            ("mqtt://:hunter2@a", "user name before it"),
        ] {
            let said = BrokerPlace::of_url(url).unwrap_err();
            assert!(
                said.contains(hint) && !said.contains("hunter2"),
                "{url}: {said}"
            );
        }
    }

    #[test]
    fn a_host_is_a_name_or_an_address() {
        for host in ["broker.example", "::1", "[::1]", "fe80::1%eth0", "10.0.0.1"] {
            assert_eq!(BrokerPlace::of_host(host).unwrap().host, host);
        }
        for (host, hint) in [
            ("", "a host is a name"),
            ("a b", "a host is a name"),
            ("mqtt://a", "make the key url"),
            ("a:1883", "port = 1883 beside it"),
        ] {
            assert!(
                BrokerPlace::of_host(host).unwrap_err().contains(hint),
                "{host}"
            );
        }
    }
}
