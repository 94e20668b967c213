//! Hosts inside the process: each plays its chats at its modem, without a port
//! of the system, a task or a queue of its own.

use super::number::HostNumber;
use super::totals::{Ledger, Totals, cause};
use crate::port::{Label, PRESENT, Port, PortInput};
use crate::runtime::clock::SystemClock;
use mqmodem_chat::live::{Live, LiveRules, Names, Next};
use mqmodem_chat::{Mismatch, Script};
use mqmodem_core::Instant;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Sleep;

/// Other lines may stand between those that are expected: messages come when
/// they come.
const RULES: LiveRules = LiveRules {
    within: Duration::from_mins(1),
    quiet: Duration::ZERO,
    exact: false,
};

/// Pauses after a setup that failed: the first, and the longest.
const PAUSE: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_mins(1);

/// What all hosts of a fleet play, and how it goes.
#[derive(Debug)]
pub(crate) struct FleetChats {
    clock: SystemClock,
    programme: Mutex<Arc<Programme>>,
    /// How often it changed.
    changes: AtomicU32,
    totals: Arc<Totals>,
}

/// What hosts play. It may change while they do.
#[derive(Debug)]
pub(crate) struct Programme {
    /// Played once, again until it goes well.
    pub(crate) setup: Option<Arc<Script>>,
    /// Played in rounds.
    pub(crate) round: Option<Arc<Script>>,
    /// How many rounds; else no end.
    pub(crate) repeat: Option<u64>,
    /// From the beginning of a round to that of the next.
    pub(crate) every: Duration,
}

impl FleetChats {
    pub(crate) fn new(programme: Programme, totals: Arc<Totals>) -> Self {
        Self {
            clock: SystemClock::new(),
            programme: Mutex::new(Arc::new(programme)),
            changes: AtomicU32::new(0),
            totals,
        }
    }

