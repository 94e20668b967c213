//! Whether what is on disk is what is in memory.

/// What is known of a record's copy on disk. At most one change of a record is
/// on its way: another waits until that one is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Durability {
    /// It is the same, or the record is not kept on disk at all.
    #[default]
    Same,
    /// The record changed; the caller is to be asked.
    Changed,
    /// The caller was asked and has not answered.
    Asked,
    /// The record changed once more while the caller was asked.
    Behind,
}

impl Durability {
    /// The state of these two bits.
    pub(super) fn from_bits(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::Same,
            1 => Self::Changed,
            2 => Self::Asked,
            _ => Self::Behind,
        }
    }

    /// As two bits.
    pub(super) fn bits(self) -> u8 {
        match self {
            Self::Same => 0,
            Self::Changed => 1,
            Self::Asked => 2,
            Self::Behind => 3,
        }
    }

    /// The record changed.
    pub(super) fn changed(self) -> Self {
        match self {
            Self::Same | Self::Changed => Self::Changed,
            Self::Asked | Self::Behind => Self::Behind,
        }
    }

    /// The record changed, where it is kept on disk at all.
    pub(super) fn changed_if(self, kept: bool) -> Self {
        if kept { self.changed() } else { self }
    }

    /// The caller answered.
    pub(super) fn answered(self, ok: bool) -> Self {
        match self {
            Self::Asked if ok => Self::Same,
            Self::Asked | Self::Behind => Self::Changed,
            other => other,
        }
    }

    /// Whether an answer is awaited.
    pub(super) fn is_asked(self) -> bool {
        matches!(self, Self::Asked | Self::Behind)
    }
}

/// Counts one of those summed up that was of a kind, and is or is not now.
pub(super) fn recount(sum: &mut u32, was: bool, is: bool) {
    *sum = (*sum + u32::from(is)).saturating_sub(u32::from(was));
}
