//! The one timer of a modem.

use crate::runtime::clock::SystemClock;
use mqmodem_core::Instant;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::time::Sleep;

/// Wakes the task when the modem wants the time.
///
/// A deadline that moves away leaves the timer as it is: it then fires early,
/// once, which is cheaper than moving it with every packet.
#[derive(Debug, Default)]
pub(crate) struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    armed: Option<Instant>,
}

impl Timer {
    /// Whether `want` has come; else the task is woken when it has.
    pub(crate) fn poll_due(
        &mut self,
        cx: &mut Context<'_>,
        clock: &SystemClock,
        want: Instant,
    ) -> bool {
        if want <= clock.now() {
            return true;
        }
        if self.armed.is_none_or(|armed| want < armed) {
            self.arm(clock, want);
        }
        while self.poll_sleep(cx).is_ready() {
            if want <= clock.now() {
                self.armed = None;
                return true;
            }
            self.arm(clock, want);
        }
        false
    }

    fn arm(&mut self, clock: &SystemClock, at: Instant) {
        let deadline = clock.runtime(at);
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().reset(deadline),
            None => self.sleep = Some(Box::pin(tokio::time::sleep_until(deadline))),
        }
        self.armed = Some(at);
    }

    fn poll_sleep(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}
