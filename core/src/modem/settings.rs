//! The MQTT settings of a link as they are kept: fields behind a version.

use super::url::BrokerUrl;
use crate::buffer::{Buf, Full};

/// The form of a record with a host; another one is refused.
const HOST: u8 = 1;
/// The form of one with a URL that has a scheme: older versions know no such place.
const URL: u8 = 2;

/// Where a link goes and as whom (`+MQTTCONFIG`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Settings<'s> {
    /// The broker's host, or a URL with its scheme.
    pub url: BrokerUrl<'s>,
    /// TCP port.
    pub port: u16,
    /// Client identifier.
    pub client_id: &'s str,
    /// Whether each connection starts a new session.
    pub clean_session: bool,
    /// Seconds; 0 is off.
    pub keep_alive: u16,
    /// User name.
    pub username: Option<&'s str>,
    /// Password.
    pub password: Option<&'s [u8]>,
    /// Whether the password is not for the host to see: it comes from whoever runs
    /// the modem, not from the host.
    pub hides_password: bool,
}

impl core::fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Settings")
            .field("url", &self.url)
            .field("port", &self.port)
            .field("client_id", &self.client_id)
            .field("clean_session", &self.clean_session)
            .field("keep_alive", &self.keep_alive)
            .field("username", &self.username)
            .field("password", &self.password.map(|_| "***"))
            .field("hides_password", &self.hides_password)
            .finish()
    }
}

impl<'s> Settings<'s> {
    /// A broker at this place, a new session on each connection, no keep-alive and no login.
    pub fn of(url: BrokerUrl<'s>) -> Self {
        Self {
            url,
            port: 0,
            client_id: "",
            clean_session: true,
            keep_alive: 0,
            username: None,
            password: None,
            hides_password: false,
        }
    }

    /// The same with a user name and a password, where they are not empty. In 3.1.1 there is no
    /// password without a user name (clause 3.1.2-22): an empty one stands before it.
    #[must_use]
    pub fn with_login(self, username: &'s str, password: &'s [u8]) -> Self {
        let password = Some(password).filter(|password| !password.is_empty());
        let username = Some(username).filter(|username| !username.is_empty());
        Self {
            username: username.or(password.map(|_| "")),
            password,
            ..self
        }
    }

    /// Writes the record that is kept under [`Slot::Settings`](crate::modem::api::Slot).
    pub fn encode(&self, into: &mut Buf) -> Result<(), Full> {
        let flags = u8::from(self.clean_session)
            | u8::from(self.username.is_some()) << 1
            | u8::from(self.password.is_some()) << 2
            | u8::from(self.hides_password) << 3;
        let version = if self.url.scheme().is_some() {
            URL
        } else {
            HOST
        };
        into.extend(&[version, flags])?;
        into.extend(&self.port.to_be_bytes())?;
        into.extend(&self.keep_alive.to_be_bytes())?;
        let username = self.username.map(str::as_bytes);
        for field in [
            Some(self.url.text().as_bytes()),
            Some(self.client_id.as_bytes()),
            username,
            self.password,
        ] {
            let field = field.unwrap_or_default();
            let len = u16::try_from(field.len()).map_err(|_| Full)?;
            into.extend(&len.to_be_bytes())?;
            into.extend(field)?;
        }
        Ok(())
    }

    /// Reads a record; `None` if it is damaged or of another version.
    pub fn decode(record: &'s [u8]) -> Option<Self> {
        let (head, mut rest) = record.split_first_chunk::<6>()?;
        let [version, flags, port @ .., keep_high, keep_low] = *head;
        let url = core::str::from_utf8(field(&mut rest)?).ok()?;
        let client_id = field(&mut rest)?;
        let username = field(&mut rest)?;
        let password = field(&mut rest)?;
        let url = match version {
            HOST => BrokerUrl::of_host(url),
            URL => BrokerUrl::parse(url).ok()?,
            _ => return None,
        };
        if !rest.is_empty() {
            return None;
        }
        Some(Self {
            url,
            port: u16::from_be_bytes(port),
            client_id: core::str::from_utf8(client_id).ok()?,
            clean_session: flags & 1 != 0,
            keep_alive: u16::from_be_bytes([keep_high, keep_low]),
            username: match flags & 2 {
                0 => None,
                _ => Some(core::str::from_utf8(username).ok()?),
            },
            password: (flags & 4 != 0).then_some(password),
            hides_password: flags & 8 != 0,
        })
    }
}

fn field<'s>(rest: &mut &'s [u8]) -> Option<&'s [u8]> {
    let (len, behind) = rest.split_first_chunk::<2>()?;
    let (field, behind) = behind.split_at_checked(u16::from_be_bytes(*len).into())?;
    *rest = behind;
    Some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_password_without_a_user_name() {
        let settings = Settings::of(BrokerUrl::of_host("broker"));
        for (username, password, login) in [
            ("", &b""[..], (None, None)),
            ("u", b"", (Some("u"), None)),
            ("u", b"p", (Some("u"), Some(&b"p"[..]))),
            ("", b"p", (Some(""), Some(b"p"))),
        ] {
            let with = settings.with_login(username, password);
            assert_eq!((with.username, with.password), login);
        }
    }

    #[test]
    fn what_is_written_is_read_and_nothing_shorter() {
        for (url, version) in [("broker", 1), ("wss://broker/path?query", 2)] {
            let settings = Settings {
                url: BrokerUrl::parse(url).unwrap(),
                port: 8883,
                client_id: "MQTT002",
                clean_session: true,
                keep_alive: 60,
                username: Some("431671"),
                password: None,
                hides_password: true,
            };
            let mut memory = [0; 64];
            let mut record = Buf::lent(&mut memory);
            settings.encode(&mut record).unwrap();
            assert_eq!(record.as_slice().first(), Some(&version));
            assert_eq!(Settings::decode(record.as_slice()), Some(settings));
            for len in 0..record.len() {
                assert_eq!(Settings::decode(&record.as_slice()[..len]), None);
            }
        }
    }
}
