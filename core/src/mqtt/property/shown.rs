//! Properties in a trace.

use super::block::Properties;
use super::table::{self, Property};
use super::value::PropertyValue;
use crate::mqtt::carrier::Carrier;
use core::fmt;

/// Properties as a trace shows them: ` name=value` each, and nothing if there are
/// none. Authentication data is hidden, and the values of the user properties of
/// CONNECT, which may be tokens.
#[derive(Clone, Copy)]
pub struct ShownProperties<'p> {
    properties: Properties<'p>,
    carrier: Carrier,
}

impl<'p> Properties<'p> {
    /// As a trace shows them in `carrier`.
    pub fn shown(self, carrier: Carrier) -> ShownProperties<'p> {
        ShownProperties {
            properties: self,
            carrier,
        }
    }
}

impl ShownProperties<'_> {
    fn hides(&self, property: &Property) -> bool {
        let user = *property == table::USER && self.carrier == Carrier::Connect;
        user || *property == table::AUTH_DATA
    }
}

impl fmt::Display for ShownProperties<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (property, value) in &self.properties {
            write!(f, " {}=", property.name_in(self.carrier))?;
            match value {
                PropertyValue::Pair(key, _) if self.hides(property) => write!(f, "{key:?},***")?,
                _ if self.hides(property) => f.write_str("***")?,
                PropertyValue::Byte(number) => write!(f, "{number}")?,
                PropertyValue::Two(number) => write!(f, "{number}")?,
                PropertyValue::Four(number) | PropertyValue::Varint(number) => {
                    write!(f, "{number}")?;
                }
                PropertyValue::Text(text) => write!(f, "{text:?}")?,
                PropertyValue::Bytes(bytes) => write!(f, "\"{}\"", bytes.escape_ascii())?,
                PropertyValue::Pair(key, value) => write!(f, "{key:?},{value:?}")?,
            }
        }
        Ok(())
    }
}
