//! An option as it is declared, and its value as it is kept.

use crate::at::param::{Kind, Param, Reject, fit, number, takes};
use crate::buffer::{Buf, Full};
use core::fmt;

/// An option: a parameter with a value it has until it is set.
#[derive(Clone, Copy, Debug)]
pub struct Opt {
    /// Its name, kind and meaning; the example is the default.
    pub param: Param,
}

/// What an option is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionValue<'t> {
    /// A number.
    Number(u32),
    /// A text.
    Text(&'t str),
}

/// As `+MQTTOPT?` shows it.
impl fmt::Display for OptionValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "\"{text}\""),
        }
    }
}

impl Opt {
    /// The value a text means, if the option takes it.
    pub fn parse<'t>(&self, text: &'t str) -> Result<OptionValue<'t>, Reject> {
        fit(&self.param.kind, text.as_bytes())?;
        Ok(match self.param.kind {
            Kind::Int { .. } | Kind::Choice(_) => {
                OptionValue::Number(number(text.as_bytes()).unwrap_or(0))
            }
            Kind::Text { .. } | Kind::Bytes { .. } => OptionValue::Text(text),
        })
    }

    /// The value it has until it is set.
    pub fn default(&self) -> OptionValue<'static> {
        self.parse(self.param.example)
            .unwrap_or(OptionValue::Number(0))
    }

    /// Writes what is kept of a value: nothing of the default.
    pub fn encode(&self, value: OptionValue<'_>, record: &mut Buf<'_>) -> Result<(), Full> {
        match value {
            value if value == self.default() => Ok(()),
            value => Self::write(value, record),
        }
    }

    /// The same, where a dialect may have a default of its own.
    pub(crate) fn encode_in(
        &self,
        option: usize,
        defaults: Defaults,
        value: OptionValue<'_>,
        record: &mut Buf<'_>,
    ) -> Result<(), Full> {
        match value {
            value if value == self.default_in(option, defaults) => Ok(()),
            value => Self::write(value, record),
        }
    }

    /// Writes a value as it is kept.
    pub(crate) fn write(value: OptionValue<'_>, record: &mut Buf<'_>) -> Result<(), Full> {
        match value {
            OptionValue::Number(number) => record.extend(&number.to_be_bytes()),
            OptionValue::Text(text) => record.extend(text.as_bytes()),
        }
    }

    /// The value it has until it is set, where a dialect may have one of its own.
    pub(crate) fn default_in(&self, option: usize, defaults: Defaults) -> OptionValue<'static> {
        let own = defaults.iter().find(|(number, _)| *number == option);
        own.map_or(self.default(), |(_, value)| OptionValue::Number(*value))
    }

    /// The value in a record, if it is one the option takes.
    pub fn decode<'t>(&self, record: &'t [u8]) -> Option<OptionValue<'t>> {
        let kind = &self.param.kind;
        if let Kind::Text { .. } | Kind::Bytes { .. } = kind {
            fit(kind, record).ok()?;
            return Some(OptionValue::Text(core::str::from_utf8(record).ok()?));
        }
        let number = u32::from_be_bytes(record.try_into().ok()?);
        takes(kind, number).then_some(OptionValue::Number(number))
    }
}

/// Options with the number they have until they are set, where that is another one.
pub type Defaults = &'static [(usize, u32)];
