//! The identifiers a host gave to the messages delivered last: it may ask for
//! one of them again.

use super::form::{self, FORM};

/// How many are remembered.
pub(super) const SEEN: usize = 32;

/// Bytes of one on disk: the form, which one it was, the identifier.
pub(super) const WIDTH: usize = 9;

/// A ring of identifiers, each put on disk on its own.
#[derive(Debug, Default)]
pub(super) struct Seen {
    ids: [u32; SEEN],
    /// How many there ever were.
    count: u32,
    /// Places to be put on disk, a bit each.
    changed: u32,
}

impl Seen {
    pub(super) fn contains(&self, id: u32) -> bool {
        self.ids.contains(&id)
    }

    /// Remembers one in place of the oldest; `kept` on disk.
    pub(super) fn add(&mut self, id: u32, kept: bool) {
        let place = self.count as usize % SEEN;
        if let Some(oldest) = self.ids.get_mut(place) {
            *oldest = id;
        }
        self.count = self.count.wrapping_add(1);
        self.changed |= u32::from(kept) << place;
    }

    /// Whether something is to be put on disk.
    #[inline]
    pub(super) fn has_changes(&self) -> bool {
        self.changed != 0
    }

    /// The next place to be put on disk, and what to put there.
    pub(super) fn ask(&mut self) -> Option<(u8, [u8; WIDTH])> {
        if self.changed == 0 {
            return None;
        }
        let place = self.changed.trailing_zeros();
        self.changed &= !(1 << place);
        let id = *self.ids.get(place as usize)?;
        // The last time this place was written.
        let ago = self.count.wrapping_sub(1).wrapping_sub(place) % SEEN as u32;
        let count = self.count.wrapping_sub(1).wrapping_sub(ago);
        Some((place as u8, to_bytes(count, id)))
    }

    /// It could not be put on disk.
    pub(super) fn failed(&mut self, place: u8) {
        self.changed |= 1_u32.checked_shl(place.into()).unwrap_or(0);
    }

    /// Takes back what was kept; whether it is one.
    pub(super) fn restore(&mut self, place: u8, bytes: &[u8]) -> bool {
        let Some((count, id)) = from_bytes(bytes) else {
            return false;
        };
        if count as usize % SEEN != usize::from(place) {
            return false;
        }
        if let Some(old) = self.ids.get_mut(usize::from(place)) {
            *old = id;
        }
        self.count = self.count.max(count.wrapping_add(1));
        true
    }
}

/// The count is complemented: so no beginning of this is one of version 0.1, which
/// tells its place by the same five bits.
fn to_bytes(count: u32, id: u32) -> [u8; WIDTH] {
    let [c0, c1, c2, c3] = (!count).to_be_bytes();
    let [i0, i1, i2, i3] = id.to_le_bytes();
    [FORM, c0, c1, c2, c3, i0, i1, i2, i3]
}

fn from_bytes(bytes: &[u8]) -> Option<(u32, u32)> {
    if let Some(&[c0, c1, c2, c3, i0, i1, i2, i3]) = form::content(bytes) {
        let count = !u32::from_be_bytes([c0, c1, c2, c3]);
        return Some((count, u32::from_le_bytes([i0, i1, i2, i3])));
    }
    // Version 0.1.
    let wide = bytes.try_into().map(u64::from_le_bytes).ok()?;
    Some(((wide >> 32) as u32, wide as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_remembered_across_a_restart() {
        let (mut seen, mut again) = (Seen::default(), Seen::default());
        let mut disk = [[0; WIDTH]; SEEN];
        for id in 1..=SEEN as u32 + 3 {
            seen.add(id, true);
            while let Some((place, bytes)) = seen.ask() {
                disk[usize::from(place)] = bytes;
            }
        }
        assert!(
            (0..)
                .zip(&disk)
                .all(|(place, bytes)| again.restore(place, bytes))
        );
        assert_eq!((again.ids, again.count), (seen.ids, seen.count));
        assert!(!seen.contains(3) && seen.contains(4));
        again.add(100, false);
        assert!(!again.contains(4) && again.contains(5) && !again.has_changes());
        assert!(!again.restore(0, b"short"));
        assert!(!again.restore(1, &disk[0]));
    }
}
