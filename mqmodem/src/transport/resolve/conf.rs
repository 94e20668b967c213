//! Whom this machine asks for names: `resolv.conf` and `nsswitch.conf`.

use super::failure::{LookupFailure, lacks};
use crate::log::seldom::Seldom;
use resolv_conf::Config;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

static UNREAD: Seldom = Seldom::new();

/// Where it is written down. Read for each look-up: they change while a program runs.
#[derive(Clone)]
pub(super) struct ResolverFiles {
    pub(super) hosts: PathBuf,
    pub(super) resolv: PathBuf,
    pub(super) nsswitch: PathBuf,
    /// The port of name servers.
    pub(super) port: u16,
}

impl Default for ResolverFiles {
    fn default() -> Self {
        Self {
            hosts: "/etc/hosts".into(),
            resolv: "/etc/resolv.conf".into(),
            nsswitch: "/etc/nsswitch.conf".into(),
            port: 53,
        }
    }
}

/// Whom to ask, and how.
#[derive(Debug)]
pub(super) struct Conf {
    /// Name servers, in order.
    pub(super) servers: Vec<SocketAddr>,
    /// Names are tried below these.
    search: Vec<String>,
    /// Names with so many dots are tried as they are first.
    dots: usize,
    /// Whether name servers are asked at all.
    pub(super) asks_dns: bool,
    /// Whether others are, which only the C library knows: mDNS, LDAP…
    pub(super) asks_others: bool,
}

impl Conf {
    pub(super) fn read(files: &ResolverFiles) -> Result<Self, LookupFailure> {
        let (resolv, _) = Config::parse_with_errors(&read(&files.resolv)?);
        let servers = resolv.get_nameservers_or_local();
        let server = |ip| SocketAddr::new(IpAddr::from(ip), files.port);
        let nsswitch = read(&files.nsswitch)?;
        let services = services(&String::from_utf8_lossy(&nsswitch));
        let asks = |service: &&str| services.iter().any(|it| it == service);
        let known = |service: &String| ["files", "dns", "resolve"].contains(&service.as_str());
        Ok(Self {
            servers: servers.iter().map(server).collect(),
            search: resolv
                .get_last_search_or_domain()
                .map(ToString::to_string)
                .collect(),
            dots: resolv.ndots as usize,
            asks_dns: services.is_empty() || ["dns", "resolve"].iter().any(asks),
            asks_others: !services.iter().all(known),
        })
    }

    /// The names to ask for, in order.
    pub(super) fn candidates(&self, name: &str) -> Vec<String> {
        if let Some(whole) = name.strip_suffix('.') {
            return vec![whole.to_owned()];
        }
        let below = self.search.iter().filter(|domain| *domain != ".");
        let mut all: Vec<_> = below.map(|domain| format!("{name}.{domain}")).collect();
        let first = name.matches('.').count() >= self.dots;
        all.insert(if first { 0 } else { all.len() }, name.to_owned());
        all
    }
}

impl ResolverFiles {
    /// The text of `/etc/hosts`.
    pub(super) fn hosts(&self) -> Result<String, LookupFailure> {
        read(&self.hosts).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, LookupFailure> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(bytes),
        Err(error) => unread(path, &error),
    }
}

fn unread(path: &std::path::Path, error: &io::Error) -> Result<Vec<u8>, LookupFailure> {
    match lacks(error) {
        Some(failure) => {
            UNREAD.warn(format_args!("cannot read {}: {error}", path.display()));
            Err(failure)
        }
        None => Ok(Vec::new()),
    }
}

/// The services of the line `hosts:`, without what is to be done about their answers.
fn services(nsswitch: &str) -> Vec<String> {
    let mut lines = nsswitch.lines().filter_map(|line| {
        let line = line.split('#').next().unwrap_or_default();
        line.trim_start().strip_prefix("hosts:")
    });
    let mut inside = false;
    let mut services = Vec::new();
    for word in lines.next_back().unwrap_or_default().split_whitespace() {
        if !inside && !word.starts_with('[') {
            services.push(word.to_owned());
        }
        inside = (inside || word.starts_with('[')) && !word.ends_with(']');
    }
    services
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_read_without_actions() {
        let text =
            "passwd: files\nhosts: files mdns4_minimal [NOTFOUND=return] dns [a = b] x # y\n";
        assert_eq!(services(text), ["files", "mdns4_minimal", "dns", "x"]);
        assert!(services("passwd: files").is_empty());
    }

    #[test]
    fn names_are_tried_below_the_search_list() {
        let conf = Conf {
            servers: Vec::new(),
            search: vec!["a".to_owned(), "b.c".to_owned()],
            dots: 1,
            asks_dns: true,
            asks_others: false,
        };
        assert_eq!(conf.candidates("n"), ["n.a", "n.b.c", "n"]);
        assert_eq!(conf.candidates("n.m"), ["n.m", "n.m.a", "n.m.b.c"]);
        assert_eq!(conf.candidates("n.m."), ["n.m"]);
    }
}
