//! How much of payloads is written down.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::str::FromStr;

/// How much of the payload of a message is written down, and of raw bytes of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadLimit {
    /// Nothing.
    None,
    /// So many bytes from its front.
    Bytes(usize),
    /// All of it.
    All,
}

impl PayloadLimit {
    /// Bytes that are written down of so many.
    pub(in crate::observe) fn of(self, bytes: usize) -> usize {
        match self {
            Self::None => 0,
            Self::Bytes(most) => bytes.min(most),
            Self::All => bytes,
        }
    }

    /// The same of a piece of data, behind so many bytes of it.
    pub(in crate::observe) fn of_piece(self, before: usize, bytes: usize) -> usize {
        self.of(before.saturating_add(bytes)) - self.of(before)
    }
}

impl fmt::Display for PayloadLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Bytes(most) => most.fmt(f),
            Self::All => f.write_str("all"),
        }
    }
}

impl FromStr for PayloadLimit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self::None),
            "all" => Ok(Self::All),
            bytes => match bytes.parse() {
                Ok(most) => Ok(Self::Bytes(most)),
                Err(_) => Err("it is a number of bytes, all or none"),
            },
        }
    }
}

impl<'de> Deserialize<'de> for PayloadLimit {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(LimitVisitor)
    }
}

struct LimitVisitor;

impl Visitor<'_> for LimitVisitor {
    type Value = PayloadLimit;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of bytes, \"all\" or \"none\"")
    }

    fn visit_i64<E: Error>(self, bytes: i64) -> Result<PayloadLimit, E> {
        let most = usize::try_from(bytes);
        most.map(PayloadLimit::Bytes)
            .map_err(|_| E::custom("it is a number of bytes, \"all\" or \"none\""))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PayloadLimit, E> {
        text.parse().map_err(E::custom)
    }
}
