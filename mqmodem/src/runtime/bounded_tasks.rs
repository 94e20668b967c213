//! Connections of who has not yet shown that there is a use in them.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

/// So many at once; one more sends away who came first. So those that hold a
/// connection and say nothing shut nobody out.
pub(crate) struct BoundedTasks<T> {
    /// In the order in which they came. None is spawned: who is sent away gives its
    /// connection back at once.
    tasks: VecDeque<Pin<Box<dyn Future<Output = T> + Send>>>,
    most: usize,
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
        if self.tasks.len() >= self.most {
            self.tasks.pop_front();
        }
        self.tasks.push_back(Box::pin(task));
    }

    /// What became of the next who was dealt with; `None` where there is none. They
    /// are dealt with while this is waited for.
    pub(crate) async fn next(&mut self) -> Option<T> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut done = None;
        self.tasks.retain_mut(|task| {
            if done.is_none()
                && let Poll::Ready(output) = task.as_mut().poll(cx)
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
    use std::sync::Arc;

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
