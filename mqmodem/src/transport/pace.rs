//! A ceiling on how many connections are begun in a second.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// So much may be begun at once: the runtime's timers are not finer.
const BURST: Duration = Duration::from_millis(10);

/// Gives attempts to connect their turns, in the order they come. One that is
/// given up while it waits takes no turn.
#[derive(Debug)]
pub struct Pace {
    /// From one to the next, in nanoseconds.
    gap: AtomicU64,
    next: Mutex<Instant>,
}

impl Pace {
    /// So many attempts a second.
    pub fn new(per_second: NonZeroU32) -> Self {
        Self {
            gap: AtomicU64::new(gap(per_second)),
            next: Mutex::new(Instant::now()),
        }
    }

    /// So many from now on.
    pub fn change(&self, per_second: NonZeroU32) {
        self.gap.store(gap(per_second), Ordering::Relaxed);
    }

    pub(super) async fn turn(&self) {
        let mut next = self.next.lock().await;
        if *next > Instant::now() + BURST {
            tokio::time::sleep_until(*next).await;
        }
        let gap = Duration::from_nanos(self.gap.load(Ordering::Relaxed));
        *next = (*next).max(Instant::now()) + gap;
    }
}

fn gap(per_second: NonZeroU32) -> u64 {
    1_000_000_000 / u64::from(per_second.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_per_second_are_limited() {
        let pace = Pace::new(NonZeroU32::new(500).unwrap());
        let begin = Instant::now();
        for _ in 0..1000 {
            pace.turn().await;
        }
        let took = begin.elapsed();
        assert!(
            took > Duration::from_millis(1980) && took < Duration::from_millis(2020),
            "{took:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiter_that_gives_up_takes_no_turn() {
        let pace = Pace::new(NonZeroU32::MIN);
        pace.turn().await;
        let begin = Instant::now();
        for _ in 0..10 {
            let turn = tokio::time::timeout(Duration::from_millis(50), pace.turn());
            assert!(turn.await.is_err());
        }
        pace.turn().await;
        assert_eq!(begin.elapsed(), Duration::from_secs(1));
    }
}
