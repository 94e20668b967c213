//! What a command's handler may do: verbs, never bytes.

mod broker;
mod connect;
mod credentials;
mod failure;
mod files;
mod links;
mod power;
mod properties;
mod publish;
mod read;
mod requests;
mod staged;
mod tasks;
mod will;

pub use super::dialect::Context;

use super::dialect::{Dialect, Outcome, VendorLimits};
use crate::at::reply::Reply;
use crate::buffer::Buf;
use crate::modem::dispatch::Machine;
use crate::modem::fail::Fail;
use crate::modem::failure::Failure;
use crate::modem::identity::Identity;
use crate::modem::ids::LinkId;
use crate::modem::link::Link;
use crate::modem::profile::Profile;
use crate::modem::radio::Functionality;
use crate::modem::settings::Settings;
use crate::modem::slot::Slot;
use crate::modem::storage::options::OptionValue;
use crate::modem::wait::Wait;
use crate::mqtt::Qos;

impl<'c, 'a> Context<'c, 'a> {
    pub(crate) fn new(machine: &'c mut Machine<'a>, dialect: &'static Dialect) -> Self {
        let link = machine.selected;
        Self {
            machine,
            link,
            dialect,
        }
    }

    /// Says something: part of the answer.
    pub fn write(&mut self, write: impl FnOnce(&mut Reply)) {
        self.machine.write(write);
    }

    /// Says a line of information text.
    pub fn info(&mut self, write: impl FnOnce(&mut Reply)) {
        self.write(|reply| reply.info(write));
    }

    /// Says a line of information text that is there already.
    pub fn text(&mut self, text: &str) {
        self.write(|reply| reply.text_line(text));
    }

