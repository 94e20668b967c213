//! What a command's handler may do: verbs, never bytes.

use super::table::{Dialect, Fail, Outcome, Wait};
use crate::Identity;
use crate::at::cme;
use crate::at::reply::Reply;
use crate::buffer::Buf;
use crate::modem::code;
use crate::modem::event::Event;
use crate::modem::failure::Failure;
use crate::modem::ids::LinkId;
use crate::modem::link::Phase;
use crate::modem::machine::Machine;
use crate::modem::slot::Slot;
use crate::modem::storage::options::{OPTIONS, Value};
use crate::modem::storage::profile::{Functionality, Profile};
use crate::modem::storage::settings::Settings;
use crate::mqtt::Qos;

/// The modem, as a command's handler sees it.
#[derive(Debug)]
pub struct Context<'c, 'a> {
    pub(in crate::modem) machine: &'c mut Machine<'a>,
    pub(in crate::modem) link: LinkId,
}

impl<'c, 'a> Context<'c, 'a> {
    pub(crate) fn new(machine: &'c mut Machine<'a>) -> Self {
        let link = LinkId(0);
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
        self.machine.port_changed = true;
    }

    /// The time in seconds since 1970, and the zone in quarters of an hour.
    pub fn clock(&self) -> (u64, i8) {
        let clock = &self.machine.clock;
        (clock.shown(self.machine.now), clock.zone)
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
        self.machine.last_failure
    }

    /// Restarts the modem once its link is closed and the line answered; then
    /// the radio is like this.
    pub fn restart(&mut self, functionality: Functionality) -> Outcome {
        self.machine.restarts = Some(functionality);
        self.machine.radio_took_link = false;
        self.machine.leave(self.link, None);
        Outcome::Wait(Wait::Disconnect)
    }

    /// `+CFUN`
    pub fn functionality(&self) -> Functionality {
        self.machine.functionality
    }

    /// Switches the radio; done when the links are closed, where it goes off.
    pub fn set_functionality(&mut self, functionality: Functionality) -> Outcome {
        let was = core::mem::replace(&mut self.machine.functionality, functionality);
        let on = functionality == Functionality::Full;
        if on != (was == Functionality::Full) {
            self.machine.tell_registration(on);
            self.machine.radio_switched(self.link, on);
        }
        if on {
            Outcome::Ok
        } else {
            Outcome::Wait(Wait::Disconnect)
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
        staged.map(|()| Wait::Stored)
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
        let [link] = &self.machine.links;
        link.phase == Phase::Online
    }

    /// Connects to the broker.
    pub fn connect(&mut self) -> Result<Wait, Fail> {
        let machine = &mut *self.machine;
        let configured = machine.storage.is_configured(self.link);
        if machine.functionality != Functionality::Full {
            return Err(self.radio_is_off());
        }
        let allowed = configured && !machine.off;
        let link = machine.link_mut(self.link).filter(|_| allowed);
        let link = link.ok_or(Fail::NOT_ALLOWED)?;
        match link.phase {
            Phase::Closed => machine.open(self.link, false),
            // The modem is at it already.
            Phase::Opening { .. } | Phase::Greeting { .. } => link.adopt(),
            Phase::Online | Phase::Closing { .. } => return Err(Fail::NOT_ALLOWED),
        }
        Ok(Wait::Connect)
    }

    fn radio_is_off(&mut self) -> Fail {
        let word = self.dialect().word;
        let code = code::RADIO_OFF;
        self.machine.last_failure = code.into();
        self.say(|reply| word(&Event::ConnectDone { code }, reply));
        Fail::Cme(cme::NO_SERVICE)
    }

    /// Disconnects in order.
    pub fn disconnect(&mut self) -> Result<Wait, Fail> {
        let wanted = self.is_connected() || core::mem::take(&mut self.machine.radio_took_link);
        let link = self.machine.link_mut(self.link);
        let link = link.filter(|link| wanted || link.is_retrying());
        link.ok_or(Fail::NOT_ALLOWED)?;
        self.machine.leave(self.link, None);
        Ok(Wait::Disconnect)
    }

    /// Subscribes; done when the broker has granted it.
    pub fn subscribe(&mut self, filter: &str, qos: u32) -> Result<Wait, Fail> {
        let qos = quality(qos)?;
        let link = self.online()?;
        let id = link.session.subscribe(filter, qos, &mut link.net_out)?;
        Ok(Wait::Acknowledged(id))
    }

    /// Unsubscribes; done when the broker says so.
    pub fn unsubscribe(&mut self, filter: &str) -> Result<Wait, Fail> {
        let link = self.online()?;
        let id = link.session.unsubscribe(filter, &mut link.net_out)?;
        Ok(Wait::Acknowledged(id))
    }

    /// Says something of every subscription: its filter and granted quality.
    pub fn each_subscription(&mut self, mut say: impl FnMut(&str, Qos, &mut Reply)) {
        let machine = &mut *self.machine;
        let [link] = &machine.links;
        machine
            .answer
            .say(&mut machine.out, &machine.profile, |reply| {
                for (filter, qos) in link.session.subscriptions() {
                    say(filter, qos, reply);
                }
            });
    }

    fn online(&mut self) -> Result<&mut crate::modem::link::Link<'a>, Fail> {
        let link = self.machine.link_mut(self.link);
        let link = link.filter(|link| link.phase == Phase::Online);
        link.ok_or(Fail::NOT_ALLOWED)
    }
}

/// The quality of service of this level.
pub fn quality(level: u32) -> Result<Qos, Fail> {
    let level = u8::try_from(level).ok();
    level.and_then(Qos::new).ok_or(Fail::INCORRECT)
}
