//! What of the certificate store is on disk and did not fit in memory.

use crate::modem::credential::place;

/// Places of names with an entry that did not fit when it was given back: on disk they are
/// taken.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LostPlaces(u32);

impl LostPlaces {
    /// The entry of this number did not fit.
    pub(super) fn add(&mut self, number: u16) {
        self.0 |= 1_u32.checked_shl(place(number).into()).unwrap_or(0);
    }

    /// Whether a name has this place.
    pub(super) fn has(self, place: u16) -> bool {
        self.0 >> place.min(31) & 1 != 0
    }
}
