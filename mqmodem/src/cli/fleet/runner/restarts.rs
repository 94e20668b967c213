//! Modems that begin anew: some at a time, so that the others hold what the fleet is
//! there for, and the broker sees no storm.

use super::Crew;
use crate::cli::failure::Failure;
use std::collections::{HashSet, VecDeque};

#[derive(Default)]
pub(super) struct Restarts {
    /// They are still as they were.
    asked: VecDeque<u32>,
    /// They are switching off.
    leaving: HashSet<u32>,
    /// They are off.
    off: Vec<u32>,
}

impl Restarts {
    /// These are to begin anew, in place of what was asked before.
    pub(super) fn ask(&mut self, modems: Vec<u32>) {
        let leaving = &self.leaving;
        let staying = modems.into_iter().filter(|index| !leaving.contains(index));
        self.asked = staying.collect();
    }

    pub(super) fn are_over(&self) -> bool {
        self.asked.is_empty() && self.leaving.is_empty() && self.off.is_empty()
    }

    /// A modem has ended.
    pub(super) fn end(&mut self, index: u32) {
        if self.leaving.remove(&index) {
            self.off.push(index);
        }
    }

    /// The next to be switched off, once those before are back.
    fn next(&mut self, most: usize) -> HashSet<u32> {
        let next = self.asked.drain(..most.min(self.asked.len()));
        self.leaving = next.collect();
        self.leaving.clone()
    }

    /// Those that can begin again, once all of them are off.
    fn back(&mut self) -> Option<Vec<u32>> {
        let are_off = self.leaving.is_empty() && !self.off.is_empty();
        are_off.then(|| std::mem::take(&mut self.off))
    }
}

impl Crew<'_> {
    /// Lets modems begin anew: as many at a time as may start in a second. Fails where
    /// what they kept last cannot be read: none may begin without.
    pub(super) fn restart_some(&mut self) -> Result<(), Failure> {
        if self.stopping {
            self.restarts = Restarts::default();
            return Ok(());
        }
        if let Some(off) = self.restarts.back() {
            self.state.look()?;
            // Where hosts come in at one port, each comes back with its own.
            if self.entrance.is_none() {
                let count = self.plan.count();
                self.waiting
                    .extend(off.into_iter().filter(|index| *index < count));
            }
            if self.restarts.are_over() {
                tracing::info!("the last of those that begin anew is switched off");
            }
        }
        while self.waiting.is_empty() && self.restarts.leaving.is_empty() {
            let most = self.plan.starts_per_second.get() as usize;
            let next = self.restarts.next(most);
            let running: HashSet<u32> = self.running.values().map(|it| it.index).collect();
            // Some may have ended by themselves.
            self.restarts
                .leaving
                .retain(|index| running.contains(index));
            if next.is_empty() {
                break;
            }
            self.switch_off(&next);
        }
        Ok(())
    }

    /// Tells the modems at these places to end.
    pub(super) fn switch_off(&self, modems: &HashSet<u32>) {
        let leaving = self
            .running
            .values()
            .filter(|it| modems.contains(&it.index));
        let labels = leaving.map(|it| it.label.as_str().to_owned());
        self.shared.stop_some(labels);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modems_begin_anew_some_at_a_time() {
        let mut restarts = Restarts::default();
        restarts.ask((0..5).collect());
        assert_eq!(restarts.next(2), HashSet::from([0, 1]));
        restarts.end(7);
        restarts.end(0);
        assert_eq!(restarts.back(), None, "one is not off yet");
        // Asked again meanwhile: those that are leaving begin with what holds then.
        restarts.ask(vec![1, 3]);
        restarts.end(1);
        assert_eq!(restarts.back(), Some(vec![0, 1]));
        assert_eq!(restarts.next(2), HashSet::from([3]));
        assert!(!restarts.are_over());
        restarts.end(3);
        assert_eq!(restarts.back(), Some(vec![3]));
        assert!(restarts.are_over());
    }
}
