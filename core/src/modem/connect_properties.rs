//! What `+MQTTCONFIG` keeps beside the settings of a link: user properties of CONNECT, and
//! headers of WebSocket.

use super::headers::Headers;
use crate::buffer::{Buf, Full};
use crate::mqtt::carrier::Carrier;
use crate::mqtt::property::Properties;

/// The form of the record; another one is refused.
const VERSION: u8 = 1;

/// User properties and headers of a link.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConnectProperties<'s> {
    /// The user properties; of a list for another command, all of its properties.
    pub user: Properties<'s>,
    /// The headers.
    pub headers: Headers<'s>,
}

impl<'s> ConnectProperties<'s> {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.user.is_empty() && self.headers.is_empty()
    }

    /// Writes the record that is kept under
    /// [`Slot::ConnectProperties`](crate::modem::api::Slot).
    pub fn encode(&self, into: &mut Buf) -> Result<(), Full> {
        let user = self.user.as_bytes();
        let len = u16::try_from(user.len()).map_err(|_| Full)?;
        into.push(VERSION)?;
        into.extend(&len.to_be_bytes())?;
        into.extend(user)?;
        into.extend(self.headers.as_bytes())
    }

    /// Reads a record; `None` if it is damaged or of another version.
    pub fn decode(record: &'s [u8]) -> Option<Self> {
        let (&[version, high, low], rest) = record.split_first_chunk::<3>()?;
        let (user, headers) = rest.split_at_checked(u16::from_be_bytes([high, low]).into())?;
        let headers = Headers::parse(headers)?;
        let user = Properties::parse(Carrier::Connect, user).ok()?;
        (version == VERSION).then_some(Self { user, headers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::headers;
    use crate::mqtt::property::{PropertyValue, USER};
    use std::vec::Vec;

    #[test]
    fn what_is_written_is_read_and_nothing_shorter() {
        let (mut user, mut bytes) = ([0; 16], [0; 32]);
        let (mut user, mut bytes) = (Buf::lent(&mut user), Buf::lent(&mut bytes));
        let pair = PropertyValue::Pair("k", "v");
        USER.write(pair, &mut user).unwrap();
        headers::write(("Authorization", "x"), &mut bytes).unwrap();
        headers::write(("a", ""), &mut bytes).unwrap();
        let mut record = [0; 64];
        let mut record = Buf::lent(&mut record);
        let user = Properties::parse(Carrier::Connect, user.as_slice()).unwrap();
        let headers = Headers::unchecked(bytes.as_slice());
        let written = ConnectProperties { user, headers };
        written.encode(&mut record).unwrap();
        let read = ConnectProperties::decode(record.as_slice()).unwrap();
        assert_eq!(read.user.iter().collect::<Vec<_>>(), [(&USER, pair)]);
        let headers: Vec<_> = read.headers.iter().collect();
        assert_eq!(headers, [("Authorization", "x"), ("a", "")]);
        let whole = [record.len(), record.len() - 5, record.len() - 23];
        for len in 0..record.len() {
            let read = ConnectProperties::decode(&record.as_slice()[..len]);
            assert_eq!(read.is_some(), whole.contains(&len), "{len}");
        }
    }
}
