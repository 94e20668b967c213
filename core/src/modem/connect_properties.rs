//! What `+MQTTCONFIG` keeps beside the settings of a link: user properties of CONNECT, and
//! headers of WebSocket.

use crate::buffer::{Buf, Full};
use crate::mqtt::carrier::Carrier;
use crate::mqtt::property::Properties;
use core::fmt;

/// The form of the record; another one is refused.
const VERSION: u8 = 1;

/// A header of WebSocket: its name and its value, which is a secret.
pub type Header<'h> = (&'h str, &'h str);

/// User properties and headers of a link.
#[derive(Clone, Copy, Default)]
pub struct ConnectProperties<'s> {
    /// The user properties; of a list for another command, all of its properties.
    pub user: Properties<'s>,
    /// The headers, one after the other.
    headers: &'s [u8],
}

impl<'s> ConnectProperties<'s> {
    /// Of these user properties, and headers written by [`write_header`].
    pub(crate) fn new(user: Properties<'s>, headers: &'s [u8]) -> Self {
        Self { user, headers }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.user.is_empty() && self.headers.is_empty()
    }

    /// The headers, in their order.
    pub fn headers(&self) -> impl Iterator<Item = Header<'s>> {
        headers(self.headers)
    }

    /// Writes the record that is kept under
    /// [`Slot::ConnectProperties`](crate::modem::api::Slot).
    pub fn encode(&self, into: &mut Buf) -> Result<(), Full> {
        let user = self.user.as_bytes();
        let len = u16::try_from(user.len()).map_err(|_| Full)?;
        into.push(VERSION)?;
        into.extend(&len.to_be_bytes())?;
        into.extend(user)?;
        into.extend(self.headers)
    }

    /// Reads a record; `None` if it is damaged or of another version.
    pub fn decode(record: &'s [u8]) -> Option<Self> {
        let (&[version, high, low], rest) = record.split_first_chunk::<3>()?;
        let (user, mut left) = rest.split_at_checked(u16::from_be_bytes([high, low]).into())?;
        let headers = left;
        while !left.is_empty() {
            header(&mut left)?;
        }
        let user = Properties::parse(Carrier::Connect, user).ok()?;
        (version == VERSION).then_some(Self { user, headers })
    }
}

/// Without values: they may be tokens.
impl fmt::Debug for ConnectProperties<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.headers().map(|(name, _)| name);
        f.debug_list().entry(&self.user).entries(names).finish()
    }
}

/// Appends a header, whole or not at all.
pub(crate) fn write_header((name, value): Header<'_>, into: &mut Buf) -> Result<(), Full> {
    if into.free() < 4 + name.len() + value.len() {
        return Err(Full);
    }
    for text in [name, value] {
        let len = u16::try_from(text.len()).map_err(|_| Full)?;
        into.extend(&len.to_be_bytes())?;
        into.extend(text.as_bytes())?;
    }
    Ok(())
}

/// Headers that were written one after the other.
pub(crate) fn headers(bytes: &[u8]) -> impl Iterator<Item = Header<'_>> {
    let mut rest = bytes;
    core::iter::from_fn(move || header(&mut rest))
}

fn header<'h>(rest: &mut &'h [u8]) -> Option<Header<'h>> {
    Some((text(rest)?, text(rest)?))
}

fn text<'h>(rest: &mut &'h [u8]) -> Option<&'h str> {
    let (len, behind) = rest.split_first_chunk::<2>()?;
    let (text, behind) = behind.split_at_checked(u16::from_be_bytes(*len).into())?;
    *rest = behind;
    core::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::property::{PropertyValue, USER};
    use std::vec::Vec;

    #[test]
    fn what_is_written_is_read_and_nothing_shorter() {
        let (mut user, mut headers) = ([0; 16], [0; 32]);
        let (mut user, mut headers) = (Buf::lent(&mut user), Buf::lent(&mut headers));
        let pair = PropertyValue::Pair("k", "v");
        USER.write(pair, &mut user).unwrap();
        write_header(("Authorization", "x"), &mut headers).unwrap();
        write_header(("a", ""), &mut headers).unwrap();
        let mut record = [0; 64];
        let mut record = Buf::lent(&mut record);
        let user = Properties::parse(Carrier::Connect, user.as_slice()).unwrap();
        let written = ConnectProperties::new(user, headers.as_slice());
        written.encode(&mut record).unwrap();
        let read = ConnectProperties::decode(record.as_slice()).unwrap();
        assert_eq!(read.user.iter().collect::<Vec<_>>(), [(&USER, pair)]);
        let headers: Vec<_> = read.headers().collect();
        assert_eq!(headers, [("Authorization", "x"), ("a", "")]);
        let whole = [record.len(), record.len() - 5, record.len() - 23];
        for len in 0..record.len() {
            let read = ConnectProperties::decode(&record.as_slice()[..len]);
            assert_eq!(read.is_some(), whole.contains(&len), "{len}");
        }
    }
}
