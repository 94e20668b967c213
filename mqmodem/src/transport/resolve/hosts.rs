//! `/etc/hosts`

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The addresses a name has in the text of `/etc/hosts`; `localhost` has its own
/// without it (RFC 6761 §6.3). Those of IPv6 come first.
pub(super) fn find(text: &str, name: &str) -> Vec<SocketAddr> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let mut found: Vec<IpAddr> = Vec::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let Some(Ok(address)) = words.next().map(str::parse) else {
            continue;
        };
        if words.any(|word| word.eq_ignore_ascii_case(name)) && !found.contains(&address) {
            found.push(address);
        }
    }
    if found.is_empty() && (name == "localhost" || name.ends_with(".localhost")) {
        found = vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()];
    }
    found.sort_by_key(IpAddr::is_ipv4);
    found.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_the_manual_page_says() {
        let text = "127.0.0.1 localhost\n# 1.1.1.1 a\n10.0.0.1\ta A.example # b\nfe80::1 A\n\
                    bad line\n10.0.0.2 a\n10.0.0.1 a\n";
        let addresses = |name| -> Vec<String> {
            let found = find(text, name);
            found.iter().map(|it| it.ip().to_string()).collect()
        };
        assert_eq!(addresses("a"), ["fe80::1", "10.0.0.1", "10.0.0.2"]);
        assert_eq!(addresses("a.example."), ["10.0.0.1"]);
        assert_eq!(addresses("localhost"), ["127.0.0.1"]);
        assert_eq!(addresses("x.localhost"), ["::1", "127.0.0.1"]);
        assert!(addresses("b").is_empty());
    }
}
