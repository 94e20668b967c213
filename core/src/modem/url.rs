//! Where a broker is: a host, or a URL whose scheme says how it is reached.

use crate::at::param::Reject;
use crate::buffer::{Buf, Full};
use core::fmt;
use core::net::Ipv6Addr;

/// The most bytes of a URL.
pub const MAX_URL: usize = 2048;
/// The most bytes of a host in it.
const MAX_HOST: usize = 253;
/// The path of a WebSocket where the URL has none.
const PATH: &str = "/mqtt";

/// How a broker is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `mqtt://`: TCP.
    Mqtt,
    /// `mqtts://`: TLS.
    Mqtts,
    /// `ws://`: WebSocket.
    Ws,
    /// `wss://`: WebSocket over TLS.
    Wss,
}

impl Scheme {
    const ALL: [(&'static str, Self); 4] = [
        ("mqtt", Self::Mqtt),
        ("mqtts", Self::Mqtts),
        ("ws", Self::Ws),
        ("wss", Self::Wss),
    ];

    /// The scheme of this name, in letters of either case.
    pub fn of(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        let known = all.find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(_, scheme)| *scheme)
    }

    /// MQTT over TCP or over TLS.
    pub fn of_mqtt(uses_tls: bool) -> Self {
        if uses_tls { Self::Mqtts } else { Self::Mqtt }
    }

    /// Writes a URL of this scheme, with a path where there is one. An IPv6 address stands in
    /// brackets there.
    pub fn write_url(self, host: &str, path: Option<&[u8]>, url: &mut Buf) -> Result<(), Full> {
        let is_bare = host.contains(':') && !host.starts_with('[');
        let (open, close) = if is_bare { ("[", "]") } else { ("", "") };
        let mut all = Self::ALL.iter();
        let name = all
            .find(|(_, scheme)| *scheme == self)
            .map_or("", |(name, _)| name);
        for part in [name, "://", open, host, close] {
            url.extend(part.as_bytes())?;
        }
        let Some(path) = path else {
            return Ok(());
        };
        url.push(b'/')?;
        url.extend(path)
    }

    /// Whether TLS is used.
    pub fn is_tls(self) -> bool {
        matches!(self, Self::Mqtts | Self::Wss)
    }

    /// Whether MQTT is sent over WebSocket.
    pub fn is_websocket(self) -> bool {
        matches!(self, Self::Ws | Self::Wss)
    }
}

/// Where a broker is, as it was written. The query is a secret: neither `Debug` nor
/// `Display` shows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BrokerUrl<'u> {
    text: &'u str,
    scheme: Option<Scheme>,
    host: &'u str,
    /// What stands behind the host: the path and the query.
    target: &'u str,
}

impl<'u> BrokerUrl<'u> {
    /// A host without a scheme, whatever is in it.
    pub const fn of_host(host: &'u str) -> Self {
        Self {
            text: host,
            scheme: None,
            host,
            target: "",
        }
    }

    /// Reads `host`, or `scheme://host` with a path and a query where the scheme is one
    /// of WebSocket. A port, a user or a password in it is refused as a wrong value.
    pub fn parse(text: &'u str) -> Result<Self, Reject> {
        if text.len() > MAX_URL {
            return Err(Reject::TooLong);
        }
        let Some((name, rest)) = text.split_once("://") else {
            check_host(text)?;
            return Ok(Self::of_host(text));
        };
        let scheme = Scheme::of(name).ok_or(Reject::Characters)?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, target) = rest.split_at_checked(end).ok_or(Reject::Characters)?;
        check_authority(host)?;
        if !target
            .bytes()
            .all(|byte| is_plain(byte) && !b"#`".contains(&byte))
        {
            return Err(Reject::Characters);
        }
        if !scheme.is_websocket() && !matches!(target, "" | "/") {
            return Err(Reject::Value);
        }
        Ok(Self {
            text,
            scheme: Some(scheme),
            host,
            target,
        })
    }

    /// All of it, as it was written: with the query.
    pub fn text(&self) -> &'u str {
        self.text
    }

    /// Its scheme, where it has one.
    pub fn scheme(&self) -> Option<Scheme> {
        self.scheme
    }

    /// Host name or IP address of the broker.
    pub fn host(&self) -> &'u str {
        self.host
    }

    /// Path and query of the WebSocket; `None` where none is used.
    pub fn websocket(&self) -> Option<(&'u str, Option<&'u str>)> {
        self.scheme.filter(|scheme| scheme.is_websocket())?;
        let (path, query) = match self.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.target, None),
        };
        Some((if path.is_empty() { PATH } else { path }, query))
    }

    /// How many bytes of its text are no secret: all, or those before the query.
    pub fn shown(&self) -> usize {
        let secret = self.target.split_once('?').map_or("", |(_, query)| query);
        self.text.len().saturating_sub(secret.len())
    }
}

impl fmt::Display for BrokerUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.text.get(..self.shown()).unwrap_or_default();
        let hides = shown.len() < self.text.len();
        write!(f, "{shown}{}", if hides { "***" } else { "" })
    }
}

