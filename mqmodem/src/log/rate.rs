//! Things of one kind that are told once a second, with a count.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

const SECOND: Duration = Duration::from_secs(1);

/// Whether one more of its kind may be told.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    /// Until it is over, they are counted.
    pause: Option<Pin<Box<Sleep>>>,
    more: u64,
}

impl Rate {
    /// One more happened; whether it may be told now. Else it is counted.
    pub(crate) fn may_report(&mut self) -> bool {
        if self.pause.is_some() {
            self.more += 1;
            return false;
        }
        self.pause = Some(Box::pin(sleep(SECOND)));
        true
    }

    /// How many were only counted, once the second is over.
    pub(crate) fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<u64> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        if self.more == 0 {
            return Poll::Pending;
        }
        self.pause = Some(Box::pin(sleep(SECOND)));
        // What comes next is to be heard of too.
        cx.waker().wake_by_ref();
        Poll::Ready(std::mem::take(&mut self.more))
    }

    /// As [`poll_more`](Self::poll_more).
    pub(crate) async fn more(&mut self) -> u64 {
        poll_fn(|cx| self.poll_more(cx)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_event_is_reported_at_once_and_others_as_a_count_each_second() {
        let mut rate = Rate::default();
        let told = (0..690).filter(|_| rate.may_report()).count();
        assert_eq!(told, 1);
        assert_eq!(rate.more().await, 689);
        assert!(!rate.may_report(), "within a second of the count");
        assert_eq!(rate.more().await, 1);
        let nothing = tokio::time::timeout(2 * SECOND, rate.more()).await;
        assert!(nothing.is_err(), "a second in which nothing happened");
        assert!(rate.may_report());
    }
}
