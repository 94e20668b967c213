//! Who may look: by which names, and with which token.

use data_encoding::BASE32_NOPAD;
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt;
use std::net::SocketAddr;

/// Bytes of a random token.
const RANDOM: usize = 16;
/// Characters a token of a file has at least, and at most.
const SHORTEST: usize = 16;
const LONGEST: usize = 256;

/// What shows that somebody may look.
#[derive(Clone)]
pub(crate) struct Token(String);

/// Why a text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenError {
    Length,
    /// Something that no header and no address can have.
    Character,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => write!(f, "a token has {SHORTEST} to {LONGEST} characters"),
            Self::Character => f.write_str("a token has letters, digits, - . _ and ~ alone"),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

impl Token {
    /// A new one; none where the system has no chance to give.
    pub(crate) fn random() -> Option<Self> {
        let mut bytes = [0; RANDOM];
        SystemRandom::new().fill(&mut bytes).ok()?;
        Some(Self(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()))
    }

    /// The one that is written in a file.
    pub(crate) fn of_text(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if !(SHORTEST..=LONGEST).contains(&text.len()) {
            return Err(TokenError::Length);
        }
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(TokenError::Character)
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who may look.
pub(crate) struct Access {
    /// What the page may be called, with the port, in lower case.
    places: Vec<String>,
    /// What it may be called by whatever port: a proxy has its own.
    names: Vec<String>,
    key: hmac::Key,
    tag: hmac::Tag,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut access = f.debug_struct("Access");
        access.field("places", &self.places);
        access.field("names", &self.names).finish_non_exhaustive()
    }
}

impl Access {
    /// With this token, at what is bound and by these names; none where the system has no
    /// chance to give.
    pub(crate) fn new(token: &Token, bound: SocketAddr, names: &[String]) -> Option<Self> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok()?;
        let tag = hmac::sign(&key, token.as_str().as_bytes());
        let port = bound.port();
        let own = ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}"));
        let mut places: Vec<_> = own.into_iter().chain([bound.to_string()]).collect();
        if port == 80 {
            // Browsers leave it out.
            let bare: Vec<_> = places
                .iter()
                .filter_map(|it| it.strip_suffix(":80"))
                .collect();
            let bare: Vec<_> = bare.into_iter().map(str::to_owned).collect();
            places.extend(bare);
        }
        let names = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        Some(Self {
            places,
            names,
            key,
            tag,
        })
    }

    /// Whether the page may be called so.
    pub(super) fn is_host(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.places.contains(&host) || self.is_name(&host)
    }

    /// Whether it may be asked from there.
    pub(super) fn is_origin(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        if let Some(host) = origin.strip_prefix("http://") {
            return self.is_host(host);
        }
        origin
            .strip_prefix("https://")
            .is_some_and(|host| self.is_name(host))
    }

    /// Whether it is one of the names, with whatever port, or the very one.
    fn is_name(&self, host: &str) -> bool {
        let is_port = |port: &str| port.parse::<u16>().is_ok();
        let bare = match host.rsplit_once(':') {
            Some((name, port)) if is_port(port) => name,
            _ => host,
        };
        self.names.iter().any(|name| name == host || name == bare)
    }

    /// Whether that is the token, in a time that says nothing of it.
    pub(super) fn is_token(&self, text: &str) -> bool {
        hmac::verify(&self.key, text.as_bytes(), self.tag.as_ref()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(bound: &str, names: &[&str]) -> Access {
        let token = Token::of_text("0123456789abcdef").unwrap();
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        Access::new(&token, bound.parse().unwrap(), &names).unwrap()
    }

    #[test]
    fn the_page_has_the_names_of_this_machine_and_those_that_are_given() {
        let access = access("0.0.0.0:7180", &["Lab.example", "10.0.0.5:7180"]);
        for (host, fits) in [
            ("127.0.0.1:7180", true),
            ("LOCALHOST:7180", true),
            ("[::1]:7180", true),
            ("127.0.0.1", false),
            ("127.0.0.1:80", false),
            ("localhost.:7180", false),
            ("evil.example:7180", false),
            ("lab.example", true),
            ("lab.example:8443", true),
            ("lab.example:x", false),
            ("x.lab.example", false),
            ("10.0.0.5:7180", true),
            ("10.0.0.5:7181", false),
            ("", false),
        ] {
            assert_eq!(access.is_host(host), fits, "{host}");
        }
        for (origin, fits) in [
            ("http://127.0.0.1:7180", true),
            ("https://127.0.0.1:7180", false),
            ("https://lab.example", true),
            ("http://lab.example", true),
            ("http://evil.example", false),
            ("null", false),
            ("http://127.0.0.1:7180/", false),
        ] {
            assert_eq!(access.is_origin(origin), fits, "{origin}");
        }
    }

    #[test]
    fn the_usual_port_may_be_left_out() {
        let access = access("127.0.0.1:80", &[]);
        assert!(access.is_host("127.0.0.1") && access.is_host("127.0.0.1:80"));
        assert!(access.is_origin("http://localhost"));
    }

    #[test]
    fn only_the_token_is_the_token() {
        let access = access("127.0.0.1:7180", &[]);
        assert!(access.is_token("0123456789abcdef"));
        for wrong in [
            "",
            "0123456789abcde",
            "0123456789abcdef0",
            "0123456789ABCDEF",
        ] {
            assert!(!access.is_token(wrong), "{wrong}");
        }
        let one = Token::random().unwrap();
        assert_ne!(one.as_str(), Token::random().unwrap().as_str());
        assert!(Token::of_text(one.as_str()).is_ok());
        assert_eq!(Token::of_text("short").unwrap_err(), TokenError::Length);
        let spaced = Token::of_text("0123456789 abcdef");
        assert_eq!(spaced.unwrap_err(), TokenError::Character);
    }
}
