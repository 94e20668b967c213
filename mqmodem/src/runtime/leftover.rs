//! Bytes the modem did not take yet.

/// A queue of bytes that costs nothing while it is empty.
#[derive(Debug, Default)]
pub(crate) struct Leftover {
    bytes: Vec<u8>,
    at: usize,
}

/// Memory up to this size is kept for the next use; more is given back.
const KEPT: usize = 1024;

impl Leftover {
    /// What is left over, oldest first.
    pub(crate) fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Whether nothing is left over.
    pub(crate) fn is_empty(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Adds bytes at the end.
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes `n` bytes from the front.
    pub(crate) fn take(&mut self, n: usize) {
        self.at += n;
        if self.is_empty() {
            self.clear();
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.at = 0;
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_in_order_and_frees_its_memory() {
        let mut leftover = Leftover::default();
        leftover.append(&[1; 5000]);
        leftover.append(&[2]);
        leftover.take(5000);
        assert_eq!(leftover.rest(), [2]);
        leftover.take(1);
        assert!(leftover.is_empty());
        assert_eq!(leftover.bytes.capacity(), 0);
    }
}