    /// The command set in use.
    pub fn dialect(&self) -> &'static Dialect {
        self.dialect
    }

    /// What the modem takes at most besides what its memory holds.
    pub fn limits(&self) -> &'static VendorLimits {
        self.machine.behaviour.limits
    }

    /// The most raw bytes a command may ask for.
    pub fn most_asked(&self) -> usize {
        self.machine.most_asked as usize
    }

    /// What the modem says of itself.
    pub fn identity(&self) -> Identity<'a> {
        self.machine.behaviour.identity.get()
    }

    /// The seed of everything that looks random.
    pub fn seed(&self) -> u64 {
        self.machine.behaviour.links.seed
    }

    /// Whether a password read back is shown as `***`.
    pub fn masks_secrets(&self) -> bool {
        self.machine.behaviour.masks_secrets
    }

    pub(crate) fn profile(&mut self) -> &mut Profile {
        &mut self.machine.profile
    }

    pub(crate) fn set_profile(&mut self, profile: Profile) {
        self.machine.set_profile(profile);
    }

    /// What `&W` kept, or the factory values.
    pub(crate) fn stored_profile(&self) -> Profile {
        self.machine.storage.profile()
    }

    /// Keeps the profile.
    pub(crate) fn store_profile(&mut self) -> Result<Wait, Fail> {
        let record = self.machine.profile.encode();
        self.store_with(|_| Slot::Profile, |kept| Ok(kept.extend(&record)?))
    }

    /// The factory values.
    pub(crate) fn factory_profile(&self) -> Profile {
        self.machine.storage.factory()
    }

    /// The port follows the profile once the answer has gone.
    pub fn change_port(&mut self) {
        self.machine.port.change();
    }

    /// The time in seconds since 1970, and the zone in quarters of an hour.
    pub fn clock(&self) -> (u64, i8) {
        let clock = &self.machine.clock;
        (clock.shown(self.machine.now), clock.zone())
    }

    /// Sets the clock the host sees.
    pub fn set_clock(&mut self, unix: u64, zone: i8) {
        self.machine.clock.show(self.machine.now, unix, zone);
    }

    /// How many seconds ago the oldest message of the backlog was accepted.
    pub fn age_of_backlog(&self) -> u32 {
        let now = self.machine.clock.machine(self.machine.now);
        let oldest = self.backlog().oldest;
        oldest.map_or(0, |at| now.saturating_sub(at))
    }

    /// The last failure of the link.
    pub fn last_failure(&self) -> Failure {
        let link = self.machine.links.get(self.link);
        link.map_or(Failure::NONE, Link::last_failure)
    }

    /// `+CFUN`
    pub fn functionality(&self) -> Functionality {
        self.machine.radio.functionality()
    }

    /// Whether there is a network: the radio is on.
    pub fn has_network(&self) -> bool {
        self.machine.radio.is_on()
    }

    /// Switches the radio; done when the links are closed, where it goes off.
    pub fn set_functionality(&mut self, functionality: Functionality) -> Outcome {
        let switched = self.machine.radio.set(functionality);
        let on = self.machine.radio.is_on();
        if switched {
            self.machine.report_registration(on);
            self.machine.radio_switched(on);
        }
        if on {
            Outcome::Ok
        } else {
            Outcome::Wait(Wait::AllClosed)
        }
    }

    /// Links that went down with the radio do not come back with it.
    pub(crate) fn forget_radio(&mut self) {
        for link in self.machine.links.iter_mut() {
            link.forget_radio();
        }
    }

    /// Whether reading the settings shows a mask in place of a secret that `is_there`.
    pub fn hides_secret(&self, is_there: impl FnOnce(&Settings) -> bool) -> bool {
        let settings = self.machine.storage.settings(self.link);
        let hidden = |it: &Settings| self.masks_secrets() || it.hides_password;
        settings.is_some_and(|it| is_there(&it) && hidden(&it))
    }

    /// Says something of the link's MQTT settings.
    pub fn write_settings(&mut self, write: impl FnOnce(Option<Settings>, &mut Reply)) {
        let machine = &mut *self.machine;
        let settings = machine.storage.settings(self.link);
        let style = machine.style();
        machine.answer.write(&mut machine.out, style, |reply| {
            write(settings, reply);
        });
    }

    /// Keeps new MQTT settings, with the properties and headers given before. A scheme sets
    /// whether the link uses TLS.
    pub fn store_settings(&mut self, settings: &Settings) -> Result<Wait, Fail> {
        self.store_connect_properties()?;
        if let Some(scheme) = settings.url.scheme() {
            self.store_with(Slot::Tls, |record| Ok(record.push(scheme.is_tls().into())?))?;
        }
        self.store_with(Slot::Settings, |record| {
            settings.encode(record).map_err(Fail::from)
        })
    }

    /// Whether the link uses TLS.
    pub fn uses_tls(&self) -> bool {
        self.machine.storage.uses_tls(self.link)
    }

    /// Whether that can be switched: where the URL has a scheme, only to what that says.
    pub fn check_tls(&self, on: bool) -> Result<(), Fail> {
        let scheme = self.machine.storage.scheme(self.link);
        let agrees = scheme.is_none_or(|scheme| scheme.is_tls() == on);
        agrees.then_some(()).ok_or(Fail::NOT_ALLOWED)
    }

    /// Keeps whether the link uses TLS.
    pub fn store_tls(&mut self, on: bool) -> Result<Wait, Fail> {
        self.store_with(Slot::Tls, |record| Ok(record.push(on.into())?))
    }

    /// Keeps what `write` writes under a name of the link; nothing erases it.
    pub fn store_with(
        &mut self,
        slot: impl Fn(LinkId) -> Slot,
        write: impl FnOnce(&mut Buf) -> Result<(), Fail>,
    ) -> Result<Wait, Fail> {
        let staged = self.machine.storage.stage(slot(self.link), write);
        staged.map(|()| Wait::Stored(self.link))
    }

    /// The value of an option of [`OPTIONS`](crate::modem::options::OPTIONS) that is a number.
    pub fn option(&self, option: usize) -> u32 {
        self.machine.storage.option(self.link, option)
    }

    /// Says something of the value of an option, be it a number or a text.
    pub fn write_option(&mut self, option: usize, write: impl FnOnce(OptionValue, &mut Reply)) {
        let machine = &mut *self.machine;
        let value = machine.storage.value(self.link, option);
        let style = machine.style();
        machine.answer.write(&mut machine.out, style, |reply| {
            write(value, reply);
        });
    }

    /// Sets an option to a value it takes and keeps it.
    pub fn store_option(&mut self, option: usize, value: OptionValue<'_>) -> Result<Wait, Fail> {
        let storage = &mut self.machine.storage;
        storage.stage_option(self.link, option, value)?;
        Ok(Wait::Stored(self.link))
    }

    /// Whether the broker is connected.
    pub fn is_connected(&self) -> bool {
        let link = self.machine.links.get(self.link);
        link.is_some_and(Link::is_online)
    }

    /// Whether it was since the last connect command.
    pub fn was_connected(&self) -> bool {
        let link = self.machine.links.get(self.link);
        link.is_some_and(Link::was_online)
    }

    /// Whether the link keeps itself alive by PINGREQ, from now on and on later connections.
    /// Where it does not, it is lost when nothing else was sent for the keep-alive.
    pub fn set_pinging(&mut self, on: bool) {
        if let Some(link) = self.machine.links.get_mut(self.link) {
            link.set_pinging(on);
        }
    }

    /// Whether the link is up, or being made.
    pub fn is_active(&self) -> bool {
        let link = self.machine.links.get(self.link);
        link.is_some_and(|link| !link.is_closed())
    }

    /// Tells the host all that waits to be told, as the beginning of an answer.
    pub fn report_waiting(&mut self) {
        self.machine.report_waiting();
        self.machine.begin_answer();
    }

    /// Nothing is set up or connected that what is stored could contradict, once it can be
    /// read.
    pub(super) fn check_readable(&self) -> Result<(), Fail> {
        if self.machine.storage.is_readable() {
            Ok(())
        } else {
            Err(Fail::UNREADABLE)
        }
    }

    /// Whether the transport is up.
    pub fn is_opened(&self) -> bool {
        let link = self.machine.links.get(self.link);
        link.is_some_and(Link::is_opened)
    }

    pub(super) fn link_mut(&mut self) -> Result<&mut Link<'a>, Fail> {
        self.machine
            .links
            .get_mut(self.link)
            .ok_or(Fail::NOT_ALLOWED)
    }
}

/// The quality of service of this level.
pub fn quality(level: u32) -> Result<Qos, Fail> {
    let level = u8::try_from(level).ok();
    level.and_then(Qos::new).ok_or(Fail::INCORRECT)
}
