//! Where PEM goes, and why it may not.

use crate::buffer::{Buf, Full};

/// The text is not PEM, or not of this content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PemError {
    /// It does not parse.
    Invalid,
    /// It does not fit the memory.
    Full,
}

impl From<Full> for PemError {
    fn from(Full: Full) -> Self {
        Self::Full
    }
}

/// Where PEM goes.
pub trait Sink {
    /// Takes more of it.
    fn extend(&mut self, bytes: &[u8]) -> Result<(), Full>;
}

impl Sink for Buf<'_> {
    fn extend(&mut self, bytes: &[u8]) -> Result<(), Full> {
        Buf::extend(self, bytes)
    }
}

/// Nowhere: it is only looked at.
impl Sink for () {
    fn extend(&mut self, _: &[u8]) -> Result<(), Full> {
        Ok(())
    }
}
