//! Modems that restart: some at a time, so that the others go on with their work and the
//! broker does not get all connections at once.

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
    /// These are to restart, in place of those that were asked for before.
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
    /// Those that do not run any more have ended by themselves.
    pub(super) fn next(&mut self, most: usize, running: &HashSet<u32>) -> HashSet<u32> {
        let next: HashSet<u32> = self.asked.drain(..most.min(self.asked.len())).collect();
        self.leaving = next.intersection(running).copied().collect();
        next
    }

    /// Whether all that were to be switched off are.
    pub(super) fn none_is_leaving(&self) -> bool {
        self.leaving.is_empty()
    }

    /// Those that can begin again, once all of them are off.
    pub(super) fn back(&mut self) -> Option<Vec<u32>> {
        let are_off = self.leaving.is_empty() && !self.off.is_empty();
        are_off.then(|| std::mem::take(&mut self.off))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modems_restart_some_at_a_time() {
        let mut restarts = Restarts::default();
        let running = (0..10).collect();
        restarts.ask((0..5).collect());
        assert_eq!(restarts.next(2, &running), HashSet::from([0, 1]));
        restarts.end(7);
        restarts.end(0);
        assert_eq!(restarts.back(), None, "one is not off yet");
        // Asked again meanwhile: those that are leaving begin with what holds then.
        restarts.ask(vec![1, 3]);
        restarts.end(1);
        assert_eq!(restarts.back(), Some(vec![0, 1]));
        assert_eq!(restarts.next(2, &running), HashSet::from([3]));
        assert!(!restarts.are_over());
        restarts.end(3);
        assert_eq!(restarts.back(), Some(vec![3]));
        assert!(restarts.are_over());
    }
}
