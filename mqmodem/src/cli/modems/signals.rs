//! What signals ask for.

use crate::cli::failure::ProgramFailure;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

/// Signals so soon after the first to end are the same wish: `timeout` sends one to the
/// program and another to its process group, and so does a terminal with a shell.
const ONE: Duration = Duration::from_secs(1);

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Wanted {
    /// SIGINT or SIGTERM.
    End,
    /// One of them again.
    EndAtOnce,
    /// SIGHUP.
    Reload,
}

/// The signals the program listens to.
pub(in crate::cli) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
    asked: Asked,
}

/// When the program was first asked to end.
#[derive(Default)]
struct Asked(Option<Instant>);

impl Asked {
    fn again(&mut self, now: Instant) -> Option<Wanted> {
        match self.0 {
            None => {
                self.0 = Some(now);
                Some(Wanted::End)
            }
            Some(first) if now < first + ONE => None,
            Some(_) => Some(Wanted::EndAtOnce),
        }
    }
}

impl Signals {
    pub(in crate::cli) fn new() -> Result<Self, ProgramFailure> {
        let catch = |kind| {
            signal(kind).map_err(|error| ProgramFailure::system("cannot catch signals", &error))
        };
        Ok(Self {
            interrupt: catch(SignalKind::interrupt())?,
            terminate: catch(SignalKind::terminate())?,
            hangup: catch(SignalKind::hangup())?,
            asked: Asked::default(),
        })
    }

    pub(in crate::cli) async fn next(&mut self) -> Wanted {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
                _ = self.hangup.recv() => return Wanted::Reload,
            }
            if let Some(wanted) = self.asked.again(Instant::now()) {
                return wanted;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_signals_at_once_are_one_and_a_later_one_is_another() {
        let mut asked = Asked::default();
        let begin = Instant::now();
        let mut after = |millis| asked.again(begin + Duration::from_millis(millis));
        assert_eq!(after(0), Some(Wanted::End));
        assert_eq!([0, 1, 999].map(&mut after), [None; 3]);
        assert_eq!([1000, 1001].map(after), [Some(Wanted::EndAtOnce); 2]);
    }
}
