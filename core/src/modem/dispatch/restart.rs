//! What a modem is when it was just switched on, and the profile it stores.

use super::Machine;
use super::policy::policy;
use crate::modem::ids::LinkId;
use crate::modem::profile::Profile;
use crate::modem::progress::notes::OutputKind;
use crate::modem::progress::run::{Run, Wake};
use crate::modem::radio::{Functionality, PowerPlan};
use crate::modem::slot::Slot;
use crate::modem::storage::options::{AUTOCONNECT, RECV_MODE};

impl Machine<'_> {
    /// Power-on: what the radio is then.
    pub(crate) fn begin(&mut self) {
        let functionality = self.functionality_at_start();
        self.radio.set(functionality);
        let has_radio = self.radio.is_on();
        self.links.iter_mut().for_each(|it| it.restart(has_radio));
    }

    /// What the radio is when the modem starts.
    pub(crate) fn functionality_at_start(&self) -> Functionality {
        if self.behaviour.offline && !self.has_network() {
            Functionality::RadioOff
        } else {
            Functionality::Full
        }
    }

    /// Whether a network is kept that is joined when the modem starts.
    fn has_network(&self) -> bool {
        let slot = self.behaviour.wording.joins.map(Slot::Dialect);
        let kept = slot.and_then(|slot| self.storage.get(slot));
        kept.is_some_and(|network| !network.is_empty())
    }

    /// What the dialect keeps in this place was given back: if it is the network, that is
    /// joined.
    pub(crate) fn restore_network(&mut self, place: u8) {
        if self.behaviour.wording.joins == Some(place) && self.has_network() {
            self.radio.set(Functionality::Full);
            self.radio_switched(true);
            self.report_joined();
        }
    }

    /// Reports the network that is joined when the modem starts.
    pub(crate) fn report_joined(&mut self) {
        if self.has_network() && self.radio.is_on() {
            let pushed = self.notify.push_registration(0, true, false);
            pushed.unwrap_or_default();
        }
    }

    /// As after power-on, with what is stored.
    pub(crate) fn restart(&mut self, functionality: Functionality) {
        let now = self.now;
        // What is kept may have changed since the restart was planned.
        let joins = self.behaviour.wording.joins.is_some();
        let at_start = self.functionality_at_start();
        self.radio.set(if joins { at_start } else { functionality });
        self.notify.forget_read();
        self.notify.clear_places();
        self.tasks.clear();
        self.expect_ends();
        self.scratch.clear();
        self.properties.clear();
        self.select_first();
        for id in self.links.ids() {
            let connects = self.storage.is_on(id, AUTOCONNECT) && self.radio.is_on();
            let Some(link) = self.links.get_mut(id) else {
                continue;
            };
            link.restart(self.radio.is_on());
            if connects {
                link.try_now(now);
            }
        }
        self.set_profile(self.storage.profile());
        self.report_start();
        self.notify.indicate();
    }

    /// Does what is due once a line is answered.
    pub(crate) fn follow_plan(&mut self) {
        match self.radio.take_plan() {
            Some(PowerPlan::Restart(functionality)) => self.restart(functionality),
            Some(PowerPlan::Off) => self.run = Run::Off(Wake::Line),
            None => {}
        }
    }

    /// Starts where the host had switched the modem off.
    pub(crate) fn power_on(&mut self) {
        if matches!(self.run, Run::Off(Wake::Host)) {
            self.run = Run::Idle;
            self.restart(Functionality::Full);
        }
    }

    /// Restarts in the midst of a command, which is not answered any more.
    #[cold]
    pub(crate) fn force_restart(&mut self, notice: &str) {
        self.run = Run::Idle;
        self.cut_all();
        self.write_apart(OutputKind::Urc, notice);
        self.restart(self.functionality_at_start());
    }

    pub(crate) fn set_profile(&mut self, profile: Profile) {
        if profile.serial() != self.profile.serial() {
            self.port.change();
        }
        self.profile = profile;
    }

    /// The options of a link have changed.
    pub(crate) fn follow_options(&mut self, id: LinkId) {
        let stores = self.storage.is_on(id, RECV_MODE);
        self.notify.set_storing(id, stores);
        let policy = policy(&self.storage, id);
        if let Some(link) = self.links.get_mut(id) {
            link.set_policy(policy);
        }
    }

    /// The options of a link were given back: it may have to connect.
    pub(crate) fn restore_options(&mut self, id: LinkId) {
        self.follow_options(id);
        let now = self.now;
        if self.storage.is_on(id, AUTOCONNECT)
            && let Some(link) = self.links.get_mut(id)
        {
            link.try_now(now);
        }
    }

    /// Reports that the network is there or gone, to who asked for it.
    pub(crate) fn report_registration(&mut self, on: bool) {
        for (which, reports) in self.profile.registration.into_iter().enumerate() {
            if reports > 0 {
                let pushed = self.notify.push_registration(which, on, reports > 1);
                pushed.unwrap_or_default();
            }
        }
    }
}
