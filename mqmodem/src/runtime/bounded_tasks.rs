//! Connections of who has not yet shown that there is a use in them.

use std::collections::VecDeque;
use tokio::task::{AbortHandle, JoinSet};

/// So many at once; one more sends away who came first. So those that hold a
/// connection and say nothing shut nobody out.
#[derive(Debug)]
pub(crate) struct BoundedTasks<T> {
    tasks: JoinSet<T>,
    /// In the order in which they came.
    order: VecDeque<AbortHandle>,
    most: usize,
}

impl<T: Send + 'static> BoundedTasks<T> {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            tasks: JoinSet::new(),
            order: VecDeque::new(),
            most,
        }
    }

    /// Lets one in, who is dealt with by `task`.
    pub(crate) fn admit(&mut self, task: impl Future<Output = T> + Send + 'static) {
        self.order.retain(|guest| !guest.is_finished());
        if self.order.len() >= self.most
            && let Some(first) = self.order.pop_front()
        {
            first.abort();
        }
        self.order.push_back(self.tasks.spawn(task));
    }

    /// What became of the next who was dealt with; `None` where there is none.
    pub(crate) async fn next(&mut self) -> Option<T> {
        loop {
            // Else it was sent away.
            if let Ok(done) = self.tasks.join_next().await? {
                return Some(done);
            }
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
            assert!(guests.order.len() <= 8);
            tokio::task::yield_now().await;
        }
    }
}
