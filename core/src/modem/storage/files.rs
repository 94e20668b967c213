//! The files of the host, which share the memory of the settings.

use super::Storage;
use super::nvram::MOST_COPIES;
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

    /// Makes certificates or a key what is in force under a slot, without storing that: what
    /// the files of these names hold, one behind the other; without a name it is erased. They
    /// are PEM, or together 4 KiB at most where one is DER.
    pub(crate) fn apply_files(
        &mut self,
        slot: Slot,
        content: Content,
        names: [&str; MOST_COPIES],
    ) -> Result<(), PemError> {
        let (mut from, mut count, mut has_der) = ([(slot, 0); MOST_COPIES], 0, false);
        let given = names.into_iter().filter(|name| !name.is_empty());
        for (place, name) in from.iter_mut().zip(given) {
            let number = self.file_place(name).ok_or(PemError::Invalid)?;
            *place = (Slot::File(number), file::around(name));
            let file = self.file_at(number);
            has_der |= file.is_some_and(|it| it.content.first() == Some(&DER));
            count += 1;
        }
        if has_der {
            return self.apply_converted(slot, content, names);
        }
        self.nvram
            .put_copies(slot, from.get(..count).ok_or(Full)?)?;
        self.follow(slot);
        Ok(())
    }

    fn apply_converted(
        &mut self,
        slot: Slot,
        content: Content,
        names: [&str; MOST_COPIES],
    ) -> Result<(), PemError> {
        let mut memory = [0; MOST_DER];
        let mut given = Buf::lent(&mut memory);
        let mut ends = [0; MOST_COPIES];
        for (end, name) in ends.iter_mut().zip(names) {
            given.extend(self.file(name).map_or(&[][..], |file| file.content))?;
            *end = given.len();
        }
        let (mut start, mut converted) = (0, Ok(()));
        let applied = self.apply(slot, |record| {
            for end in ends.into_iter().filter(|end| *end > 0) {
                let part = given.as_slice().get(start..end).unwrap_or_default();
                if !part.is_empty() {
                    converted = convert(part, content, record);
                }
                converted.as_ref().map_err(|_| Full)?;
                start = end;
            }
            Ok(())
        });
        converted?;
        Ok(applied?)
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
