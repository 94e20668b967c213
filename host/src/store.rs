//! Where a modem keeps what outlives it.

use mqmodem_core::Slot;

/// Keeps bytes under names.
pub trait Store: Send {
    /// Keeps `bytes` in place of what was there; whether they are durable.
    fn put(&mut self, slot: Slot, bytes: &[u8]) -> bool;
    /// Forgets what is kept; whether that is durable.
    fn erase(&mut self, slot: Slot) -> bool;
}

/// Keeps nothing: the modem starts new each time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forgetful;

impl Store for Forgetful {
    fn put(&mut self, _slot: Slot, _bytes: &[u8]) -> bool {
        true
    }

    fn erase(&mut self, _slot: Slot) -> bool {
        true
    }
}
