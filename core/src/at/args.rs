//! The values of a command, checked against its declaration (rule R9).

#![allow(
    clippy::inline_always,
    reason = "reading values is most of a command's work, and has callers off the quick path"
)]

use super::grammar::Grammar;
use super::param::{Kind, MisfitKind, Param, Reject, fit, number};
use super::values::{Value, Values, raw};

/// The values of a command that fit one of its signatures. A value that was
/// left out reads as 0 or as empty.
#[derive(Clone, Copy, Debug)]
pub struct Args<'l> {
    line: &'l [u8],
    decoded: &'l [u8],
    values: &'l Values,
    signature: usize,
}

impl<'l> Args<'l> {
    /// No values, for forms that have none.
    pub(crate) fn none() -> Self {
        Self {
            line: &[],
            decoded: &[],
            values: &Values::NONE,
            signature: 0,
        }
    }

    /// Values not checked yet, to be read by a signature.
    #[inline(always)]
    pub(super) fn unchecked(
        line: &'l [u8],
        decoded: &'l [u8],
        values: &'l Values,
        signature: usize,
    ) -> Self {
        Self {
            line,
            decoded,
            values,
            signature,
        }
    }

    /// How many there are, up to the last that was given.
    #[inline]
    pub(super) fn count(&self) -> usize {
        self.values.count
    }

    #[inline]
    pub(super) fn value(&self, index: usize) -> Option<&'l Value> {
        self.values.get(index)
    }

    /// Whether a value fits a parameter.
    pub(super) fn fit_value(
        &self,
        value: &Value,
        param: &Param,
        grammar: &Grammar,
    ) -> Result<(), Reject> {
        if !grammar.bare_text {
            let may_be_quoted = !is_number(param) || grammar.quoted_numbers;
            if value.quoted && !may_be_quoted || !value.quoted && !is_bare(param) {
                return Err(Reject::Value);
            }
        }
        fit(&param.kind, value.bytes(self.line, self.decoded))
    }

    /// How the value at `index` does not fit a parameter.
    #[cold]
    pub(super) fn misfit(
        &self,
        index: usize,
        value: &Value,
        param: &Param,
        grammar: &Grammar,
    ) -> MisfitKind {
        let bytes = self.bytes(index);
        let lacks_quotes = !value.quoted && !grammar.bare_text && !is_bare(param);
        if lacks_quotes || is_number(param) && number(bytes).is_none() {
            return MisfitKind::Missing;
        }
        match fit(&param.kind, bytes) {
            Err(Reject::TooLong) => MisfitKind::TooLong,
            Err(Reject::Value) if bytes.is_empty() => MisfitKind::Empty,
            _ => MisfitKind::Range,
        }
    }

    /// Which of the command's signatures fits.
    pub fn signature(&self) -> usize {
        self.signature
    }

    /// Whether the value was given.
    pub fn has(&self, index: usize) -> bool {
        self.value(index).is_some()
    }

    /// A number.
    pub fn int(&self, index: usize) -> u32 {
        number(self.bytes(index)).unwrap_or(0)
    }

    /// A number that is 0 or not.
    pub fn flag(&self, index: usize) -> bool {
        self.int(index) != 0
    }

    /// A text.
    pub fn text(&self, index: usize) -> &'l str {
        core::str::from_utf8(self.bytes(index)).unwrap_or_default()
    }

    /// Bytes, without their quotes and with their escapes resolved.
    pub fn bytes(&self, index: usize) -> &'l [u8] {
        let value = self.values.at(index);
        value.map_or(&[], |value| value.bytes(self.line, self.decoded))
    }

    /// Whether the value stood in quotes.
    pub fn is_quoted(&self, index: usize) -> bool {
        self.value(index).is_some_and(|value| value.quoted)
    }

    /// Whether a comma stands behind the last value that was given.
    pub fn ends_with_comma(&self) -> bool {
        let end = self.values.end().unwrap_or(self.line.len());
        let behind = self.line.get(end..).unwrap_or_default();
        behind.trim_ascii_start().first() == Some(&b',')
    }

    /// The values from `index` on, however many, as they stand on the line: where there are
    /// escapes they are not resolved.
    pub fn from(&self, index: usize) -> impl Iterator<Item = &'l [u8]> + use<'l> {
        let at = self.values.place(index).unwrap_or(self.line.len());
        raw(self.line.get(at..).unwrap_or_default())
    }

    /// Bytes the value took on the wire between its quotes.
    pub fn wire_len(&self, index: usize) -> usize {
        self.value(index).map_or(0, Value::wire_len)
    }
}

fn is_number(param: &Param) -> bool {
    matches!(param.kind, Kind::Int { .. } | Kind::Choice(_))
}

/// Whether a value of a parameter may stand without quotes in any grammar.
fn is_bare(param: &Param) -> bool {
    param.bare || is_number(param)
}
