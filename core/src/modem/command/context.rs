//! What a command's handler may do: verbs, never bytes.

use super::table::{Dialect, Fail, Outcome, Wait};
use crate::Identity;
use crate::at::cme;
use crate::at::reply::Reply;
use crate::buffer::Buf;
use crate::modem::code;
use crate::modem::dispatch::Machine;
use crate::modem::event::Event;
use crate::modem::failure::Failure;
use crate::modem::ids::LinkId;
use crate::modem::link::Link;
use crate::modem::profile::Profile;
use crate::modem::radio::Functionality;
use crate::modem::settings::Settings;
use crate::modem::slot::Slot;
use crate::modem::storage::options::{OPTIONS, Value};
use crate::mqtt::Qos;

/// The modem, as a command's handler sees it.
#[derive(Debug)]
pub struct Context<'c, 'a> {
    pub(in crate::modem) machine: &'c mut Machine<'a>,
    pub(in crate::modem) link: LinkId,
}

impl<'c, 'a> Context<'c, 'a> {
    pub(crate) fn new(machine: &'c mut Machine<'a>) -> Self {
        let link = machine.selected;
        Self { machine, link }
    }

    /// Says something: part of the answer.
    pub fn say(&mut self, say: impl FnOnce(&mut Reply)) {
        self.machine.say(say);
    }

    /// Says a line of information text.
    pub fn info(&mut self, write: impl FnOnce(&mut Reply)) {
        self.say(|reply| reply.info(write));
    }

    /// Says a line of information text that is there already.
    pub fn text(&mut self, text: &str) {
        self.say(|reply| reply.text_line(text));
    }

