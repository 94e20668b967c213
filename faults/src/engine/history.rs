//! What became of faults.

use mqmodem_core::Instant;
use std::collections::VecDeque;

/// Faults that have ended and are still known.
const PAST: usize = 1000;
/// News that wait to be told; older ones are dropped.
const NEWS: usize = 4096;

/// How far a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultState {
    /// It waits for what it is to act on.
    Armed,
    /// It has acted.
    Fired,
    /// It will not act any more.
    Ended,
}

impl FaultState {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Armed => "armed",
            Self::Fired => "fired",
            Self::Ended => "ended",
        }
    }
}

/// A fault has another state, or has acted once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultNews {
    /// Its number.
    pub id: u32,
    /// How far it is now.
    pub state: FaultState,
    /// The words that ask for it.
    pub words: String,
}

/// What became of faults.
#[derive(Debug, Default)]
pub(super) struct History {
    news: VecDeque<FaultNews>,
    /// When those first acted that did.
    fired: VecDeque<(u32, Instant)>,
    /// Those that have ended.
    past: VecDeque<u32>,
    /// Those of them that had never acted, and nobody cleared.
    pub(super) idle: VecDeque<String>,
}

impl History {
    /// A fault has another state, or has acted.
    pub(super) fn report(&mut self, id: u32, state: FaultState, words: String) {
        push(&mut self.news, NEWS, FaultNews { id, state, words });
    }

    pub(super) fn poll_news(&mut self) -> Option<FaultNews> {
        self.news.pop_front()
    }

    pub(super) fn acted(&mut self, now: Instant, id: u32) {
        if self.fired_at(id).is_none() {
            push(&mut self.fired, PAST, (id, now));
        }
    }

    pub(super) fn ended(&mut self, id: u32, words: String) {
        push(&mut self.past, PAST, id);
        self.report(id, FaultState::Ended, words);
    }

    /// One ends by itself that has never acted.
    pub(super) fn idle(&mut self, words: String) {
        push(&mut self.idle, PAST, words);
    }

    /// When a fault first acted.
    pub(super) fn fired_at(&self, id: u32) -> Option<Instant> {
        let found = self.fired.iter().find(|(of, _)| *of == id);
        found.map(|(_, at)| *at)
    }

    /// Whether one of this number has ended.
    pub(super) fn has_ended(&self, id: u32) -> bool {
        self.past.contains(&id)
    }
}

/// Adds something; of more than `most` the oldest is dropped.
fn push<T>(queue: &mut VecDeque<T>, most: usize, new: T) {
    if queue.len() >= most {
        queue.pop_front();
    }
    queue.push_back(new);
}
