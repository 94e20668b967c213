//! Reason codes in a trace.

use crate::mqtt::reason;
use core::fmt;

/// A code as a trace shows it: ` code=135 (not authorized)`.
pub(super) struct ShownCode {
    code: u8,
    hides_success: bool,
}

impl ShownCode {
    pub(super) fn always(code: u8) -> Self {
        Self {
            code,
            hides_success: false,
        }
    }

    /// Nothing for 0, which may be left out on the wire.
    pub(super) fn unless_success(code: u8) -> Self {
        Self {
            code,
            hides_success: true,
        }
    }
}

impl fmt::Display for ShownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hides_success && self.code == reason::SUCCESS {
            return Ok(());
        }
        write!(f, " code={}", self.code)?;
        match reason::name(self.code) {
            // What stands for success has no need of words, and so in 3.1.1.
            Some(name) if self.code > 5 => write!(f, " ({name})"),
            _ => Ok(()),
        }
    }
}
