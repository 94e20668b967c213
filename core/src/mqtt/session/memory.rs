//! Memory of the heap that a session does not need.

use super::Session;

impl Session<'_> {
    /// As [`Buf::trim`](crate::Buf::trim).
    pub fn trim(&mut self) -> usize {
        self.log.trim() + self.received.trim() + self.subscriptions.trim()
    }
}
