//! What of the certificate store and the files is on disk and did not fit in memory.

/// Places of what did not fit when it was given back: on disk they are taken.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LostPlaces(u32);

impl LostPlaces {
    /// What has this place did not fit.
    pub(super) fn add(&mut self, place: u16) {
        self.0 |= 1_u32.checked_shl(place.into()).unwrap_or(0);
    }

    /// Whether this place is taken.
    pub(super) fn has(self, place: u16) -> bool {
        self.0 >> place.min(31) & 1 != 0
    }
}
