//! What may happen to thousands of modems at once is logged once a second.

use std::fmt::Display;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// One kind of line of the log.
pub(crate) struct Seldom {
    /// The second after that of the last line, 0 before the first.
    next: AtomicU64,
    unsaid: AtomicU64,
}

impl Seldom {
    pub(crate) const fn new() -> Self {
        Self {
            next: AtomicU64::new(0),
            unsaid: AtomicU64::new(0),
        }
    }

    /// Warns, or counts that it did not.
    pub(crate) fn warn(&self, line: impl Display) {
        match self.turn(START.elapsed().as_secs()) {
            None => {}
            Some(0) => tracing::warn!("{line}"),
            Some(unsaid) => tracing::warn!("{line} (and {unsaid} times more before)"),
        }
    }

    /// How many were not said since the last, where one may be said now.
    fn turn(&self, second: u64) -> Option<u64> {
        let next = second + 1;
        if self.next.fetch_max(next, Ordering::Relaxed) < next {
            return Some(self.unsaid.swap(0, Ordering::Relaxed));
        }
        self.unsaid.fetch_add(1, Ordering::Relaxed);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_one_line_and_the_next_says_what_was_left_out() {
        let seldom = Seldom::new();
        let said = [0, 0, 0, 1, 2, 2, 1, 3].map(|second| seldom.turn(second));
        let want = [Some(0), None, None, Some(2), Some(0), None, None, Some(2)];
        assert_eq!(said, want);
    }
}
