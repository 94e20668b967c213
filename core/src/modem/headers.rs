//! Headers that a WebSocket is asked for with.

use crate::buffer::{Buf, Full};
use core::fmt;

/// A header: its name and its value, which is a secret.
pub type Header<'h> = (&'h str, &'h str);

/// Headers in their order.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Headers<'h>(&'h [u8]);

impl<'h> Headers<'h> {
    /// Of bytes that [`write`] wrote one behind the other.
    pub(crate) const fn unchecked(bytes: &'h [u8]) -> Self {
        Self(bytes)
    }

    /// Of any bytes; `None` if they are no whole headers.
    pub(crate) fn parse(bytes: &'h [u8]) -> Option<Self> {
        let mut rest = bytes;
        while !rest.is_empty() {
            header(&mut rest)?;
        }
        Some(Self(bytes))
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Name and value of each.
    pub fn iter(self) -> impl Iterator<Item = Header<'h>> {
        let mut rest = self.0;
        core::iter::from_fn(move || header(&mut rest))
    }

    pub(crate) fn as_bytes(self) -> &'h [u8] {
        self.0
    }
}

/// Without values: they may be tokens.
impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = self.iter().map(|(name, _)| (name, "***"));
        f.debug_map().entries(hidden).finish()
    }
}

/// Appends a header, whole or not at all.
pub(crate) fn write((name, value): Header<'_>, into: &mut Buf) -> Result<(), Full> {
    if into.free() < 4 + name.len() + value.len() {
        return Err(Full);
    }
    for text in [name, value] {
        let len = u16::try_from(text.len()).map_err(|_| Full)?;
        into.extend(&len.to_be_bytes())?;
        into.extend(text.as_bytes())?;
    }
    Ok(())
}

fn header<'h>(rest: &mut &'h [u8]) -> Option<Header<'h>> {
    Some((text(rest)?, text(rest)?))
}

fn text<'h>(rest: &mut &'h [u8]) -> Option<&'h str> {
    let (len, behind) = rest.split_first_chunk::<2>()?;
    let (text, behind) = behind.split_at_checked(u16::from_be_bytes(*len).into())?;
    *rest = behind;
    core::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn values_are_not_shown() {
        let headers = Headers::unchecked(b"\0\x01a\0\x06secret\0\x01b\0\0");
        assert_eq!(format!("{headers:?}"), r#"{"a": "***", "b": "***"}"#);
        assert_eq!(Headers::parse(headers.as_bytes()), Some(headers));
        assert_eq!(Headers::parse(b"\0\x01a\0\x02b"), None);
    }
}
