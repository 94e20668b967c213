//! What stands behind the scheme of a URL: who, and where.

use super::secret::Secret;
use std::net::Ipv6Addr;

/// `USER:PASSWORD@HOST:PORT`, of which only the host must be there.
pub(super) struct Authority<'u> {
    userinfo: Option<&'u str>,
    pub(super) host: &'u str,
    pub(super) port: Option<u16>,
}

/// A user name, and perhaps its password.
type User = (Option<String>, Option<Secret>);

impl<'u> Authority<'u> {
    /// Reads it; an error never says what stands there: it may be a password.
    pub(super) fn parse(text: &'u str) -> Result<Self, &'static str> {
        let (userinfo, place) = match text.rsplit_once('@') {
            Some((userinfo, place)) => (Some(userinfo), place),
            None => (None, text),
        };
        let (host, port) = host_and_port(place)?;
        Ok(Self {
            userinfo,
            host,
            port,
        })
    }

    /// The user name and password; `literal` makes text of what is written with `%`.
    pub(super) fn user(&self, literal: fn(&str) -> String) -> Result<User, &'static str> {
        let Some(text) = self.userinfo else {
            return Ok((None, None));
        };
        let decoded = |text| percent_decoded(text, literal);
        let (user, password) = match text.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (text, None),
        };
        let password = password.map(decoded).transpose()?.map(Secret);
        let user = decoded(user)?;
        match password {
            Some(_) if user.is_empty() => Err("the password in a url needs a user name before it"),
            None if user.is_empty() => Ok((None, None)),
            password => Ok((Some(user), password)),
        }
    }
}

/// A URL without its scheme: what names the host, and what stands behind that.
pub(super) fn split(rest: &str) -> (&str, &str) {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    rest.split_at(end)
}

fn host_and_port(place: &str) -> Result<(&str, Option<u16>), &'static str> {
    const PORT: &str = "the port in a url is a number of 1 to 65535";
    const BRACKETS: &str = "write an IPv6 address in brackets, as in [2001:db8::1]:8883";
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

/// The text with `%40` for an @ and the like; `literal` makes text of what was so written.
fn percent_decoded(text: &str, literal: fn(&str) -> String) -> Result<String, &'static str> {
    const WRONG: &str = "in the user name and password of a url % begins two hex digits \
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
