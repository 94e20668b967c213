//! What the modem stores between restarts: settings, certificates, options, profile.

mod credentials;
mod endpoint;
mod files;
mod greeting;
mod lost_places;
mod nvram;
pub mod options;
pub mod pem;
#[cfg(feature = "x509")]
pub mod x509;

use crate::buffer::{Buf, Full};
use crate::modem::connect_properties::ConnectProperties;
use crate::modem::credential::{Credential, place};
use crate::modem::event::MessageForm;
use crate::modem::file::{self, StoredFile};
use crate::modem::ids::LinkId;
use crate::modem::per_link::{PerLink, Places};
use crate::modem::profile::Profile;
use crate::modem::settings::Settings;
use crate::modem::slot::{RestoreError, Slot};
use crate::modem::url::Scheme;
use crate::modem::will;
use lost_places::LostPlaces;
use nvram::Nvram;
use options::{Defaults, OPTIONS, OptionValue, Options};

pub(crate) use endpoint::link_opened_with;

/// The stored slots, and the options in force.
#[derive(Debug)]
pub(crate) struct Storage<'a> {
    nvram: Nvram<'a>,
    options: PerLink<'a, Options>,
    /// Whether what was stored cannot be read yet.
    awaits_restore: bool,
    /// Places of names that are stored and did not fit: no other name gets them.
    lost_places: LostPlaces,
    /// The same of files.
    lost_files: LostPlaces,
    /// The profile before the first `&W`.
    factory: &'static Profile,
    defaults: Defaults,
}

impl<'a> Storage<'a> {
    pub(crate) fn new(
        memory: Buf<'a>,
        options: Places<'a, Options>,
        factory: &'static Profile,
        defaults: Defaults,
    ) -> Self {
        Self {
            nvram: Nvram::new(memory),
            options: PerLink::new(Options::new(defaults), options),
            awaits_restore: false,
            lost_places: LostPlaces::default(),
            lost_files: LostPlaces::default(),
            factory,
            defaults,
        }
    }

    /// A link is used for the first time.
    pub(crate) fn add_link(&mut self, link: LinkId) -> Result<(), Full> {
        self.options.add(link, Options::new(self.defaults))
    }

    /// Gives memory of the heap back; returns how much is used then.
    pub(crate) fn trim(&mut self) -> usize {
        self.nvram.trim()
    }

    /// What was stored cannot be read yet.
    pub(crate) fn await_restore(&mut self) {
        self.awaits_restore = true;
    }

    /// What was stored is given back; whether that was awaited.
    pub(crate) fn end_restore(&mut self) -> bool {
        core::mem::take(&mut self.awaits_restore)
    }

    /// Whether commands that need what was stored can have it.
    #[inline]
    pub(crate) fn is_readable(&self) -> bool {
        !self.awaits_restore
    }

    /// Takes over what was stored under a slot that is not of a session.
    pub(crate) fn restore(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), RestoreError> {
        let valid = match slot {
            Slot::Settings(_) => Settings::decode(bytes).is_some(),
            Slot::Tls(_) => matches!(bytes, [0 | 1]),
            Slot::Profile => Profile::decode(bytes).is_some(),
            Slot::Will(_) => will::decode(bytes).is_some(),
            Slot::ConnectProperties(_) => ConnectProperties::decode(bytes).is_some(),
            Slot::Option(_, option) => options::decode(option, bytes).is_some(),
            Slot::Credential(number) => Credential::decode(number, bytes).is_some(),
            Slot::File(number) => number < file::MOST && StoredFile::decode(bytes).is_some(),
            _ => !bytes.is_empty(),
        };
        if !valid {
            return Err(RestoreError::Invalid);
        }
        if self.nvram.restore(slot, bytes).is_err() {
            match slot {
                Slot::Credential(number) => self.lost_places.add(place(number)),
                Slot::File(place) => self.lost_files.add(place),
                _ => {}
            }
            return Err(RestoreError::Full);
        }
        self.follow(slot);
        Ok(())
    }

    /// Stages what `write` writes for `slot`, which is to be erased if that is
    /// nothing. If it fails, nothing is staged any more: a command stores all of
    /// what it was given, or nothing.
    pub(crate) fn stage<E: From<Full>>(
        &mut self,
        slot: Slot,
        write: impl FnOnce(&mut Buf) -> Result<(), E>,
    ) -> Result<(), E> {
        let staged = self.nvram.stage_with(slot, write);
        if staged.is_err() {
            self.nvram.unstage();
        }
        staged
    }

    /// What is kept under this slot.
    pub(crate) fn get(&self, slot: Slot) -> Option<&[u8]> {
        self.nvram.get(slot)
    }

    /// Whether something is kept under this slot.
    pub(crate) fn is_stored(&self, slot: Slot) -> bool {
        self.get(slot).is_some()
    }

    /// Whether there is room for a change of so many bytes.
    pub(crate) fn fits(&self, len: usize) -> bool {
        self.nvram.fits(len)
    }

