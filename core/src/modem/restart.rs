//! What a modem is when it was just switched on, and the profile it keeps.

use super::api::{LinkId, Slot};
use super::failure::Failure;
use super::machine::Machine;
use super::options::AUTOCONNECT;
use super::state::{Functionality, Profile};

impl Machine<'_> {
    /// As after power-on, with what is kept.
    pub(super) fn restart(&mut self, functionality: Functionality) {
        self.functionality = functionality;
        self.radio_took_link = false;
        self.inbox.read = 0;
        self.last_failure = Failure::NONE;
        if self.options.is_on(AUTOCONNECT) && functionality == Functionality::Full {
            self.try_now(LinkId(0));
        }
        self.set_profile(self.kept_profile());
        self.inbox.push_restarted().unwrap_or_default();
        self.inbox.indicate();
    }

    /// What `&W` kept, or the factory values.
    pub(crate) fn kept_profile(&self) -> Profile {
        let kept = self.nvram.get(Slot::Profile);
        kept.and_then(Profile::decode).unwrap_or(Profile::FACTORY)
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
