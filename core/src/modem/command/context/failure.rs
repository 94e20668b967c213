//! The last failure of a link.

use super::Context;
use crate::at::reply::Reply;
use crate::modem::failure::Failure;
use crate::modem::link::Link;

impl Context<'_, '_> {
    /// The link failed for a reason that is not its own: one of
    /// [`code::all`](crate::modem::code::all).
    pub fn set_last_failure(&mut self, code: u8) {
        if let Some(link) = self.machine.links.get_mut(self.link) {
            link.set_last_failure(code.into());
        }
    }

    /// Says something of the last failure: what it was, and what the broker said of it.
    pub fn write_failure(&mut self, write: impl FnOnce(Failure, &str, &mut Reply)) {
        let machine = &mut *self.machine;
        let link = machine.links.get(self.link);
        let failure = link.map_or(Failure::NONE, Link::last_failure);
        let reason = link.map_or("", Link::last_reason);
        let style = machine.style();
        machine.answer.write(&mut machine.out, style, |reply| {
            write(failure, reason, reply);
        });
    }
}
