//! What goes wrong between a modem and its disk.

use super::rules::{Case, RuleSet};
use crate::vocabulary::{FaultEffect as Effect, Span};
use mqmodem_core::Instant;
use std::collections::VecDeque;

/// How long a late disk takes, unless it is told.
const LATE: Span = Span::millis(1000);

/// What becomes of the oldest change without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteFate {
    /// What the disk makes of it.
    Passes,
    /// It is refused.
    Fails,
    /// There is no answer yet.
    Waits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Passes,
    Fails,
    Due(Instant),
}

/// The changes without an answer, in order.
#[derive(Debug, Default)]
pub(super) struct StoreFaults(VecDeque<Fate>);

impl StoreFaults {
    /// The modem wants a change; whether it may reach the disk.
    pub(super) fn submit(&mut self, now: Instant, rules: &mut RuleSet, takes_room: bool) -> bool {
        let fate = fate(now, rules, takes_room);
        self.0.push_back(fate);
        fate != Fate::Fails
    }

    /// What becomes of the oldest change.
    pub(super) fn fate(&self, now: Instant) -> WriteFate {
        match self.0.front() {
            None | Some(Fate::Passes) => WriteFate::Passes,
            Some(Fate::Fails) => WriteFate::Fails,
            Some(Fate::Due(at)) if *at <= now => WriteFate::Passes,
            Some(Fate::Due(_)) => WriteFate::Waits,
        }
    }

    /// It was answered. Where it was refused, so is all that was wanted since.
    pub(super) fn answered(&mut self, ok: bool) {
        self.0.pop_front();
        if !ok {
            self.0.iter_mut().for_each(|fate| *fate = Fate::Fails);
        }
    }

    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        match self.0.front() {
            Some(Fate::Due(at)) => Some(*at),
            _ => None,
        }
    }
}

fn fate(now: Instant, rules: &mut RuleSet, takes_room: bool) -> Fate {
    let mut hit = |effect| rules.hit(now, Case::of(effect));
    if hit(Effect::StoreFails).is_some() || (takes_room && hit(Effect::StoreFull).is_some()) {
        return Fate::Fails;
    }
    match hit(Effect::StoreLate) {
        None => Fate::Passes,
        Some(mut hit) => {
            let time = hit.fault.span("TIME").unwrap_or(LATE);
            Fate::Due(now + hit.random.within(time))
        }
    }
}
