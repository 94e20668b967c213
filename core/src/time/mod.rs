//! Time as the caller tells it: the core has no clock.

pub mod civil;

use core::fmt;
use core::num::NonZeroU64;
use core::ops::{Add, Sub};
use core::time::Duration;

/// A point in time in microseconds since an origin the caller chose.
///
/// The caller's clock must not run backwards; an [`Instant`] earlier than one
/// given before is treated as that earlier one.
///
/// It is kept as one more, so that a time that may be none takes no more memory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(NonZeroU64);

impl Instant {
    /// The caller's origin.
    pub const ZERO: Self = Self(NonZeroU64::MIN);

    /// `micros` microseconds after the origin, 2⁶⁴ − 2 at most.
    #[inline]
    pub const fn from_micros(micros: u64) -> Self {
        Self(NonZeroU64::MIN.saturating_add(micros))
    }

    /// Microseconds since the origin.
    #[inline]
    pub const fn as_micros(self) -> u64 {
        self.0.get() - 1
    }

    /// So many microseconds later.
    #[inline]
    pub(crate) const fn later(self, micros: u64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The time since `earlier`, zero if that is later.
    #[inline]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.get().saturating_sub(earlier.0.get()))
    }
}

impl Default for Instant {
    fn default() -> Self {
        Self::ZERO
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Instant").field(&self.as_micros()).finish()
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    // A constant time added is one addition once this is inlined.
    #[inline]
    fn add(self, rhs: Duration) -> Self {
        let micros = u64::try_from(rhs.as_micros()).unwrap_or(u64::MAX);
        self.later(micros)
    }
}

impl Sub for Instant {
    type Output = Duration;

    #[inline]
    fn sub(self, rhs: Self) -> Duration {
        self.since(rhs)
    }
}

/// The earlier of two times, if there is any.
pub(crate) fn sooner(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