    /// Puts what `write` writes under `slot`, nothing erases it: it is in force, and not
    /// stored.
    pub(crate) fn apply(
        &mut self,
        slot: Slot,
        write: impl FnOnce(&mut Buf) -> Result<(), Full>,
    ) -> Result<(), Full> {
        self.nvram.put(slot, write)?;
        self.follow(slot);
        Ok(())
    }

    /// The same of an option.
    pub(crate) fn apply_option(
        &mut self,
        link: LinkId,
        option: usize,
        value: OptionValue<'_>,
    ) -> Result<(), Full> {
        let write = self.option_record(option, value)?;
        self.apply(Slot::Option(link, option as u8), write)
    }

    /// Whether there may be a change the caller is to carry out.
    #[inline]
    pub(crate) fn has_changes(&self) -> bool {
        self.nvram.asks()
    }

    /// Whether there is one; where there is none, none is looked for again.
    pub(crate) fn look_for_change(&mut self) -> bool {
        self.nvram.asks() && self.nvram.is_asking()
    }

    /// The next change the caller is to carry out; empty bytes erase.
    pub(crate) fn poll_change(&mut self) -> Option<(Slot, &[u8])> {
        self.nvram.ask()
    }

    /// The caller stored what it was asked to, or failed to.
    pub(crate) fn handle_stored(&mut self, slot: Slot, ok: bool) {
        self.nvram.answered(slot, ok);
        self.follow(slot);
    }

    /// Whether a change is not durable yet.
    pub(crate) fn is_staged(&self) -> bool {
        self.nvram.is_staged()
    }

    /// Whether something could not be stored since the last time this was asked.
    pub(crate) fn take_failure(&mut self) -> bool {
        self.nvram.take_failure()
    }

    /// An option is in force once it is stored.
    fn follow(&mut self, slot: Slot) {
        if let Slot::Option(link, option) = slot
            && let Some(options) = self.options.get_mut(link)
        {
            options.follow(&self.nvram, link, option, self.defaults);
        }
    }

    /// The value of an option of a link that is a number.
    #[inline]
    pub(crate) fn option(&self, link: LinkId, option: usize) -> u32 {
        let options = self.options.get(link);
        options.map_or(0, |options| options.get(option))
    }

    /// Whether an option of a link is on.
    #[inline]
    pub(crate) fn is_on(&self, link: LinkId, option: usize) -> bool {
        self.option(link, option) != 0
    }

    /// How the host wants the messages of a link.
    pub(crate) fn message_form(&self, link: LinkId) -> MessageForm {
        MessageForm {
            format: self.option(link, options::RECV_FORMAT),
            properties: self.is_on(link, options::RECV_PROPS),
        }
    }

    /// The value of an option of a link, be it a number or a text.
    pub(crate) fn value(&self, link: LinkId, option: usize) -> OptionValue<'_> {
        if !options::is_text(option) {
            return OptionValue::Number(self.option(link, option));
        }
        let text = self.nvram.text(Slot::Option(link, option as u8));
        OptionValue::Text(text.unwrap_or_default())
    }

    /// The MQTT settings of a link.
    pub(crate) fn settings(&self, link: LinkId) -> Option<Settings<'_>> {
        Settings::decode(self.nvram.get(Slot::Settings(link))?)
    }

    /// Whether a link has settings.
    pub(crate) fn is_configured(&self, link: LinkId) -> bool {
        self.nvram.get(Slot::Settings(link)).is_some()
    }

    /// Whether a link uses TLS: the scheme of its URL says so, else the switch.
    pub(crate) fn uses_tls(&self, link: LinkId) -> bool {
        let switch = self.nvram.get(Slot::Tls(link)) == Some(&[1]);
        self.scheme(link).map_or(switch, Scheme::is_tls)
    }

    /// The scheme of a link's URL, where it has one.
    pub(crate) fn scheme(&self, link: LinkId) -> Option<Scheme> {
        self.settings(link)?.url.scheme()
    }

    /// What `&W` stored, or the factory values.
    pub(crate) fn profile(&self) -> Profile {
        let stored = self.nvram.get(Slot::Profile);
        stored.and_then(Profile::decode).unwrap_or(*self.factory)
    }

    /// The factory values.
    pub(crate) fn factory(&self) -> Profile {
        *self.factory
    }

    /// Stages the value of an option.
    pub(crate) fn stage_option(
        &mut self,
        link: LinkId,
        option: usize,
        value: OptionValue<'_>,
    ) -> Result<(), Full> {
        let write = self.option_record(option, value)?;
        self.stage(Slot::Option(link, option as u8), write)
    }

    /// What writes the record of an option.
    fn option_record<'v>(
        &self,
        option: usize,
        value: OptionValue<'v>,
    ) -> Result<impl FnOnce(&mut Buf) -> Result<(), Full> + use<'v>, Full> {
        let (opt, defaults) = (OPTIONS.get(option).ok_or(Full)?, self.defaults);
        Ok(move |record: &mut Buf| opt.encode_in(option, defaults, value, record))
    }
}