    /// From now on hosts play this: each ends the chat it is at, and takes it up when it
    /// is looked at next.
    pub(crate) fn change(&self, programme: Programme) {
        *self.lock() = Arc::new(programme);
        self.changes.fetch_add(1, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Programme>> {
        self.programme
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn changes(&self) -> u32 {
        self.changes.load(Ordering::Acquire)
    }
}

/// A host that plays its chats.
pub(crate) struct PlayedHost {
    chats: Arc<FleetChats>,
    programme: Arc<Programme>,
    /// How often that had changed.
    changes: u32,
    ledger: Arc<Ledger>,
    name: Label,
    number: HostNumber,
    index: u32,
    stage: HostStage,
    reported: bool,
    sleep: Option<Pin<Box<Sleep>>>,
}

enum HostStage {
    /// Waits for a chat to begin.
    Pause { until: Instant, then: Chat },
    /// A chat is under way.
    Chat(Box<PlayedChat>),
    /// Only listens.
    Silent,
    /// Has left.
    Over,
}

/// A chat that is played; it began then.
struct PlayedChat {
    live: Live,
    chat: Chat,
    began: Instant,
}

#[derive(Clone, Copy)]
enum Chat {
    Setup { attempt: u32 },
    Round,
}

impl PlayedHost {
    pub(crate) fn new(chats: &Arc<FleetChats>, name: Label, index: u32, number: &str) -> Self {
        // Of a change between the two it learns again.
        let changes = chats.changes();
        Self {
            changes,
            programme: chats.lock().clone(),
            ledger: chats.totals.of(index),
            chats: chats.clone(),
            name,
            number: HostNumber::of(number),
            index,
            stage: HostStage::Pause {
                until: chats.clock.now(),
                then: Chat::Setup { attempt: 0 },
            },
            reported: false,
            sleep: None,
        }
    }

    fn begin(&mut self, chat: Chat) {
        let script = match chat {
            Chat::Setup { .. } => &self.programme.setup,
            Chat::Round => &self.programme.round,
        };
        self.stage = match (script, chat) {
            (Some(script), _) => HostStage::Chat(Box::new(PlayedChat {
                live: Live::new(script.clone(), RULES),
                chat,
                began: self.chats.clock.now(),
            })),
            (None, Chat::Setup { .. }) => self.ready(),
            (None, Chat::Round) => HostStage::Silent,
        };
    }

    /// The setup went well. Rounds of a fleet are spread over the time from one
    /// to the next.
    fn ready(&self) -> HostStage {
        self.ledger.set_up();
        self.first_round()
    }

    fn first_round(&self) -> HostStage {
        let phase = self.programme.every.mul_f64(chance(self.index, 0));
        self.next_round(self.chats.clock.now() + phase)
    }

    fn next_round(&self, until: Instant) -> HostStage {
        let programme = &self.programme;
        let is_last = |all| self.ledger.played() >= all;
        if programme.round.is_some() && programme.repeat.is_some_and(is_last) {
            return HostStage::Over;
        }
        HostStage::Pause {
            until,
            then: Chat::Round,
        }
    }

    /// Another programme: the chat that is played goes on to its end, and what comes
    /// next is that of the new one, at its times.
    fn take_up(&mut self, programme: Arc<Programme>) {
        let before = std::mem::replace(&mut self.programme, programme);
        let is_other_time = before.every != self.programme.every;
        match &self.stage {
            HostStage::Silent if self.programme.round.is_some() => self.stage = self.first_round(),
            HostStage::Pause {
                until,
                then: Chat::Round,
            } => {
                self.stage = if is_other_time {
                    self.first_round()
                } else {
                    self.next_round(*until)
                }
            }
            _ => {}
        }
    }

    /// A chat is at its end.
    fn follow(&mut self, chat: Chat, began: Instant, wrong: Option<&Mismatch>) {
        let now = self.chats.clock.now();
        let well = wrong.is_none();
        if let Some(wrong) = wrong {
            self.log(wrong);
        }
        self.stage = match chat {
            Chat::Setup { .. } if well => self.ready(),
            Chat::Setup { attempt } => HostStage::Pause {
                until: now + pause(self.index, attempt),
                then: Chat::Setup {
                    attempt: attempt.saturating_add(1),
                },
            },
            Chat::Round => {
                let least = if well { Duration::ZERO } else { PAUSE };
                self.ledger.round(well);
                self.next_round((began + self.programme.every).max(now + least))
            }
        };
    }

    /// Tells the first of each cause, and then how many it has become.
    fn log(&self, wrong: &Mismatch) {
        let cause = cause(wrong, self.name.as_str(), &self.number.to_string());
        let count = self.chats.totals.fail(&cause);
        tracing::debug!(modem = %self.name, "{wrong}");
        if count == 1 {
            tracing::warn!(modem = %self.name, "{cause}");
        } else if is_power_of_ten(count) {
            tracing::warn!("failed {count} times by now: {cause}");
        }
    }

    /// Ready when the time has come.
    fn poll_sleep(&mut self, cx: &mut Context<'_>, until: Instant) -> Poll<()> {
        if until <= self.chats.clock.now() {
            self.sleep = None;
            return Poll::Ready(());
        }
        let deadline = self.chats.clock.runtime(until);
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if sleep.deadline() != deadline {
            sleep.as_mut().reset(deadline);
        }
        sleep.as_mut().poll(cx)
    }

    /// Bytes to say; `None` where there is nothing to do but to wait until then.
    fn step(&mut self, buf: &mut [u8]) -> Result<usize, Instant> {
        let now = self.chats.clock.now();
        let HostStage::Chat(playing) = &mut self.stage else {
            return Err(now);
        };
        let PlayedChat { live, chat, began } = &mut **playing;
        let number = self.number.to_string();
        let names = Names {
            name: self.name.as_str(),
            index: &number,
        };
        match live.next(now, &names) {
            Next::Write(bytes) => {
                let n = bytes.len().min(buf.len());
                buf[..n].copy_from_slice(&bytes[..n]);
                live.written(now, n);
                Ok(n)
            }
            // Nobody is there to see them.
            Next::Dtr(_) | Next::Rts(_) => Err(now),
            Next::Listen(until) => Err(until),
            Next::End => {
                let (chat, began) = (*chat, *began);
                let wrong = live.wrong().cloned();
                self.follow(chat, began, wrong.as_ref());
                Err(now)
            }
        }
    }
}

/// How long to wait after this attempt: twice as long each time, up to half of it
/// left to chance.
fn pause(index: u32, attempt: u32) -> Duration {
    let doubled = PAUSE * 1_u32.checked_shl(attempt).unwrap_or(u32::MAX).min(1 << 10);
    let longest = doubled.min(LONGEST);
    longest.mul_f64(1.0 - chance(index, attempt) / 2.0)
}

fn is_power_of_ten(mut number: u64) -> bool {
    while number > 1 && number.is_multiple_of(10) {
        number /= 10;
    }
    number == 1
}

/// A number from 0 to 1 that looks random.
fn chance(index: u32, attempt: u32) -> f64 {
    let seed = (u64::from(index) << 32 | u64::from(attempt)).wrapping_add(1);
    let mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    f64::from((mixed >> 32) as u32) / f64::from(u32::MAX)
}

impl Port for PlayedHost {
    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<PortInput> {
        if !self.reported {
            self.reported = true;
            return Poll::Ready(PortInput::Lines(PRESENT));
        }
        let changes = self.chats.changes();
        if changes != self.changes {
            self.changes = changes;
            let programme = self.chats.lock().clone();
            self.take_up(programme);
        }
        loop {
            let until = match &self.stage {
                HostStage::Over => return Poll::Ready(PortInput::End),
                HostStage::Silent => {
                    self.sleep = None;
                    return Poll::Pending;
                }
                HostStage::Pause { until, .. } => *until,
                HostStage::Chat(_) => match self.step(buf) {
                    Ok(n) => return Poll::Ready(PortInput::Bytes(n)),
                    Err(until) => until,
                },
            };
            if self.poll_sleep(cx, until).is_pending() {
                return Poll::Pending;
            }
            if let HostStage::Pause { until, then } = self.stage
                && until <= self.chats.clock.now()
            {
                self.begin(then);
            }
        }
    }

    fn poll_write(&mut self, _cx: &mut Context<'_>, bytes: &[u8]) -> Poll<usize> {
        let now = self.chats.clock.now();
        if let HostStage::Chat(playing) = &mut self.stage {
            playing.live.receive(now, bytes);
        }
        Poll::Ready(bytes.len())
    }
}

impl fmt::Debug for PlayedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut played = f.debug_struct("Played");
        played.field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_differ() {
        for attempt in 0..100 {
            let longest = pause_limit(attempt);
            for index in 0..50 {
                let pause = pause(index, attempt);
                assert!(
                    pause <= longest && pause >= longest / 2,
                    "{attempt}: {pause:?}"
                );
            }
        }
        let mean = (0..1000).map(|index| chance(index, 0)).sum::<f64>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
    }

    fn pause_limit(attempt: u32) -> Duration {
        Duration::from_secs(
            [2, 4, 8, 16, 32]
                .get(attempt as usize)
                .copied()
                .unwrap_or(60),
        )
    }
}
