//! What looks random: the same for the same seed.

use crate::vocabulary::Span;
use std::time::Duration;

/// A generator (splitmix64).
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The one of a fault.
    pub(super) fn new(seed: u64, id: u32) -> Self {
        Self(seed ^ u64::from(id).wrapping_mul(0xD6E8_FEB8_6659_FD93))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `count`; 0 where that is 0.
    pub(super) fn below(&mut self, count: u64) -> u64 {
        self.next().checked_rem(count).unwrap_or(0)
    }

    /// Whether something happens that does so in so many of a million cases.
    pub(super) fn happens(&mut self, millionths: u32) -> bool {
        self.below(1_000_000) < u64::from(millionths)
    }

    /// A time of the span.
    pub(super) fn within(&mut self, span: Span) -> Duration {
        let room = span.most.saturating_sub(span.least).as_micros();
        let room = u64::try_from(room).unwrap_or(u64::MAX - 1);
        span.least + Duration::from_micros(self.below(room.saturating_add(1)))
    }

    /// A byte that is none of text.
    pub(super) fn noise(&mut self) -> u8 {
        0x80 | (self.next() & 0x7f) as u8
    }
}
