//! What was typed of a line, byte by byte.

/// More bytes are counted only.
const MOST: usize = 128 * 1024;

/// Bytes of a line, gathered until it ends.
#[derive(Debug, Default)]
pub(super) struct TypedBytes {
    bytes: Vec<u8>,
    count: usize,
}

impl TypedBytes {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.count += bytes.len();
        if self.count <= MOST {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// These bytes, where they are `AT`, this text and the end of a line: what was typed and
    /// erased may be a secret.
    pub(super) fn of_line(&self, text: &[u8]) -> Option<&[u8]> {
        let line = self.bytes.trim_ascii_start();
        let (attention, rest) = line.split_at_checked(2)?;
        let end = rest.strip_prefix(text)?;
        let whole = self.count == self.bytes.len();
        (whole && attention.eq_ignore_ascii_case(b"AT") && end.trim_ascii().is_empty())
            .then_some(&self.bytes)
    }

    /// The next line begins.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(1024);
        self.count = 0;
    }
}
