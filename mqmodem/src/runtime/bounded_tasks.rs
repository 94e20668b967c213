//! Connections of who has not yet shown that there is a use in them.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

/// So many at once; one more sends away who came first. So those that hold a
/// connection and say nothing shut nobody out.
pub(crate) struct BoundedTasks<T> {
    /// In the order in which they came. None is spawned: who is sent away gives its
    /// connection back at once.
    tasks: VecDeque<Guest<T>>,
    most: usize,
}

/// Who is dealt with.
struct Guest<T> {
    task: Pin<Box<dyn Future<Output = T> + Send>>,
    /// Whether it has shown that there is a use in it: others are sent away first.
    is_welcome: Option<Welcome>,
}

/// Whether somebody has shown that there is a use in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Welcome(Arc<AtomicBool>);

impl Welcome {
    /// It has.
    pub(crate) fn give(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it has.
    pub(crate) fn is_given(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl<T> fmt::Debug for BoundedTasks<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BoundedTasks({} of {})", self.tasks.len(), self.most)
    }
}

impl<T> BoundedTasks<T> {
    pub(crate) fn new(most: usize) -> Self {
        let tasks = VecDeque::new();
        Self { tasks, most }
    }

    /// Lets one in, who is dealt with by `task`.
    pub(crate) fn admit(&mut self, task: impl Future<Output = T> + Send + 'static) {
        self.push(Box::pin(task), None);
    }

    /// As [`admit`](Self::admit) one who stays as long as there are others to send away,
    /// once `welcome` is given.
    pub(crate) fn admit_maybe_welcome(
        &mut self,
        task: impl Future<Output = T> + Send + 'static,
        welcome: Welcome,
    ) {
        self.push(Box::pin(task), Some(welcome));
    }

    fn push(&mut self, task: Pin<Box<dyn Future<Output = T> + Send>>, is_welcome: Option<Welcome>) {
        if self.tasks.len() >= self.most {
            let stays = |guest: &Guest<T>| guest.is_welcome.as_ref().is_some_and(Welcome::is_given);
            let first = self.tasks.iter().position(|guest| !stays(guest));
            self.tasks.remove(first.unwrap_or(0));
        }
        self.tasks.push_back(Guest { task, is_welcome });
    }

    /// What became of the next who was dealt with; `None` where there is none. They
    /// are dealt with while this is waited for.
    pub(crate) async fn next(&mut self) -> Option<T> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut done = None;
        self.tasks.retain_mut(|guest| {
            if done.is_none()
                && let Poll::Ready(output) = guest.task.as_mut().poll(cx)
            {
                done = Some(output);
                return false;
            }
            true
        });
        match done {
            None if !self.tasks.is_empty() => Poll::Pending,
            done => Poll::Ready(done),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    #[tokio::test]
    async fn silent_peers_shut_nobody_out() {
        let mut guests = BoundedTasks::new(8);
        for round in 0..3 {
            for _ in 0..100 {
                guests.admit(pending());
            }
            guests.admit(async move { round });
            assert_eq!(guests.next().await, Some(round));
            assert!(guests.tasks.len() <= 8);
        }
    }

    #[tokio::test]
    async fn who_is_welcome_stays_while_others_go() {
        let mut guests = BoundedTasks::new(8);
        let (welcome, (say, said)) = (Welcome::default(), tokio::sync::oneshot::channel());
        let first = async move { said.await.is_ok_and(|it: bool| it) };
        guests.admit_maybe_welcome(first, welcome.clone());
        welcome.give();
        for _ in 0..100 {
            guests.admit_maybe_welcome(pending(), Welcome::default());
        }
        say.send(true).unwrap();
        assert_eq!(guests.next().await, Some(true));
        assert_eq!(guests.tasks.len(), 7);
    }

    #[test]
    fn who_is_sent_away_gives_back_at_once_what_it_holds() {
        let (mut guests, connection) = (BoundedTasks::new(8), Arc::new(()));
        for _ in 0..100 {
            let held = connection.clone();
            guests.admit(async move {
                pending::<()>().await;
                drop(held);
            });
        }
        assert_eq!(Arc::strong_count(&connection), 1 + 8);
    }
}
