//! The certificate store.

use super::Context;
use crate::at::cme;
use crate::at::reply::Reply;
use crate::modem::credential::{Credential, CredentialKind, MAX_NAME};
use crate::modem::fail::Fail;
use crate::modem::progress::scratch::Staged;
use crate::modem::slot::Slot;
use crate::modem::storage::options::{ANY_DATE, KEY};
use crate::modem::wait::Wait;

impl Context<'_, '_> {
    /// The longest entry that a host may send as raw bytes.
    pub fn longest_credential(&self) -> usize {
        // The name may stand beside them.
        let data = self.most_asked().saturating_sub(MAX_NAME);
        self.machine.storage.longest_credential().min(data)
    }

    /// Whether an entry of so many bytes may come.
    pub fn check_credential(&self, name: &str, len: usize) -> Result<(), Fail> {
        if len > self.longest_credential() {
            return Err(Fail::INCORRECT);
        }
        if !self.machine.storage.has_room_for_credential(name, len) {
            return Err(Fail::MEMORY_FULL);
        }
        Ok(())
    }

    /// Keeps an entry of what the host gave.
    pub fn store_credential(
        &mut self,
        name: &str,
        kind: CredentialKind,
        given: &[u8],
    ) -> Result<Wait, Fail> {
        let staged = self.machine.storage.stage_credential(name, kind, given);
        staged.map_err(Fail::from)?;
        Ok(Wait::Stored(self.link))
    }

    /// Erases an entry.
    pub fn erase_credential(&mut self, name: &str, kind: CredentialKind) -> Result<Wait, Fail> {
        if self.machine.storage.stage_erased(name, kind)? {
            Ok(Wait::Stored(self.link))
        } else {
            Err(Fail::Cme(cme::INVALID_INDEX))
        }
    }

    /// Takes the name of the client key from what was put aside: that of the certificate
    /// where it is empty. As [`apply_option`](Self::apply_option).
    pub fn apply_key_name(
        &mut self,
        name: impl for<'s> FnOnce(Staged<'s>) -> &'s str,
    ) -> Result<(), Fail> {
        let machine = &mut *self.machine;
        let name = name(machine.scratch.of(self.link));
        let slot = Slot::Option(self.link, KEY as u8);
        let applied = machine
            .storage
            .apply(slot, |record| record.extend(name.as_bytes()));
        Ok(applied?)
    }

    /// Whether the broker's certificates may be out of date. As
    /// [`apply_option`](Self::apply_option).
    pub fn apply_any_date(&mut self, on: bool) -> Result<(), Fail> {
        let slot = Slot::Option(self.link, ANY_DATE as u8);
        let mark: &[u8] = if on { &[1] } else { &[] };
        let applied = self
            .machine
            .storage
            .apply(slot, |record| record.extend(mark));
        Ok(applied?)
    }

    /// What an entry holds.
    pub fn credential(&self, name: &str, kind: CredentialKind) -> Option<&[u8]> {
        self.machine.storage.credential(name, kind)
    }

    /// Says something of what an entry holds, if it is there.
    pub fn write_credential(
        &mut self,
        name: &str,
        kind: CredentialKind,
        write: impl FnOnce(&[u8], &mut Reply),
    ) {
        let machine = &mut *self.machine;
        let style = machine.style();
        if let Some(content) = machine.storage.credential(name, kind) {
            let out = &mut machine.out;
            machine
                .answer
                .write(out, style, |reply| write(content, reply));
        }
    }

    /// Says something of every entry.
    pub fn each_credential(&mut self, mut write: impl FnMut(&Credential, &mut Reply)) {
        let machine = &mut *self.machine;
        let style = machine.style();
        machine.answer.write(&mut machine.out, style, |reply| {
            for entry in machine.storage.credentials(self.link) {
                write(&entry, reply);
            }
        });
    }
}
