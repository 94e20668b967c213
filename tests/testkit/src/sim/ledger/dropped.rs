//! Messages that may be dropped: as the host wishes, or since the broker closes on them.

use super::{Judged, Ledger};
use crate::sim::limits::Limits;
use crate::sim::plan::Plan;

impl Ledger {
    /// Whether the broker closes on it.
    pub(crate) fn is_poison(plan: &Plan, number: usize) -> bool {
        plan.trouble.poison == number
    }

    /// The host asks to drop a message, or all it has sent.
    pub(crate) fn calls_off(&mut self, number: Option<usize>) {
        for (_, sent) in self
            .sent
            .iter_mut()
            .filter(|(it, _)| number.is_none_or(|one| one == **it))
        {
            sent.called_off = true;
        }
    }

    /// OK came: they are gone: none may be sent on a later connection.
    pub(crate) fn called_off(&mut self, number: Option<usize>) {
        let all = self.sent.keys().copied();
        let gone = all.filter(|it| number.is_none_or(|one| one == *it));
        self.gone.extend(gone);
    }

    /// The broker says what it does not take on a connection.
    pub(crate) fn limited(&mut self, limits: Limits) {
        self.limits = self.limits.stricter(limits);
    }

    /// A connection begins.
    pub(crate) fn begins(&mut self) {
        self.never_again.append(&mut self.gone);
    }

    /// Whether the host asked to drop it.
    pub(crate) fn is_called_off(&self, number: usize) -> bool {
        self.sent.get(&number).is_some_and(|sent| sent.called_off)
    }

    /// The modem sends a message.
    pub(crate) fn is_sent(&self, number: usize) -> Judged {
        if self.never_again.contains(&number) {
            return Err(format!("message {number} was dropped and is sent again"));
        }
        Ok(())
    }
}
