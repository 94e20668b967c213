//! Which packet identifiers restored messages have.

use crate::mqtt::PacketId;

/// From which identifier of restored messages to which they go, in the order in which they
/// are given; 0 where there is none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct IdSpan {
    first: u16,
    last: u16,
}

impl IdSpan {
    /// How many steps from the first.
    fn distance(self, id: u16) -> u16 {
        match id.checked_sub(self.first) {
            Some(steps) => steps,
            // 1 follows 65535.
            None => (u16::MAX - self.first).saturating_add(id),
        }
    }

    /// Whether one is behind all of them.
    pub(super) fn is_beyond(self, id: PacketId) -> bool {
        self.first > 0 && self.distance(id.get()) > self.distance(self.last)
    }

    pub(super) fn add(&mut self, id: PacketId) {
        if self.first == 0 {
            (self.first, self.last) = (id.get(), id.get());
        } else if self.is_beyond(id) {
            self.last = id.get();
        }
    }
}
