//! What a dialect keeps of a link until it is used: values a host gives one by one.

use crate::buffer::{Buf, Full};
use crate::modem::ids::LinkId;
use core::ops::RangeInclusive;

/// Header of an entry: link, key, length (2 bytes).
const HEADER: usize = 4;
/// What a record of values begins with.
const VERSION: u8 = 1;

/// Values by link and key. They are gone with a restart.
#[derive(Debug)]
pub(crate) struct Scratch<'a> {
    entries: Buf<'a>,
}

/// The values of one link.
#[derive(Clone, Copy, Debug)]
pub struct Staged<'s> {
    entries: &'s [u8],
    link: LinkId,
}

impl<'s> Staged<'s> {
    /// No values of a link.
    pub fn none(link: LinkId) -> Self {
        let entries = &[];
        Self { entries, link }
    }

    /// Whose values they are.
    pub fn link(&self) -> LinkId {
        self.link
    }

    /// Those of another link.
    #[must_use]
    pub fn of_link(self, link: LinkId) -> Self {
        Self { link, ..self }
    }

    /// The value of a key, if it was given.
    pub fn get(&self, key: u8) -> Option<&'s [u8]> {
        let mine = |&(link, at_key, _): &(u8, u8, &[u8])| (link, at_key) == (self.link.0, key);
        entries(self.entries).find(mine).map(|(.., value)| value)
    }

    /// Writes the values of these keys; never nothing.
    pub(crate) fn encode(
        &self,
        keys: RangeInclusive<u8>,
        record: &mut Buf<'_>,
    ) -> Result<(), Full> {
        record.push(VERSION)?;
        for (key, value) in keys.filter_map(|key| Some((key, self.get(key)?))) {
            let len = u16::try_from(value.len()).map_err(|_| Full)?;
            record.push(key)?;
            record.extend(&len.to_be_bytes())?;
            record.extend(value)?;
        }
        Ok(())
    }

    /// The same as text, empty where there is none.
    pub fn text(&self, key: u8) -> &'s str {
        let value = self.get(key).unwrap_or_default();
        core::str::from_utf8(value).unwrap_or_default()
    }
}

/// Link, key and value of each entry.
fn entries(bytes: &[u8]) -> impl Iterator<Item = (u8, u8, &[u8])> {
    let mut rest = bytes;
    core::iter::from_fn(move || {
        let (&[link, key, high, low], behind) = rest.split_first_chunk::<HEADER>()?;
        let len = usize::from(u16::from_be_bytes([high, low]));
        let (value, behind) = behind.split_at_checked(len)?;
        rest = behind;
        Some((link, key, value))
    })
}

impl<'a> Scratch<'a> {
    pub(crate) fn new(memory: Buf<'a>) -> Self {
        Self { entries: memory }
    }

    /// All values; none are left.
    pub(crate) fn take(&mut self) -> Self {
        core::mem::replace(self, Self::new(Buf::lent(&mut [])))
    }

    /// The values of a link.
    pub(crate) fn of(&self, link: LinkId) -> Staged<'_> {
        let entries = self.entries.as_slice();
        Staged { entries, link }
    }

    /// Puts a value in the place of what the key had; where it does not fit, that stays.
    pub(crate) fn set(&mut self, link: LinkId, key: u8, value: &[u8]) -> Result<(), Full> {
        let len = u16::try_from(value.len()).map_err(|_| Full)?;
        let old = self.of(link).get(key).map_or(0, |old| HEADER + old.len());
        if self.entries.free() + old < HEADER + value.len() {
            return Err(Full);
        }
        self.remove(link, Some(key));
        let [high, low] = len.to_be_bytes();
        self.entries.extend(&[link.0, key, high, low])?;
        self.entries.extend(value)
    }

    /// Puts the values of a record of [`Staged::encode`] in the place of what their keys had.
    pub(crate) fn decode(&mut self, link: LinkId, record: &[u8]) -> Result<(), Full> {
        let mut rest = record.strip_prefix(&[VERSION]).unwrap_or_default();
        while let Some((&[key, high, low], behind)) = rest.split_first_chunk::<3>() {
            let len = usize::from(u16::from_be_bytes([high, low]));
            let Some((value, behind)) = behind.split_at_checked(len) else {
                break;
            };
            self.set(link, key, value)?;
            rest = behind;
        }
        Ok(())
    }

    /// Forgets a value of a link, or all of them.
    pub(crate) fn remove(&mut self, link: LinkId, key: Option<u8>) {
        let mut at = 0;
        while let Some((of, at_key, len)) = self.entry(at) {
            if of == link.0 && key.is_none_or(|key| key == at_key) {
                self.entries.remove(at, len);
            } else {
                at += len;
            }
        }
    }

    /// Link, key and length of the entry at a place.
    fn entry(&self, at: usize) -> Option<(u8, u8, usize)> {
        let (link, key, value) = entries(self.entries.behind(at)?).next()?;
        Some((link, key, HEADER + value.len()))
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// As [`Buf::trim`].
    pub(crate) fn trim(&mut self) -> usize {
        self.entries.trim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: LinkId = LinkId(0);
    const OTHER: LinkId = LinkId(1);

    #[test]
    fn each_link_has_values_of_its_own_and_the_last_one_counts() {
        let mut memory = [0; 24];
        let mut scratch = Scratch::new(Buf::lent(&mut memory));
        scratch.set(ONE, 1, b"old").unwrap();
        scratch.set(OTHER, 1, b"other").unwrap();
        scratch.set(ONE, 1, b"new").unwrap();
        scratch.set(ONE, 2, b"").unwrap();
        assert_eq!(scratch.of(ONE).text(1), "new");
        assert_eq!(scratch.of(ONE).get(2), Some(&b""[..]));
        assert_eq!(scratch.of(OTHER).text(1), "other");
        assert_eq!(scratch.set(ONE, 1, b"too long"), Err(Full));
        assert_eq!(scratch.of(ONE).text(1), "new");
        scratch.remove(ONE, None);
        assert_eq!(scratch.of(ONE).get(1), None);
        assert_eq!(scratch.of(OTHER).text(1), "other");
    }

    #[test]
    fn what_is_kept_comes_back_as_far_as_its_record_goes() {
        let (mut memory, mut kept) = ([0; 40], [0; 40]);
        let mut scratch = Scratch::new(Buf::lent(&mut memory));
        scratch.set(ONE, 1, b"one").unwrap();
        scratch.set(ONE, 3, b"").unwrap();
        scratch.set(ONE, 9, b"not kept").unwrap();
        let mut record = Buf::lent(&mut kept);
        scratch.of(ONE).encode(1..=8, &mut record).unwrap();
        scratch.clear();
        scratch.decode(ONE, record.as_slice()).unwrap();
        let of = scratch.of(ONE);
        assert_eq!(
            (of.get(1), of.get(3), of.get(9)),
            (Some(&b"one"[..]), Some(&b""[..]), None)
        );
        for end in 0..record.len() {
            scratch.clear();
            scratch.decode(ONE, &record.as_slice()[..end]).unwrap();
            assert!(matches!(scratch.of(ONE).get(1), None | Some(b"one")));
        }
    }
}
