//! The number of a host of a fleet.

use std::fmt;

/// The number of a host, with zeros before it. Hosts are many: as a text it would take
/// more memory.
#[derive(Clone, Copy)]
pub(super) struct HostNumber {
    value: u32,
    width: u8,
}

impl HostNumber {
    /// As the text says.
    pub(super) fn of(text: &str) -> Self {
        Self {
            value: text.parse().unwrap_or_default(),
            width: text.len() as u8,
        }
    }
}

impl fmt::Display for HostNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.value, width = self.width.into())
    }
}
