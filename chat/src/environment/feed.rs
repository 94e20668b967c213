//! Input that a modem takes as fast as it likes.

/// Bytes on their way to a modem.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    bytes: Vec<u8>,
    /// How many of them were taken.
    taken: usize,
}

impl Feed {
    /// Adds bytes behind those that wait.
    pub fn extend(&mut self, bytes: &[u8]) {
        if self.is_empty() {
            self.clear();
        }
        self.bytes.extend(bytes);
    }

    /// Drops all that waits.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.taken = 0;
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting().is_empty()
    }

    /// What waits.
    pub fn waiting(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    /// Takes so many bytes off the front.
    pub fn take(&mut self, count: usize) -> &[u8] {
        let from = self.taken;
        self.taken += count;
        &self.bytes[from..self.taken]
    }
}
