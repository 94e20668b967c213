//! Numbers taken off a string of bytes.

use crate::links::LINKS;

/// Takes numbers off the front; zeros when there is nothing left.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    pub(super) fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// A link there is. Where there is but one, it takes no byte.
    pub(super) fn link(&mut self) -> u8 {
        match LINKS {
            1 => 0,
            links => self.byte() % links,
        }
    }

    /// A length and so many bytes, or all there are.
    pub(super) fn bytes(&mut self) -> Vec<u8> {
        let len = usize::from(self.byte()).min(self.0.len());
        let (bytes, rest) = self.0.split_at(len);
        self.0 = rest;
        bytes.to_vec()
    }
}