    /// The command set in use.
    pub fn dialect(&self) -> &'static Dialect {
        self.machine.config.dialect
    }

    /// What the modem says of itself.
    pub fn identity(&self) -> Identity<'a> {
        self.machine.config.identity
    }

    /// The seed of everything that looks random.
    pub fn seed(&self) -> u64 {
        self.machine.config.seed
    }

    /// Whether a password read back is shown as `***`.
    pub fn masks_secrets(&self) -> bool {
        self.machine.config.mask_secrets
    }

    pub(crate) fn profile(&mut self) -> &mut Profile {
        &mut self.machine.profile
    }

    pub(crate) fn set_profile(&mut self, profile: Profile) {
        self.machine.set_profile(profile);
    }

    /// What `&W` kept, or the factory values.
    pub(crate) fn kept_profile(&self) -> Profile {
        self.machine.storage.profile()
    }

    /// Keeps the profile.
    pub(crate) fn keep_profile(&mut self) -> Result<Wait, Fail> {
        let record = self.machine.profile.encode();
        self.keep_with(|_| Slot::Profile, |kept| Ok(kept.extend(&record)?))
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

    /// Restarts the modem once its link is closed and the line answered; then
    /// the radio is like this.
    pub fn restart(&mut self, functionality: Functionality) -> Outcome {
        self.machine.radio.plan_restart(functionality);
        for link in self.machine.links.iter_mut() {
            link.forget_radio();
        }
        self.machine.disconnect_all(None);
        Outcome::Wait(Wait::AllClosed)
    }

    /// `+CFUN`
    pub fn functionality(&self) -> Functionality {
        self.machine.radio.functionality()
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

    /// Whether reading the settings shows a mask in place of their password.
    pub fn hides_password(&self) -> bool {
        let settings = self.machine.storage.settings(self.link);
        let hidden = |it: &Settings| self.masks_secrets() || it.hides_password;
        settings.is_some_and(|it| it.password.is_some() && hidden(&it))
    }

    /// Says something of the link's MQTT settings.
    pub fn say_settings(&mut self, say: impl FnOnce(Option<Settings>, &mut Reply)) {
        let machine = &mut *self.machine;
        let settings = machine.storage.settings(self.link);
        machine
            .answer
            .say(&mut machine.out, &machine.profile, |reply| {
                say(settings, reply);
            });
    }

    /// Keeps new MQTT settings.
    pub fn keep_settings(&mut self, settings: &Settings) -> Result<Wait, Fail> {
        self.keep_with(Slot::Settings, |record| {
            settings.encode(record).map_err(Fail::from)
        })
    }

    /// Whether the link uses TLS.
    pub fn uses_tls(&self) -> bool {
        self.machine.storage.uses_tls(self.link)
    }

    /// Keeps whether the link uses TLS.
    pub fn keep_tls(&mut self, on: bool) -> Result<Wait, Fail> {
        self.keep_with(Slot::Tls, |record| Ok(record.push(on.into())?))
    }

    /// Keeps what `write` writes under a name of the link; nothing erases it.
    pub fn keep_with(
        &mut self,
        slot: impl Fn(LinkId) -> Slot,
        write: impl FnOnce(&mut Buf) -> Result<(), Fail>,
    ) -> Result<Wait, Fail> {
        let staged = self.machine.storage.stage(slot(self.link), write);
        staged.map(|()| Wait::Stored(self.link))
    }

    /// The value of an option of [`OPTIONS`] that is a number.
    pub fn option(&self, option: usize) -> u32 {
        self.machine.storage.option(self.link, option)
    }

    /// Says something of the value of an option, be it a number or a text.
    pub fn say_option(&mut self, option: usize, say: impl FnOnce(Value, &mut Reply)) {
        let machine = &mut *self.machine;
        let value = machine.storage.value(self.link, option);
        machine
            .answer
            .say(&mut machine.out, &machine.profile, |reply| {
                say(value, reply);
            });
    }

    /// Sets an option to a value it takes and keeps it.
    pub fn keep_option(&mut self, option: usize, value: Value<'_>) -> Result<Wait, Fail> {
        let opt = OPTIONS.get(option).ok_or(Fail::INCORRECT)?;
        let slot = |link| Slot::Option(link, option as u8);
        self.keep_with(slot, |kept| Ok(opt.encode(value, kept)?))
    }

    /// Whether the broker is connected.
    pub fn is_connected(&self) -> bool {
        let link = self.machine.links.get(self.link);
        link.is_some_and(Link::is_online)
    }

    /// Connects to the broker.
    pub fn connect(&mut self) -> Result<Wait, Fail> {
        if !self.machine.radio.is_on() {
            return Err(self.radio_is_off());
        }
        let machine = &mut *self.machine;
        let allowed = machine.storage.is_configured(self.link) && !machine.off;
        let link = machine.links.get_mut(self.link).filter(|_| allowed);
        if !link.is_some_and(|link| link.connect(machine.now)) {
            return Err(Fail::NOT_ALLOWED);
        }
        Ok(Wait::Connect(self.link))
    }

    fn radio_is_off(&mut self) -> Fail {
        let word = self.dialect().word;
        let code = code::RADIO_OFF;
        if let Some(link) = self.machine.links.get_mut(self.link) {
            link.set_last_failure(code.into());
        }
        self.say(|reply| word(&Event::ConnectDone { code }, reply));
        Fail::Cme(cme::NO_SERVICE)
    }

    /// Disconnects in order.
    pub fn disconnect(&mut self) -> Result<Wait, Fail> {
        let link = self.machine.links.get_mut(self.link);
        if !link.is_some_and(Link::may_disconnect) {
            return Err(Fail::NOT_ALLOWED);
        }
        self.machine.disconnect(self.link, None);
        Ok(Wait::Disconnect(self.link))
    }

    /// Subscribes; done when the broker has granted it.
    pub fn subscribe(&mut self, filter: &str, qos: u32) -> Result<Wait, Fail> {
        let qos = quality(qos)?;
        let packet = self.link_mut()?.subscribe(filter, qos)?;
        Ok(Wait::Acknowledged(self.link, packet))
    }

    /// Unsubscribes; done when the broker says so.
    pub fn unsubscribe(&mut self, filter: &str) -> Result<Wait, Fail> {
        let packet = self.link_mut()?.unsubscribe(filter)?;
        Ok(Wait::Acknowledged(self.link, packet))
    }

    /// Says something of every subscription: its filter and granted quality.
    pub fn each_subscription(&mut self, mut say: impl FnMut(&str, Qos, &mut Reply)) {
        let machine = &mut *self.machine;
        let Some(link) = machine.links.get(self.link) else {
            return;
        };
        machine
            .answer
            .say(&mut machine.out, &machine.profile, |reply| {
                for (filter, qos) in link.session().subscriptions() {
                    say(filter, qos, reply);
                }
            });
    }

    fn link_mut(&mut self) -> Result<&mut Link<'a>, Fail> {
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
