//! What the broker said of itself.

use super::Context;
use crate::at::reply::Reply;
use crate::modem::fail::Fail;
use crate::modem::link::Link;
use crate::mqtt::session::{Granted, Session};

impl Context<'_, '_> {
    /// Says something of how the broker answered the last CONNECT; an error (3) where it
    /// did not.
    pub fn write_granted(&mut self, write: impl FnOnce(&Granted, &mut Reply)) -> Result<(), Fail> {
        let machine = &mut *self.machine;
        let session = machine.links.get(self.link).map(Link::session);
        let granted = session.and_then(Session::granted);
        let granted = granted.ok_or(Fail::NOT_ALLOWED)?;
        let style = machine.profile.style(machine.behaviour.wording.framing);
        machine.answer.write(&mut machine.out, style, |reply| {
            write(&granted, reply);
        });
        Ok(())
    }
}
