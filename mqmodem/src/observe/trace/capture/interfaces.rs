//! The interfaces of a capture.

/// The interfaces up to now. Packets name them by number, so that none may be lost.
#[derive(Debug, Default)]
pub(super) struct Interfaces {
    count: u32,
    /// Blocks that are not written yet.
    unwritten: Vec<u8>,
}

impl Interfaces {
    /// One more, with its number.
    pub(super) fn add(&mut self, block: impl FnOnce() -> Vec<u8>) -> u32 {
        self.unwritten.extend(block());
        self.count += 1;
        self.count - 1
    }

    /// What stands before the next packet.
    pub(super) fn unwritten(&self) -> &[u8] {
        &self.unwritten
    }

    /// It is on its way.
    pub(super) fn written(&mut self) {
        self.unwritten.clear();
    }
}
