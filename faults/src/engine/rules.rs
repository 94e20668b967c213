//! Which faults are in force, and on what each acts.

use super::history::{FaultNews, FaultState, History};
use super::random::Random;
use super::schedule::Schedule;
use crate::vocabulary::{Direction, Fault, FaultEffect, FaultNature, FaultPlan};
use mqmodem_core::Instant;

/// Faults in force at once.
const MOST: usize = 256;

/// What is asked of the rules: which of them is meant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'c> {
    pub(super) effect: FaultEffect,
    pub(super) link: Option<u8>,
    pub(super) dir: Option<Direction>,
    pub(super) to: Option<&'c str>,
}

impl Case<'_> {
    pub(super) fn of(effect: FaultEffect) -> Self {
        Self {
            effect,
            link: None,
            dir: None,
            to: None,
        }
    }

    /// Whether it is one that the fault is about.
    fn is_of(&self, fault: &Fault) -> bool {
        let limits = fault.limits();
        let link = limits
            .link
            .is_none_or(|link| self.link.is_none_or(|it| it == link));
        let dir = limits
            .dir
            .is_none_or(|dir| self.dir.is_none_or(|it| it == dir));
        let to = limits.to.as_deref().is_none_or(|to| self.to == Some(to));
        self.effect == fault.effect() && link && dir && to
    }
}

/// A fault in force.
#[derive(Debug)]
struct Rule {
    id: u32,
    fault: Fault,
    random: Random,
    /// What passed that it could have acted on.
    passed: u64,
    fired: u64,
    ends: Option<Instant>,
    /// Which of a plan it is.
    of_plan: Option<usize>,
}

/// All faults in force.
#[derive(Debug, Default)]
pub(super) struct RuleSet {
    rules: Vec<Rule>,
    schedules: Vec<Schedule>,
    seed: u64,
    last: u32,
    pub(super) history: History,
}

impl RuleSet {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    pub(super) fn set_seed(&mut self, seed: u64) {
        self.seed = seed;
    }

    fn next_id(&mut self) -> Result<u32, String> {
        if self.rules.len() + self.schedules.len() >= MOST {
            return Err(format!("{MOST} faults are in force; clear some first"));
        }
        self.last = self.last.wrapping_add(1).max(1);
        Ok(self.last)
    }

    /// Has a fault happen; its number.
    pub(super) fn arm(&mut self, now: Instant, fault: Fault) -> Result<u32, String> {
        let id = self.next_id()?;
        let words = fault.to_string();
        if fault.limits().every.is_some() {
            let random = Random::new(self.seed, id);
            self.schedules.push(Schedule::of(now, id, fault, random));
        } else {
            let random = Random::new(self.seed, id);
            self.rule(now, id, fault, random, None);
        }
        self.history.report(id, FaultState::Armed, words);
        Ok(id)
    }

    /// Has a plan happen; its number.
    pub(super) fn plan(&mut self, now: Instant, plan: FaultPlan) -> Result<u32, String> {
        let id = self.next_id()?;
        self.history.report(id, FaultState::Armed, plan.to_string());
        // With a seed of its own it is the same wherever it stands.
        let random = match plan.seed {
            Some(seed) => Random::new(seed, 0),
            None => Random::new(self.seed, id),
        };
        self.schedules
            .push(Schedule::of_plan(now, id, plan, random));
        Ok(id)
    }

    fn rule(
        &mut self,
        now: Instant,
        id: u32,
        fault: Fault,
        random: Random,
        of_plan: Option<usize>,
    ) {
        let ends = fault.limits().lasts.map(|it| now + it);
        self.rules.push(Rule {
            id,
            fault,
            random,
            passed: 0,
            fired: 0,
            ends,
            of_plan,
        });
    }

