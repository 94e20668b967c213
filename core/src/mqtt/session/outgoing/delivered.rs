//! The identifiers a host gave to the messages delivered last: it may ask for
//! one of them again.

use crate::mqtt::session::form::{self, FORM};
use crate::on_use::OnUse;

/// How many are remembered.
const COUNT: usize = 32;

/// Bytes of one on disk: the form, which one it was, the identifier.
const WIDTH: usize = 9;

/// A ring of identifiers, each put on disk on its own.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    places: OnUse<Places>,
    /// How many there ever were.
    count: u32,
    /// Whether they are on disk as well.
    stored: bool,
    /// Places to be put on disk, a bit each.
    changed: u32,
}

#[derive(Debug, Default)]
struct Places {
    ids: [u32; COUNT],
    /// One on its way to the disk.
    record: [u8; WIDTH],
}

impl Delivered {
    /// From now on they are on disk as well.
    pub(super) fn persist(&mut self) {
        self.stored = true;
    }

    /// Forgets all; the disk is left alone.
    pub(super) fn clear(&mut self) {
        let stored = self.stored;
        *self = Self {
            stored,
            ..Self::default()
        };
    }

    pub(super) fn contains(&self, id: u32) -> bool {
        let places = self.places.get();
        places.is_some_and(|places| places.ids.contains(&id))
    }

    /// Remembers one in place of the oldest.
    pub(super) fn add(&mut self, id: u32) {
        let place = self.count as usize % COUNT;
        if let Some(oldest) = self.places.used().ids.get_mut(place) {
            *oldest = id;
        }
        self.count = self.count.wrapping_add(1);
        self.changed |= u32::from(self.stored) << place;
    }

    /// Whether something is to be put on disk.
    #[inline]
    pub(super) fn has_changes(&self) -> bool {
        self.changed != 0
    }

    /// The next place to be put on disk, and what to put there.
    pub(super) fn ask(&mut self) -> Option<(u8, &[u8])> {
        if self.changed == 0 {
            return None;
        }
        let place = self.changed.trailing_zeros();
        self.changed &= !(1 << place);
        let places = self.places.get_mut()?;
        let id = *places.ids.get(place as usize)?;
        // The last time this place was written.
        let ago = self.count.wrapping_sub(1).wrapping_sub(place) % COUNT as u32;
        let count = self.count.wrapping_sub(1).wrapping_sub(ago);
        places.record = to_bytes(count, id);
        Some((place as u8, &places.record))
    }

    /// It could not be put on disk.
    pub(super) fn failed(&mut self, place: u8) {
        self.changed |= 1_u32.checked_shl(place.into()).unwrap_or(0);
    }

    /// Takes back what was stored; whether it is one.
    pub(super) fn restore(&mut self, place: u8, bytes: &[u8]) -> bool {
        let Some((count, id)) = from_bytes(bytes) else {
            return false;
        };
        if count as usize % COUNT != usize::from(place) {
            return false;
        }
        if let Some(old) = self.places.used().ids.get_mut(usize::from(place)) {
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
        let (mut delivered, mut again) = (Delivered::default(), Delivered::default());
        delivered.persist();
        let mut disk = [[0; WIDTH]; COUNT];
        for id in 1..=COUNT as u32 + 3 {
            delivered.add(id);
            while let Some((place, bytes)) = delivered.ask() {
                disk[usize::from(place)].copy_from_slice(bytes);
            }
        }
        assert!(
            (0..)
                .zip(&disk)
                .all(|(place, bytes)| again.restore(place, bytes))
        );
        let ids = |of: &Delivered| of.places.get().map(|places| places.ids);
        assert_eq!(ids(&again), ids(&delivered));
        assert_eq!(again.count, delivered.count);
        assert!(!delivered.contains(3) && delivered.contains(4));
        again.add(100);
        assert!(!again.contains(4) && again.contains(5) && !again.has_changes());
        assert!(!again.restore(0, b"short"));
        assert!(!again.restore(1, &disk[0]));
    }
}
