//! Faults that come again and again.

use super::random::Random;
use crate::vocabulary::{Fault, FaultNature, FaultPlan, Span};
use mqmodem_core::Instant;

/// Faults that come again and again.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) id: u32,
    pub(super) words: String,
    /// One of it has acted.
    pub(super) fired: bool,
    /// When the next one comes.
    pub(super) next: Instant,
    every: Span,
    faults: Vec<Fault>,
    random: Random,
    /// What looks random in each of them.
    each: Random,
    /// How many more come.
    left: Option<u64>,
    ends: Option<Instant>,
    over: bool,
}

impl Schedule {
    /// One fault, again and again as it says.
    pub(super) fn of(now: Instant, id: u32, fault: Fault, random: Random) -> Self {
        let limits = fault.limits();
        let lasting = fault.nature() == FaultNature::Lasting;
        let ends = limits.lasts.filter(|_| !lasting).map(|it| now + it);
        let plan = FaultPlan {
            seed: None,
            every: limits.every.unwrap_or(Span::millis(1000)),
            faults: Vec::new(),
        };
        Self {
            words: fault.to_string(),
            left: limits.times,
            ends,
            faults: vec![fault.once()],
            ..Self::of_plan(now, id, plan, random)
        }
    }

    /// A plan.
    pub(super) fn of_plan(now: Instant, id: u32, plan: FaultPlan, mut random: Random) -> Self {
        Self {
            id,
            words: plan.to_string(),
            fired: false,
            next: now + random.within(plan.every),
            every: plan.every,
            faults: plan.faults.into_iter().map(Fault::once).collect(),
            each: Random::new(random.clone().next(), 0),
            random,
            left: None,
            ends: None,
            over: false,
        }
    }

    /// When it goes on, or its time is over.
    pub(super) fn due(&self) -> Option<Instant> {
        let next = Some(self.next).filter(|_| !self.over);
        next.into_iter().chain(self.ends).min()
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// Whether no more come.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// It is due: the fault that comes now, which one that is, and what looks random in it;
    /// none where its time is over.
    pub(super) fn go_on(&mut self) -> Option<(usize, Fault, Random)> {
        if self.over || self.ends.is_some_and(|ends| ends <= self.next) {
            self.over = true;
            self.ends = None;
            return None;
        }
        let which = self.random.below(self.faults.len() as u64) as usize;
        self.next = self.next + self.random.within(self.every);
        self.left = self.left.map(|left| left.saturating_sub(1));
        self.over = self.left == Some(0);
        let random = Random::new(self.each.next(), 0);
        Some((which, self.faults.get(which)?.clone(), random))
    }
}
