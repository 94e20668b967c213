//! A value that changes now and then, and tasks that wait for that.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

/// A value that changes now and then. Thousands may wait for that all their life, so
/// each of them takes little: a waker, and where it stands.
#[derive(Debug, Default)]
pub(crate) struct Board<T>(Arc<Posted<T>>);

#[derive(Debug, Default)]
struct Posted<T> {
    /// How often the value has changed.
    changes: AtomicU32,
    notice: Mutex<Notice<T>>,
}

#[derive(Debug, Default)]
struct Notice<T> {
    value: T,
    /// The board is gone.
    is_gone: bool,
    /// Who waits, each in its place.
    waiting: Vec<Option<Waker>>,
    /// Places nobody has.
    free: Vec<NonZeroU32>,
}

impl<T> Board<T> {
    /// Changes the value, and wakes all who wait.
    pub(crate) fn change(&self, with: impl FnOnce(&mut T)) {
        self.0.change(|notice| with(&mut notice.value));
    }

    /// Changes the value in a way that nobody waits for.
    pub(crate) fn change_unseen(&self, with: impl FnOnce(&mut T)) {
        with(&mut self.0.lock().value);
    }

    /// One who waits for changes.
    pub(crate) fn reader(&self) -> BoardReader<T> {
        BoardReader {
            posted: self.0.clone(),
            seen: 0,
            place: None,
        }
    }
}

impl<T> Drop for Board<T> {
    fn drop(&mut self) {
        self.0.change(|notice| notice.is_gone = true);
    }
}

impl<T> Posted<T> {
    fn change(&self, with: impl FnOnce(&mut Notice<T>)) {
        let mut notice = self.lock();
        with(&mut notice);
        // Before they are woken, and where none can be added meanwhile.
        self.changes.fetch_add(1, Ordering::Release);
        let waiting: Vec<Waker> = notice.waiting.iter_mut().filter_map(Option::take).collect();
        drop(notice);
        waiting.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, Notice<T>> {
        self.notice.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who waits for changes of a [`Board`].
#[derive(Debug)]
pub(crate) struct BoardReader<T> {
    posted: Arc<Posted<T>>,
    /// The changes it has seen, where it has a place: until the next one the waker of its
    /// task is there.
    seen: u32,
    /// Counted from 1.
    place: Option<NonZeroU32>,
}

impl<T> BoardReader<T> {
    /// Whether the value is as `wanted`, or the board is gone. If not, its task, which is
    /// always the same, is woken at the next change.
    pub(crate) fn poll(&mut self, cx: &Context<'_>, wanted: impl FnOnce(&T) -> bool) -> bool {
        let changes = self.posted.changes.load(Ordering::Acquire);
        if self.place.is_some() && self.seen == changes {
            return false;
        }
        let mut notice = self.posted.lock();
        if notice.is_gone || wanted(&notice.value) {
            return true;
        }
        // None comes while the lock is held.
        self.seen = self.posted.changes.load(Ordering::Acquire);
        let place = *self.place.get_or_insert_with(|| notice.new_place());
        if let Some(waker) = notice.at(place) {
            *waker = Some(cx.waker().clone());
        }
        false
    }
}

impl<T> Notice<T> {
    fn new_place(&mut self) -> NonZeroU32 {
        self.free.pop().unwrap_or_else(|| {
            self.waiting.push(None);
            let count = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
            NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
        })
    }

    fn at(&mut self, place: NonZeroU32) -> Option<&mut Option<Waker>> {
        self.waiting.get_mut(place.get() as usize - 1)
    }
}

impl<T> Drop for BoardReader<T> {
    fn drop(&mut self) {
        let Some(place) = self.place else {
            return;
        };
        let mut notice = self.posted.lock();
        if let Some(waker) = notice.at(place) {
            *waker = None;
        }
        notice.free.push(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::task::Poll;
    use tokio::task::{JoinSet, yield_now};

    /// Waits on `board` until it has at least this number.
    fn wait(board: &Board<u32>, least: u32) -> impl Future<Output = ()> + use<> {
        let mut reader = board.reader();
        poll_fn(move |cx| {
            if reader.poll(cx, |is| *is >= least) {
                return Poll::Ready(());
            }
            Poll::Pending
        })
    }

    #[tokio::test]
    async fn each_change_reaches_all_who_wait_for_it() {
        let board = Board::<u32>::default();
        let mut waiting = JoinSet::new();
        for want in 1..=3 {
            waiting.spawn(wait(&board, want));
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

    #[tokio::test]
    async fn a_place_on_the_board_is_used_again() {
        let board = Board::<u32>::default();
        for _ in 0..3 {
            let mut waiting = JoinSet::new();
            (0..2).for_each(|_| drop(waiting.spawn(wait(&board, 1))));
            yield_now().await;
            waiting.shutdown().await;
        }
        let notice = board.0.lock();
        assert_eq!((notice.waiting.len(), notice.free.len()), (2, 2));
    }

    #[test]
    fn who_waits_takes_little() {
        let waiting = size_of::<BoardReader<()>>() + size_of::<Option<Waker>>();
        assert!(waiting <= 32, "{waiting}");
    }
}
