//! How long lines and messages may be.

use mqmodem_core::{Buf, MOST_LINKS, Memory};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

const KIB: usize = 1024;

/// The longest line and messages of a modem, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The longest command line, and with it the longest message in one.
    #[serde(default, deserialize_with = "line")]
    pub line: Option<usize>,
    /// The largest payload from the broker.
    #[serde(default, deserialize_with = "message")]
    pub message_in: Option<usize>,
    /// The largest packet to the broker.
    #[serde(default, deserialize_with = "packet")]
    pub message_out: Option<usize>,
    /// The memory of settings and certificates.
    #[serde(default, deserialize_with = "settings")]
    pub settings: Option<usize>,
}

fn line<'de, D: Deserializer<'de>>(from: D) -> Result<Option<usize>, D::Error> {
    between(from, 2560, 1024 * KIB)
}

fn message<'de, D: Deserializer<'de>>(from: D) -> Result<Option<usize>, D::Error> {
    between(from, 2560, 16 * 1024 * KIB)
}

/// A payload of 16 MiB, and what stands around it.
fn packet<'de, D: Deserializer<'de>>(from: D) -> Result<Option<usize>, D::Error> {
    between(from, 2560, 17 * 1024 * KIB)
}

fn settings<'de, D: Deserializer<'de>>(from: D) -> Result<Option<usize>, D::Error> {
    between(from, 64 * KIB, 16 * 1024 * KIB)
}

/// How many links a modem has.
pub(super) fn links<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u8>, D::Error> {
    let links = between(from, 1, MOST_LINKS.into())?;
    Ok(links.and_then(|links| u8::try_from(links).ok()))
}

fn between<'de, D: Deserializer<'de>>(
    from: D,
    least: usize,
    most: usize,
) -> Result<Option<usize>, D::Error> {
    from.deserialize_i64(Between { least, most }).map(Some)
}

/// Takes a number in a range, and says which that is.
struct Between {
    least: usize,
    most: usize,
}

impl Visitor<'_> for Between {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { least, most } = self;
        write!(f, "a whole number from {least} to {most}")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<usize, E> {
        let found = usize::try_from(number).ok();
        let found = found.filter(|number| (self.least..=self.most).contains(number));
        found.ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }
}

impl Limits {
    /// Those of `self`, else of `other`.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            line: self.line.or(other.line),
            message_in: self.message_in.or(other.message_in),
            message_out: self.message_out.or(other.message_out),
            settings: self.settings.or(other.settings),
        }
    }

    /// The largest payload from the broker.
    pub fn payload(self) -> usize {
        self.message_in.unwrap_or(256 * KIB)
    }

    /// Memory for them.
    pub fn memory(self) -> Memory<'static> {
        let mut memory = Memory::heap();
        if let Some(line) = self.line {
            memory.values = Buf::heap(line.max(memory.values.capacity()));
            memory.line = Buf::heap(line);
        }
        if let Some(largest) = self.message_in {
            memory = memory.receiving(largest);
        }
        if let Some(largest) = self.message_out {
            memory = memory.sending(largest);
        }
        if let Some(most) = self.settings {
            memory.settings = Buf::heap(most);
        }
        memory
    }
}
