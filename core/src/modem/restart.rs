//! What a modem is when it was just switched on, and the profile it keeps.

use super::Modem;
use super::failure::Failure;
use super::ids::LinkId;
use super::machine::Machine;
use super::storage::options::AUTOCONNECT;
use super::storage::profile::{Functionality, Profile};
use super::table::{Command, Fail};
use crate::at::cme;
use crate::time::Instant;

impl Modem<'_> {
    /// What was kept cannot be read yet. Until [`handle_restored`](Self::handle_restored)
    /// commands that want it fail (CME 23) and nothing is connected, so that nothing is
    /// done that what was kept would contradict. Answer each change as failed meanwhile.
    pub fn await_restore(&mut self) {
        self.machine.storage.await_restore();
    }

    /// What was kept is given back, by [`restore`](Self::restore), while no change was
    /// under way: the modem begins anew with it, as after `+CFUN=1,1`.
    pub fn handle_restored(&mut self, now: Instant) {
        self.at(now);
        if self.machine.storage.end_restore() {
            self.machine.restart(Functionality::Full);
            self.advance();
        }
    }
}

impl Machine<'_> {
    /// Whether a command that needs what was kept can have it.
    #[inline]
    pub(super) fn remembers_for(&self, command: &Command) -> Result<(), Fail> {
        if !self.storage.is_readable() && command.remembers {
            return Err(Fail::Cme(cme::MEMORY_FAILURE));
        }
        Ok(())
    }

    /// As after power-on, with what is kept.
    pub(super) fn restart(&mut self, functionality: Functionality) {
        self.functionality = functionality;
        self.radio_took_link = false;
        self.inbox.read = 0;
        self.last_failure = Failure::NONE;
        if self.storage.is_on(LinkId(0), AUTOCONNECT) && functionality == Functionality::Full {
            self.try_now(LinkId(0));
        }
        self.set_profile(self.storage.profile());
        self.inbox.push_restarted().unwrap_or_default();
        self.inbox.indicate();
    }

    pub(crate) fn set_profile(&mut self, profile: Profile) {
        self.port_changed |= profile.serial() != self.profile.serial();
        self.profile = profile;
    }

    /// Tells that the network is there or gone, to who asked for it.
    pub(crate) fn tell_registration(&mut self, on: bool) {
        for (which, reports) in self.profile.registration.into_iter().enumerate() {
            if reports > 0 {
                let told = self.inbox.push_registration(which, on, reports > 1);
                told.unwrap_or_default();
            }
        }
    }
}