impl fmt::Debug for BrokerUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// What stands between the scheme and the path: a host alone. IPv6 addresses stand in
/// brackets, so that another colon is that of a port.
fn check_authority(text: &str) -> Result<(), Reject> {
    if text.is_empty() || text.contains('@') {
        return Err(Reject::Value);
    }
    if let Some(inner) = text.strip_prefix('[') {
        let (inner, behind) = inner.split_once(']').ok_or(Reject::Value)?;
        let address = inner.split('%').next().unwrap_or_default();
        if !behind.is_empty() || address.parse::<Ipv6Addr>().is_err() {
            return Err(Reject::Value);
        }
    } else if text.contains(':') {
        return Err(Reject::Value);
    }
    if text.contains('#') {
        return Err(Reject::Characters);
    }
    check_host(text)
}

/// What may be in a host name or address: nothing a resolver would trip over.
fn check_host(host: &str) -> Result<(), Reject> {
    if host.len() > MAX_HOST {
        return Err(Reject::TooLong);
    }
    let good = |byte: u8| is_plain(byte) && !b"/?@".contains(&byte);
    if host.bytes().all(good) {
        Ok(())
    } else {
        Err(Reject::Characters)
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\\\"<>".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_url_that_is_written_is_read_as_what_it_was_made_of() {
        for (scheme, host, path, then) in [
            (Scheme::Mqtt, "broker", None, "mqtt://broker"),
            (Scheme::Mqtts, "::1", None, "mqtts://[::1]"),
            (Scheme::Mqtt, "[::1]", None, "mqtt://[::1]"),
            (Scheme::Ws, "::1", Some("mqtt"), "ws://[::1]/mqtt"),
            (Scheme::Wss, "broker", Some(""), "wss://broker/"),
        ] {
            let mut memory = [0; 20];
            let mut url = Buf::lent(&mut memory);
            let written = scheme.write_url(host, path.map(str::as_bytes), &mut url);
            assert_eq!((written, url.as_slice()), (Ok(()), then.as_bytes()));
            let read = BrokerUrl::parse(then).unwrap();
            assert_eq!(read.scheme(), Some(scheme));
            let shown = read.host().trim_matches(['[', ']']);
            assert_eq!(shown, host.trim_matches(['[', ']']));
        }
        let mut memory = [0; 8];
        let written = Scheme::Mqtts.write_url("broker", None, &mut Buf::lent(&mut memory));
        assert_eq!(written, Err(Full));
    }

    #[test]
    fn a_url_says_how_a_broker_is_reached() {
        for (text, scheme, host, websocket) in [
            ("broker", None, "broker", None),
            ("::1", None, "::1", None),
            ("mqtt://b", Some(Scheme::Mqtt), "b", None),
            ("MQTTS://b/", Some(Scheme::Mqtts), "b", None),
            ("ws://b", Some(Scheme::Ws), "b", Some(("/mqtt", None))),
            ("wss://b/", Some(Scheme::Wss), "b", Some(("/", None))),
            (
                "ws://[::1]/a",
                Some(Scheme::Ws),
                "[::1]",
                Some(("/a", None)),
            ),
            (
                "wss://b?k=1/2?3",
                Some(Scheme::Wss),
                "b",
                Some(("/mqtt", Some("k=1/2?3"))),
            ),
            (
                "wss://b/a:b@c?",
                Some(Scheme::Wss),
                "b",
                Some(("/a:b@c", Some(""))),
            ),
        ] {
            let url = BrokerUrl::parse(text).unwrap();
            assert_eq!((url.scheme(), url.host()), (scheme, host), "{text}");
            assert_eq!((url.text(), url.websocket()), (text, websocket));
        }
    }

    #[test]
    fn a_wrong_url_is_refused_for_what_is_wrong_with_it() {
        let (long_host, long) = ("h".repeat(254), "q".repeat(MAX_URL));
        for (text, why) in [
            ("a b", Reject::Characters),
            ("me:pw@b", Reject::Characters),
            ("b/mqtt", Reject::Characters),
            ("http://b", Reject::Characters),
            ("ws://b/a b", Reject::Characters),
            ("ws://b/a#b", Reject::Characters),
            ("ws://b/`a`", Reject::Characters),
            ("ws://b#b", Reject::Characters),
            ("ws://b/\u{e4}", Reject::Characters),
            ("ws://", Reject::Value),
            ("ws:///mqtt", Reject::Value),
            ("ws://b:80/mqtt", Reject::Value),
            ("ws://b:/mqtt", Reject::Value),
            ("ws://me:pw@b/mqtt", Reject::Value),
            ("ws://me@b", Reject::Value),
            ("ws://::1/mqtt", Reject::Value),
            ("ws://[::1]:80/mqtt", Reject::Value),
            ("ws://[::1", Reject::Value),
            ("ws://[b]", Reject::Value),
            ("mqtt://b/mqtt", Reject::Value),
            ("mqtts://b?a", Reject::Value),
            (&long_host, Reject::TooLong),
            (&("ws://".to_string() + &long_host), Reject::TooLong),
            (&("ws://b?".to_string() + &long), Reject::TooLong),
        ] {
            assert_eq!(BrokerUrl::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn a_query_is_not_shown() {
        for (text, shown) in [
            ("broker", "broker"),
            ("ws://b/a", "ws://b/a"),
            ("ws://b/a?", "ws://b/a?"),
            ("ws://b/a?secret", "ws://b/a?***"),
            ("ws://b?secret?more", "ws://b?***"),
        ] {
            let url = BrokerUrl::parse(text).unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(std::format!("{url:?}"), std::format!("\"{shown}\""));
        }
    }
}