    /// Whether none is in force.
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.schedules.is_empty()
    }

    /// Whether one in force may act on this.
    pub(super) fn any(&self, case: Case<'_>) -> bool {
        self.rules.iter().any(|rule| case.is_of(&rule.fault))
    }

    /// The same of packets: `kind` is the packet's type.
    pub(super) fn any_packet(&self, case: Case<'_>, kind: u8) -> bool {
        let is_kind = |rule: &Rule| {
            rule.fault
                .count("PACKET")
                .is_none_or(|it| it == u64::from(kind))
        };
        self.rules
            .iter()
            .any(|rule| case.is_of(&rule.fault) && is_kind(rule))
    }

    /// Something passes: the fault that acts on it now, if any does.
    pub(super) fn hit(&mut self, now: Instant, case: Case<'_>) -> Option<Hit> {
        self.hit_where(now, case, |_| true)
    }

    /// A packet passes.
    pub(super) fn hit_packet(&mut self, now: Instant, case: Case<'_>, kind: u8) -> Option<Hit> {
        self.hit_where(now, case, |fault| {
            fault.count("PACKET").is_none_or(|it| it == u64::from(kind))
        })
    }

    /// Something passes, which only some faults are about.
    pub(super) fn hit_where(
        &mut self,
        now: Instant,
        case: Case<'_>,
        also: impl Fn(&Fault) -> bool,
    ) -> Option<Hit> {
        let at = self.rules.iter_mut().position(|rule| {
            let meant = case.is_of(&rule.fault) && also(&rule.fault) && rule.is_on(now);
            meant && rule.acts()
        })?;
        Some(self.fire(now, at))
    }

    /// The rule acts.
    fn fire(&mut self, now: Instant, at: usize) -> Hit {
        let rule = &mut self.rules[at];
        rule.fired += 1;
        let (id, lasts) = (rule.id, rule.fault.nature() == FaultNature::Lasting);
        let hit = Hit {
            fault: rule.fault.clone(),
            random: Random::new(rule.random.next(), id),
        };
        // One that lasts acts as one, however often that is seen.
        if !lasts || rule.fired == 1 {
            let words = rule.fault.to_string();
            self.acted(now, id);
            self.history.report(id, FaultState::Fired, words);
        }
        let used_up =
            |rule: &Rule| !lasts && rule.fault.times().is_some_and(|times| rule.fired >= times);
        if used_up(&self.rules[at]) {
            self.end(at);
        }
        hit
    }

    fn acted(&mut self, now: Instant, id: u32) {
        if let Some(schedule) = self.schedules.iter_mut().find(|it| it.id == id) {
            schedule.fired = true;
        }
        self.history.acted(now, id);
    }

    fn end(&mut self, at: usize) {
        let rule = self.rules.remove(at);
        match self.schedules.iter().position(|it| it.id == rule.id) {
            Some(plan) => self.end_plan(plan),
            None => self.history.ended(rule.id, rule.fault.to_string()),
        }
    }

    /// A plan ends once no more of it comes, and none of it is in force.
    fn end_plan(&mut self, at: usize) {
        let plan = &self.schedules[at];
        if !plan.is_over() || self.rules.iter().any(|rule| rule.id == plan.id) {
            return;
        }
        let plan = self.schedules.remove(at);
        if !plan.fired {
            self.history.idle(plan.words.clone());
        }
        self.history.ended(plan.id, plan.words);
    }

    /// The first fault that is about this, whether it acts now or not, and its number.
    pub(super) fn peek(&self, case: Case<'_>) -> Option<(u32, &Fault)> {
        let found = self.rules.iter().find(|rule| case.is_of(&rule.fault));
        found.map(|rule| (rule.id, &rule.fault))
    }

    /// Somebody switched the modem on: no fault keeps it off.
    pub(super) fn end_power_cuts(&mut self) {
        let cut = |rule: &Rule| rule.fault.effect() == FaultEffect::PowerCut;
        while let Some(at) = self.rules.iter().position(cut) {
            self.end(at);
        }
    }

    /// Ends one, or all; whether there was one.
    pub(super) fn clear(&mut self, id: Option<u32>) -> bool {
        let meant = |of: u32| id.is_none_or(|id| id == of);
        let mut found = false;
        while let Some(at) = self.schedules.iter().position(|it| meant(it.id)) {
            let schedule = self.schedules.remove(at);
            self.rules.retain(|rule| rule.id != schedule.id);
            self.history.ended(schedule.id, schedule.words);
            found = true;
        }
        while let Some(at) = self.rules.iter().position(|it| meant(it.id)) {
            self.end(at);
            found = true;
        }
        found
    }

    /// What is in force: number, state, words.
    pub(super) fn list(&self) -> Vec<FaultNews> {
        let state = |fired| {
            if fired {
                FaultState::Fired
            } else {
                FaultState::Armed
            }
        };
        let planned = |id| self.schedules.iter().any(|it| it.id == id);
        let rules = self.rules.iter().filter(|rule| !planned(rule.id));
        let rules = rules.map(|rule| FaultNews {
            id: rule.id,
            state: state(rule.fired > 0),
            words: rule.fault.to_string(),
        });
        let plans = self.schedules.iter().map(|plan| FaultNews {
            id: plan.id,
            state: state(plan.fired),
            words: plan.words.clone(),
        });
        let mut all: Vec<_> = rules.chain(plans).collect();
        all.sort_by_key(|it| it.id);
        all
    }

    /// Those that never acted, but for those that were cleared.
    pub(super) fn never_fired(&self) -> Vec<String> {
        let armed = |news: &FaultNews| news.state == FaultState::Armed;
        let waiting = self.list().into_iter().filter(armed).map(|it| it.words);
        self.history.idle.iter().cloned().chain(waiting).collect()
    }

    /// Whether there is or was a fault of this number, and whether it may still act.
    pub(super) fn is_known(&self, id: u32) -> Option<bool> {
        let in_force = self.rules.iter().any(|rule| rule.id == id)
            || self.schedules.iter().any(|plan| plan.id == id);
        (in_force || self.history.has_ended(id)).then_some(in_force)
    }

    /// When something is due.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let ends = self.rules.iter().filter_map(|rule| rule.ends);
        let due = self.schedules.iter().filter_map(Schedule::due);
        ends.chain(due).min()
    }

    /// Ends what is over, and lets plans go on.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        loop {
            self.end_those_over(now);
            let Some(at) = self.schedules.iter().position(|it| it.is_due(now)) else {
                return;
            };
            self.go_on(at);
        }
    }

    fn end_those_over(&mut self, now: Instant) {
        while let Some(at) = self.rules.iter().position(|rule| !rule.is_on(now)) {
            let rule = &self.rules[at];
            if rule.fired == 0 && rule.of_plan.is_none() {
                self.history.idle(rule.fault.to_string());
            }
            self.end(at);
        }
    }

    /// The next of a plan comes, or all that is left of it ends.
    fn go_on(&mut self, at: usize) {
        let plan = &mut self.schedules[at];
        let (id, due) = (plan.id, plan.next);
        if let Some((which, fault, random)) = plan.go_on() {
            let waits = |rule: &Rule| rule.id == id && rule.of_plan == Some(which);
            if !self.rules.iter().any(waits) {
                self.rule(due, id, fault, random, Some(which));
            }
        } else {
            self.rules.retain(|rule| rule.id != id);
        }
        self.end_plan(at);
    }
}

impl Rule {
    /// Whether it is in force: what is over may not be cleared away yet.
    fn is_on(&self, now: Instant) -> bool {
        self.ends.is_none_or(|it| it > now)
    }

    /// Something passes that it is about; whether it acts on it.
    fn acts(&mut self) -> bool {
        let limits = self.fault.limits();
        self.passed += 1;
        if self.passed <= limits.after {
            return false;
        }
        limits.chance.is_none_or(|it| self.random.happens(it))
    }
}

/// A fault acts.
#[derive(Debug)]
pub(super) struct Hit {
    pub(super) fault: Fault,
    /// What looks random in it.
    pub(super) random: Random,
}
