//! Messages that wait until the host asks for them.

/// The messages of a link that wait until the host asks for them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mailbox {
    /// Whether messages are stored here.
    pub(super) is_on: bool,
    /// Messages that wait.
    pub(super) count: u32,
    /// Whether the host is to be told how many.
    pub(super) indicates: bool,
    /// The number of the message the host has read last, 0 if it has none.
    pub(super) read: u32,
    /// The number of the message that was taken over last by reading the next.
    pub(super) left: u32,
}

impl Mailbox {
    /// The host does not know any more how many messages wait, if any.
    pub(super) fn indicate(&mut self) {
        self.indicates = self.is_on && self.count > 0;
    }

    /// Whether there is something to report.
    #[inline]
    pub(super) fn has_news(&self) -> bool {
        self.indicates || (self.count > 0 && !self.is_on)
    }
}
