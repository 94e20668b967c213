//! The certificate store, which all links share.

use super::Storage;
use super::pem::{Content, PemError, convert};
use crate::buffer::{Buf, Full};
use crate::modem::credential::{
    Credential, CredentialKind, MAX_ENTRY, MAX_NAME, NAMES, Psk, RESERVED, encode_name, number,
};
use crate::modem::ids::LinkId;
use crate::modem::slot::Slot;

impl Storage<'_> {
    /// Every entry, those of a name together; behind them what `+MQTTTLS` loaded for a link.
    pub(crate) fn credentials(&self, link: LinkId) -> impl Iterator<Item = Credential<'_>> {
        let places = (0..=NAMES).flat_map(|place| self.entries(place));
        places.chain(self.inline_credentials(link))
    }

    fn inline_credentials(&self, link: LinkId) -> impl Iterator<Item = Credential<'_>> {
        let slots = [Slot::Root(link), Slot::Certificate(link), Slot::Key(link)];
        let named = slots.into_iter().zip(RESERVED).zip(CredentialKind::ALL);
        named.filter_map(|((slot, name), kind)| {
            let content = self.nvram.get(slot)?;
            Some(Credential {
                name,
                kind,
                content,
            })
        })
    }

    /// What an entry holds.
    pub(crate) fn credential(&self, name: &str, kind: CredentialKind) -> Option<&[u8]> {
        Some(self.entry(self.place_of(name)?, kind)?.content)
    }

    fn entry(&self, place: u16, kind: CredentialKind) -> Option<Credential<'_>> {
        let number = number(place, kind);
        Credential::decode(number, self.nvram.get(Slot::Credential(number))?)
    }

    fn entries(&self, place: u16) -> impl Iterator<Item = Credential<'_>> {
        let kinds = CredentialKind::ALL.into_iter();
        kinds.filter_map(move |kind| self.entry(place, kind))
    }

    /// The place of a name that has entries.
    fn place_of(&self, name: &str) -> Option<u16> {
        (0..=NAMES).find(|place| self.entries(*place).any(|entry| entry.name == name))
    }

    /// The place of a name, or a free one.
    fn place_for(&self, name: &str) -> Option<u16> {
        let is_free =
            |place: &u16| !self.lost_places.has(*place) && self.entries(*place).next().is_none();
        let free = || (0..NAMES).find(is_free);
        self.place_of(name).or_else(free)
    }

    /// The longest entry there is memory for.
    pub(crate) fn longest_credential(&self) -> usize {
        let room = self.nvram.longest().saturating_sub(1 + MAX_NAME);
        room.min(MAX_ENTRY)
    }

    /// Whether an entry of so many bytes could be stored under a name.
    pub(crate) fn has_room_for_credential(&self, name: &str, len: usize) -> bool {
        self.place_for(name).is_some() && self.nvram.has_room_for(1 + name.len() + len)
    }

    /// Stages an entry of what the host gave.
    pub(crate) fn stage_credential(
        &mut self,
        name: &str,
        kind: CredentialKind,
        given: &[u8],
    ) -> Result<(), PemError> {
        let place = self.place_for(name).ok_or(PemError::Full)?;
        let slot = Slot::Credential(number(place, kind));
        self.stage(slot, |record| {
            encode_name(name, record)?;
            write(kind, given, record)
        })
    }

    /// Stages that an entry is erased; whether there is one.
    pub(crate) fn stage_erased(&mut self, name: &str, kind: CredentialKind) -> Result<bool, Full> {
        let place = self.place_of(name);
        let Some(place) = place.filter(|place| self.entry(*place, kind).is_some()) else {
            return Ok(false);
        };
        let slot = Slot::Credential(number(place, kind));
        self.stage(slot, |_| Ok(())).map(|()| true)
    }
}

/// Writes what the host gave, in the form in which it is kept.
fn write(kind: CredentialKind, given: &[u8], record: &mut Buf) -> Result<(), PemError> {
    match kind {
        CredentialKind::Roots | CredentialKind::Certificate => {
            convert(given, Content::Certificates, record)
        }
        CredentialKind::Key => convert(given, Content::Key, record),
        CredentialKind::Psk => {
            let psk = Psk::parse(given).ok_or(PemError::Invalid)?;
            Ok(psk.encode(record)?)
        }
    }
}
