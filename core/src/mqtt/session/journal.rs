//! How the session stands with the disk.

/// Whether the disk is to forget the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Forgetting {
    #[default]
    No,
    Wanted,
    Asked,
}

/// Whether there is a disk, whether it works, and whether it is to forget all.
#[derive(Debug, Default)]
pub(super) struct Journal {
    /// Whether there is one.
    stored: bool,
    /// A change could not be made; none is asked for until it is tried again.
    stalled: bool,
    forgetting: Forgetting,
}

impl Journal {
    /// From now on there is a disk.
    pub(super) fn persist(&mut self) {
        self.stored = true;
    }

    #[inline]
    pub(super) fn is_stored(&self) -> bool {
        self.stored
    }

    pub(super) fn is_stalled(&self) -> bool {
        self.stalled
    }

    pub(super) fn try_again(&mut self) {
        self.stalled = false;
    }

    /// The disk made a change, or failed to.
    pub(super) fn answered(&mut self, ok: bool) {
        self.stalled |= !ok;
    }

    /// Whether changes may be asked for.
    pub(super) fn may_ask(&self) -> bool {
        !self.stalled && !self.is_forgetting()
    }

    /// The disk is to forget all that is there. While it does, it is asked for nothing
    /// that it would forget.
    pub(super) fn want_forgetting(&mut self) {
        if self.stored && !self.is_forgetting() {
            self.forgetting = Forgetting::Wanted;
        }
    }

    pub(super) fn wants_forgetting(&self) -> bool {
        self.forgetting == Forgetting::Wanted
    }

    /// Whether the disk is asked to forget; if it has to be.
    pub(super) fn ask_forgetting(&mut self) -> bool {
        let wanted = self.wants_forgetting();
        if wanted {
            self.forgetting = Forgetting::Asked;
        }
        wanted
    }

    /// Whether the disk was asked to forget and has not answered.
    pub(super) fn is_forgetting(&self) -> bool {
        self.forgetting == Forgetting::Asked
    }

    /// The disk has forgotten, or failed to.
    pub(super) fn forgotten(&mut self, ok: bool) {
        self.forgetting = if ok {
            Forgetting::No
        } else {
            Forgetting::Wanted
        };
    }
}
