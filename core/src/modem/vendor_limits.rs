//! What a real module takes at most.

/// What a real module takes at most, where that is less than what this modem takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VendorLimits {
    /// Bytes of a command line, its `AT` and one terminator included.
    pub line: usize,
    /// Bytes of a topic.
    pub topic: usize,
    /// Bytes of a payload that is sent.
    pub payload: usize,
    /// Subscriptions of a link at a time.
    pub subscriptions: usize,
    /// Messages that wait until the host asks for them; further ones stay with the network.
    pub waiting: u32,
}

impl VendorLimits {
    /// A module that takes whatever there is memory for.
    pub const NONE: Self = Self {
        line: usize::MAX,
        topic: usize::MAX,
        payload: usize::MAX,
        subscriptions: usize::MAX,
        waiting: u32::MAX,
    };

    /// Bytes of a line between its `AT` and its terminator.
    pub(crate) const fn body(&self) -> usize {
        self.line.saturating_sub("AT\r".len())
    }
}
