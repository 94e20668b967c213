//! A value that changes now and then, and tasks that wait for that.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A value that changes now and then. Thousands may wait for that all their life, so
/// each of them takes little: half of what a channel of tokio's does.
#[derive(Debug, Default)]
pub(crate) struct Board<T>(Arc<Posted<T>>);

#[derive(Debug, Default)]
struct Posted<T> {
    value: Mutex<T>,
    /// The board is gone.
    is_gone: AtomicBool,
    changed: Notify,
}

impl<T> Board<T> {
    /// Changes the value, and wakes all who wait.
    pub(crate) fn change(&self, with: impl FnOnce(&mut T)) {
        self.change_unseen(with);
        self.0.changed.notify_waiters();
    }

    /// Changes the value in a way that nobody waits for.
    pub(crate) fn change_unseen(&self, with: impl FnOnce(&mut T)) {
        with(&mut self.0.lock());
    }

    /// Resolves once the value is as `wanted`, or the board is gone.
    pub(crate) fn wait_until<W>(&self, wanted: W) -> impl Future<Output = ()> + Send + use<T, W>
    where
        T: Send,
        W: Fn(&T) -> bool + Send,
    {
        let posted = self.0.clone();
        async move {
            loop {
                // Before the look, so that no change is missed.
                let changed = posted.changed.notified();
                if posted.is_gone.load(Ordering::Acquire) || wanted(&posted.lock()) {
                    return;
                }
                changed.await;
            }
        }
    }
}

impl<T> Drop for Board<T> {
    fn drop(&mut self) {
        self.0.is_gone.store(true, Ordering::Release);
        self.0.changed.notify_waiters();
    }
}

impl<T> Posted<T> {
    fn lock(&self) -> MutexGuard<'_, T> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::task::{JoinSet, yield_now};

    #[tokio::test]
    async fn each_change_reaches_all_who_wait_for_it() {
        let board = Board::<u32>::default();
        let mut waiting = JoinSet::new();
        for want in 1..=3 {
            waiting.spawn(board.wait_until(move |is| *is >= want));
        }
        for is in 1..=2 {
            yield_now().await;
            board.change(|value| *value = is);
            waiting.join_next().await.unwrap().unwrap();
            assert_eq!(waiting.len(), 3 - is as usize);
        }
        drop(board);
        waiting.join_next().await.unwrap().unwrap();
    }

    #[test]
    fn who_waits_takes_little() {
        let board = Board::<()>::default();
        let waiting = board.wait_until(|()| false);
        assert!(size_of_val(&waiting) <= 96, "{}", size_of_val(&waiting));
    }
}
