//! The files of the host.

use super::Context;
use crate::at::reply::Reply;
use crate::modem::credential::CredentialKind;
use crate::modem::fail::Fail;
use crate::modem::file::StoredFile;
use crate::modem::slot::Slot;
use crate::modem::storage::pem::Content;
use crate::modem::wait::Wait;
use core::ops::Range;

impl Context<'_, '_> {
    /// The file of this name.
    pub fn file(&self, name: &str) -> Option<StoredFile<'_>> {
        self.machine.storage.file(name)
    }

    /// Puts the content of a file aside, to act with it; `None` where there is no such file.
    pub fn stage_file(&mut self, key: u8, name: &str) -> Result<Option<()>, Fail> {
        let machine = &mut *self.machine;
        let Some(file) = machine.storage.file(name) else {
            return Ok(None);
        };
        Ok(Some(machine.scratch.set(self.link, key, file.content)?))
    }

    /// Bytes that are free for files, and all that there are.
    pub fn file_room(&self) -> (usize, usize) {
        self.machine.storage.file_room()
    }

    /// Whether a file of so many bytes may come: there is memory for it, and for taking it.
    pub fn check_file(&self, name: &str, len: usize) -> Result<(), Fail> {
        let storage = &self.machine.storage;
        if len <= self.most_asked() && storage.has_room_for_file(name, len) {
            Ok(())
        } else {
            Err(Fail::MEMORY_FULL)
        }
    }

    /// Keeps a file, in place of what has this name.
    pub fn store_file(&mut self, name: &str, content: &[u8]) -> Result<Wait, Fail> {
        self.machine.storage.stage_file(name, content)?;
        Ok(Wait::Stored(self.link))
    }

    /// Keeps what was staged; `command` is a task whose words are told once it is kept.
    pub fn report_stored(&self, command: u8) -> Wait {
        Wait::StoredReported(self.link, command)
    }

    /// Puts `bytes` in place of those at `range` of a file, as far as it has them.
    pub fn change_file(
        &mut self,
        name: &str,
        range: Range<usize>,
        bytes: &[u8],
    ) -> Result<Wait, Fail> {
        let storage = &mut self.machine.storage;
        storage.stage_file_part(name, range, bytes)?;
        Ok(Wait::Stored(self.link))
    }

    /// Erases a file; `None` where there is none of this name.
    pub fn erase_file(&mut self, name: &str) -> Result<Option<Wait>, Fail> {
        let erased = self.machine.storage.stage_file_erased(name)?;
        Ok(erased.then_some(Wait::Stored(self.link)))
    }

    /// Erases every file of such a name; `None` where there is none.
    pub fn erase_files(&mut self, such: impl Fn(&str) -> bool) -> Result<Option<Wait>, Fail> {
        let count = self.machine.storage.stage_files_erased(such)?;
        Ok((count > 0).then_some(Wait::Stored(self.link)))
    }

    /// Roots, certificate or key of the link are what the files of these names hold, one
    /// behind the other, until the modem is switched off. An empty name is none, and without
    /// one there is nothing. Fails where a file is not there.
    pub fn apply_files(&mut self, kind: CredentialKind, names: [&str; 2]) -> Result<(), Fail> {
        let storage = &mut self.machine.storage;
        let (slot, content) = match kind {
            CredentialKind::Roots => (Slot::Root(self.link), Content::Certificates),
            CredentialKind::Certificate => (Slot::Certificate(self.link), Content::Certificates),
            CredentialKind::Key => (Slot::Key(self.link), Content::Key),
            CredentialKind::Psk => return Err(Fail::INCORRECT),
        };
        Ok(storage.apply_files(slot, content, names)?)
    }

    /// The same of one file.
    pub fn apply_file(&mut self, kind: CredentialKind, name: &str) -> Result<(), Fail> {
        self.apply_files(kind, [name, ""])
    }

    /// Says something of every file. The content may be a
    /// [key](StoredFile::holds_key), which is never said.
    pub fn each_file(&mut self, mut write: impl FnMut(&StoredFile, &mut Reply)) {
        let machine = &mut *self.machine;
        let style = machine.style();
        machine.answer.write(&mut machine.out, style, |reply| {
            for file in machine.storage.files() {
                write(&file, reply);
            }
        });
    }

    /// Says something of all files together.
    pub fn write_files(
        &mut self,
        write: impl FnOnce(&mut dyn Iterator<Item = StoredFile<'_>>, &mut Reply),
    ) {
        let machine = &mut *self.machine;
        let (style, mut files) = (machine.style(), machine.storage.files());
        let out = &mut machine.out;
        machine
            .answer
            .write(out, style, |reply| write(&mut files, reply));
    }

    /// Says something of a file, if it is there and holds no key; whether it did. What is
    /// said reaches no log.
    pub fn write_file(&mut self, name: &str, write: impl FnOnce(&StoredFile, &mut Reply)) -> bool {
        let machine = &mut *self.machine;
        let style = machine.style();
        let file = machine.storage.file(name);
        let Some(file) = file.filter(|file| !file.holds_key()) else {
            return false;
        };
        let out = &mut machine.out;
        machine.answer.write(out, style, |reply| {
            reply.secret(|reply| write(&file, reply));
        });
        true
    }
}
