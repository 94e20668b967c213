//! Messages that wait until the host asks for them.

/// How many places a link has.
pub(super) const PLACES: u8 = 5;

/// The places of a link.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NumberedPlaces {
    pub(super) is_on: bool,
    /// One bit for each place that is taken.
    pub(super) taken: u8,
}

impl NumberedPlaces {
    /// None is taken.
    pub(super) fn new(is_on: bool) -> Self {
        Self { is_on, taken: 0 }
    }

    /// The first place that is free.
    pub(super) fn free(self) -> Option<u8> {
        (0..PLACES).find(|place| self.taken & 1 << place == 0)
    }
}

/// The messages of a link that wait until the host asks for them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mailbox {
    /// Whether messages are stored here.
    pub(super) is_on: bool,
    /// Messages that wait.
    pub(super) count: u32,
    /// Whether the host is to be told how many.
    pub(super) indicates: bool,
    /// How many the host was told last that there are, less those it has taken since.
    pub(super) known: u32,
    /// How many of them the host asked to be told.
    pub(super) asked: u32,
    /// The number of the message the host has read last, 0 if it has none.
    pub(super) read: u32,
    /// The number of the message that was taken over last by reading the next.
    pub(super) left: u32,
    /// Places of messages that are read in any order.
    pub(super) places: NumberedPlaces,
}

impl Mailbox {
    /// The host does not know any more how many messages wait, if any.
    pub(super) fn indicate(&mut self) {
        self.indicates = self.is_on && self.count > 0;
    }

    /// The host has taken the oldest message: whether others are left, and how many, is told
    /// again.
    pub(super) fn indicate_left(&mut self) {
        self.known = self.known.saturating_sub(1);
        self.indicate();
    }

    /// A message is gone.
    pub(super) fn note_gone(&mut self) {
        self.count = self.count.saturating_sub(1);
        self.known = self.known.saturating_sub(1);
        self.asked = self.asked.saturating_sub(1);
    }

    /// Whether the oldest message is told.
    #[inline]
    pub(super) fn tells(&self) -> bool {
        self.asked > 0 || !self.is_on
    }

    /// Whether there is something to report.
    #[inline]
    pub(super) fn has_news(&self) -> bool {
        self.indicates || (self.count > 0 && self.tells())
    }
}
