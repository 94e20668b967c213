//! Where a broker is: a host, or a URL.

use super::fill::literal;
use super::secret::Secret;
use std::net::Ipv6Addr;

/// Where a broker is, and what its URL says besides.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct BrokerPlace {
    pub(super) host: String,
    pub(super) port: Option<u16>,
    pub(super) tls: bool,
    pub(super) username: Option<String>,
    pub(super) password: Option<Secret>,
}

const FORM: &str = "a broker's url is mqtt://HOST or mqtts://HOST, with :PORT where it is not the \
    usual one, and USER:PASSWORD@ before HOST where they do not stand beside it";

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
        let tls = is_tls(scheme)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (user, place) = match rest.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, rest),
        };
        if place.contains(['/', '?', '#']) || user.is_some_and(|it| it.contains(['/', '?', '#'])) {
            return Err(
                "nothing may stand behind the host and port of a broker's url; \
                in a user name or password write %2F for /, %3F for ? and %23 for #",
            );
        }
        let (host, port) = host_and_port(place)?;
        let (username, password) = user.map(userinfo).transpose()?.unwrap_or_default();
        let place = Self::of_host(host).map_err(|_| FORM)?;
        Ok(Self {
            port,
            tls,
            username,
            password,
            ..place
        })
    }
}

/// Whether the scheme is that of TLS.
fn is_tls(scheme: &str) -> Result<bool, &'static str> {
    match scheme.to_ascii_lowercase().as_str() {
        "mqtt" => Ok(false),
        "mqtts" => Ok(true),
        "tcp" => Err("write mqtt:// in place of tcp://"),
        "ssl" | "tls" | "mqtt+ssl" | "mqtt+tls" | "tcps" => {
            Err("for MQTT with TLS write mqtts:// in the url")
        }
        "ws" | "wss" => {
            Err("MQTT over WebSockets is not there; give a url with mqtt:// or mqtts://")
        }
        _ => Err(FORM),
    }
}

fn host_and_port(place: &str) -> Result<(&str, Option<u16>), &'static str> {
    const PORT: &str = "the port in a broker's url is a number of 1 to 65535";
    const BRACKETS: &str = "write an IPv6 address in brackets, as in mqtts://[2001:db8::1]:8883";
    let (host, port) = if let Some(inner) = place.strip_prefix('[') {
        let (inner, behind) = inner.split_once(']').ok_or(BRACKETS)?;
        let address = inner.split('%').next().unwrap_or_default();
        if address.parse::<Ipv6Addr>().is_err() {
            return Err(BRACKETS);
        }
        match behind.strip_prefix(':') {
            None if !behind.is_empty() => return Err(BRACKETS),
            port => (&place[..inner.len() + 2], port),
        }
    } else {
        match place.split_once(':') {
            Some((_, port)) if port.contains(':') => return Err(BRACKETS),
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        }
    };
    let number = |text: &str| match text.parse() {
        Ok(0) | Err(_) => Err(PORT),
        Ok(port) if text.starts_with(|it: char| it.is_ascii_digit()) => Ok(port),
        Ok(_) => Err(PORT),
    };
    Ok((host, port.map(number).transpose()?))
}

type User = (Option<String>, Option<Secret>);

fn userinfo(text: &str) -> Result<User, &'static str> {
    let (user, password) = match text.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (text, None),
    };
    let password = password.map(percent_decoded).transpose()?.map(Secret);
    let user = percent_decoded(user)?;
    match password {
        Some(_) if user.is_empty() => {
            Err("the password in a broker's url needs a user name before it")
        }
        None if user.is_empty() => Ok((None, None)),
        password => Ok((Some(user), password)),
    }
}

/// The text with `%40` for an @ and the like; what was so written is no placeholder.
fn percent_decoded(text: &str) -> Result<String, &'static str> {
    const WRONG: &str = "in the user name and password of a broker's url % begins two hex digits \
        of UTF-8; write %25 for % itself";
    let mut decoded = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut bytes = Vec::new();
        while let Some(behind) = rest.strip_prefix('%') {
            let digits = behind.get(..2).ok_or(WRONG)?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(WRONG);
            }
            bytes.push(u8::from_str_radix(digits, 16).map_err(|_| WRONG)?);
            rest = &behind[2..];
        }
        decoded.push_str(&literal(&String::from_utf8(bytes).map_err(|_| WRONG)?));
    }
    decoded.push_str(rest);
    Ok(decoded)
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
            assert_eq!(
                (&*place.host, place.port, place.tls),
                (host, port, tls),
                "{url}"
            );
            let password = place.password.as_ref().map(|secret| &*secret.0);
            let said = place.username.as_deref().map(|user| (user, password));
            assert_eq!(said, user, "{url}");
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
            ("wss://hunter2", "WebSockets"),
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
