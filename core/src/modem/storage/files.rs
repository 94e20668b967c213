//! The files of the host, which share the memory of the settings.

use super::Storage;
use super::pem::{Content, PemError, convert};
use crate::buffer::{Buf, Full};
use crate::modem::file::{self, MOST, StoredFile};
use crate::modem::slot::Slot;
use core::ops::Range;

/// What DER begins with.
const DER: u8 = 0x30;
/// The longest DER that is made PEM.
const MOST_DER: usize = 4096;

impl Storage<'_> {
    /// Every file, in the order of their places.
    pub(crate) fn files(&self) -> impl Iterator<Item = StoredFile<'_>> {
        (0..MOST).filter_map(|place| self.file_at(place))
    }

    fn file_at(&self, place: u16) -> Option<StoredFile<'_>> {
        StoredFile::decode(self.nvram.get(Slot::File(place))?)
    }

    /// The file of this name.
    pub(crate) fn file(&self, name: &str) -> Option<StoredFile<'_>> {
        self.files().find(|file| file.name == name)
    }

    fn file_place(&self, name: &str) -> Option<u16> {
        let own = |place: &u16| self.file_at(*place).is_some_and(|file| file.name == name);
        (0..MOST).find(own)
    }

    /// The place of a file, or a free one.
    fn file_place_for(&self, name: &str) -> Option<u16> {
        let is_free = |place: &u16| !self.lost_files.has(*place) && self.file_at(*place).is_none();
        self.file_place(name).or_else(|| (0..MOST).find(is_free))
    }

    /// Has a slot hold what some files, two at most, hold one behind the other, until the
    /// modem is switched off; whether all of them are there.
    pub(crate) fn apply_files(&mut self, slot: Slot, names: &[&str]) -> Result<bool, Full> {
        let mut from = [(slot, 0); 2];
        for (place, name) in from.iter_mut().zip(names) {
            let Some(number) = self.file_place(name) else {
                return Ok(false);
            };
            *place = (Slot::File(number), file::around(name));
        }
        let from = from.get(..names.len()).ok_or(Full)?;
        self.nvram.put_copies(slot, from)?;
        Ok(true)
    }

    /// Bytes that are free for files, and all that there are.
    pub(crate) fn file_room(&self) -> (usize, usize) {
        let longest = self.nvram.longest().saturating_sub(1 + file::MAX_NAME);
        (longest.min(self.nvram.free()), longest)
    }

    /// Whether a file of so many bytes could be stored. What has this name stays until the
    /// new one is durable.
    pub(crate) fn has_room_for_file(&self, name: &str, len: usize) -> bool {
        let record = file::around(name).saturating_add(len);
        self.file_place_for(name).is_some() && self.nvram.has_room_for(record)
    }

    /// Makes certificates or a key of a file what is in force under a slot, without storing
    /// that. It is PEM, or DER of 4 KiB at most.
    pub(crate) fn apply_file(
        &mut self,
        slot: Slot,
        content: Content,
        name: &str,
    ) -> Result<(), PemError> {
        let place = self.file_place(name).ok_or(PemError::Invalid)?;
        let file = self.file_at(place).ok_or(PemError::Invalid)?;
        if file.content.first() != Some(&DER) {
            let from = [(Slot::File(place), file::around(name))];
            self.nvram.put_copies(slot, &from)?;
            self.follow(slot);
            return Ok(());
        }
        let mut memory = [0; MOST_DER];
        let mut given = Buf::lent(&mut memory);
        given.extend(file.content)?;
        let mut converted = Ok(());
        self.apply(slot, |record| {
            converted = convert(given.as_slice(), content, record);
            converted.as_ref().map_or(Err(Full), |()| Ok(()))
        })?;
        converted
    }

    /// Stages a file with this content.
    pub(crate) fn stage_file(&mut self, name: &str, content: &[u8]) -> Result<(), Full> {
        let slot = Slot::File(self.file_place_for(name).ok_or(Full)?);
        self.stage(slot, |record| {
            file::encode_name(name, record)?;
            record.extend(content)
        })
    }

    /// Stages that `bytes` stand in place of those at `range` of a file, as far as it has
    /// them.
    pub(crate) fn stage_file_part(
        &mut self,
        name: &str,
        range: Range<usize>,
        bytes: &[u8],
    ) -> Result<(), Full> {
        let slot = Slot::File(self.file_place(name).ok_or(Full)?);
        let before = file::around(name);
        let range = before.saturating_add(range.start)..before.saturating_add(range.end);
        let staged = self.nvram.stage_part(slot, range, bytes);
        if staged.is_err() {
            self.nvram.unstage();
        }
        staged
    }

    /// Stages that a file is erased; whether there is one.
    pub(crate) fn stage_file_erased(&mut self, name: &str) -> Result<bool, Full> {
        match self.file_place(name) {
            Some(place) => self.stage(Slot::File(place), |_| Ok(())).map(|()| true),
            None => Ok(false),
        }
    }

    /// Stages that every file of such a name is erased; how many there are.
    pub(crate) fn stage_files_erased(&mut self, such: impl Fn(&str) -> bool) -> Result<u16, Full> {
        let mut count = 0;
        for place in 0..MOST {
            if self.file_at(place).is_some_and(|file| such(file.name)) {
                self.stage(Slot::File(place), |_| Ok::<(), Full>(()))?;
                count += 1;
            }
        }
        Ok(count)
    }
}
