//! The values of a command, checked against its declaration (rule R9).

#![allow(
    clippy::inline_always,
    reason = "reading values is most of a command's work, and has callers off the quick path"
)]

use super::schema::{Kind, Param, Signature};
use super::values::{Value, Values};

/// Why values do not fit a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reject {
    /// Too few, too many, of the wrong type or out of range.
    Value,
    /// A text is longer than allowed.
    TooLong,
    /// A text holds what it may not hold.
    Characters,
}

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

    /// Checks `values` against the signatures; the first that fits is taken.
    #[inline(always)]
    pub(crate) fn check(
        line: &'l [u8],
        decoded: &'l [u8],
        values: &'l Values,
        signatures: &[Signature],
        strict: bool,
    ) -> Result<Self, Reject> {
        let mut why = Reject::Value;
        for (signature, declared) in signatures.iter().enumerate() {
            let args = Self {
                line,
                decoded,
                values,
                signature,
            };
            if values.count > declared.params.len() {
                continue;
            }
            match args.fit(declared, strict) {
                Ok(()) => return Ok(args),
                Err(reject) => why = reject,
            }
        }
        Err(why)
    }

    #[inline]
    fn value(&self, index: usize) -> Option<&'l Value> {
        self.values.get(index)
    }

    #[inline(always)]
    fn fit(&self, signature: &Signature, strict: bool) -> Result<(), Reject> {
        for (index, param) in signature.params.iter().enumerate() {
            match self.value(index) {
                Some(value) => self.fit_value(index, value, param, strict)?,
                None if param.optional => {}
                None => return Err(Reject::Value),
            }
        }
        signature.together.map_or(Ok(()), |together| together(self))
    }

    fn fit_value(
        &self,
        index: usize,
        value: &Value,
        param: &Param,
        strict: bool,
    ) -> Result<(), Reject> {
        let is_number = matches!(param.kind, Kind::Int { .. } | Kind::Choice(_));
        if strict && !value.quoted && !is_number {
            return Err(Reject::Value);
        }
        fit(&param.kind, self.bytes(index))
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
        let value = self.value(index);
        value.map_or(&[], |value| value.bytes(self.line, self.decoded))
    }

    /// Bytes the value took on the wire between its quotes.
    pub fn wire_len(&self, index: usize) -> usize {
        self.value(index).map_or(0, Value::wire_len)
    }
}

/// How many values from the first on fit a signature, of all the one they fit best.
pub(crate) fn fitting(
    line: &[u8],
    decoded: &[u8],
    values: &Values,
    signatures: &[Signature],
    strict: bool,
) -> usize {
    let args = Args {
        line,
        decoded,
        values,
        signature: 0,
    };
    let fits = |signature: &Signature| {
        let params = signature.params.iter().enumerate();
        let fits = |&(index, param): &(usize, &Param)| {
            let value = args.value(index);
            value.is_none_or(|value| args.fit_value(index, value, param, strict).is_ok())
        };
        params.take_while(fits).count()
    };
    signatures.iter().map(fits).max().unwrap_or(0)
}

/// Whether bytes, without quotes and escapes, are a value of a kind.
pub(crate) fn fit(kind: &Kind, bytes: &[u8]) -> Result<(), Reject> {
    match *kind {
        Kind::Int { .. } | Kind::Choice(_) => match number(bytes) {
            Some(number) if takes(kind, number) => Ok(()),
            _ => Err(Reject::Value),
        },
        Kind::Text { min, max, check } => {
            fit_length(bytes, min, max)?;
            fit_text(bytes, check.map(|(check, _)| check))
        }
        Kind::Bytes { min, max } => fit_length(bytes, min, max),
    }
}

/// Whether a number is a value of a kind.
pub(crate) fn takes(kind: &Kind, number: u32) -> bool {
    match *kind {
        Kind::Int { min, max } => (min..=max).contains(&number),
        Kind::Choice(choices) => choices.iter().any(|(choice, _)| *choice == number),
        Kind::Text { .. } | Kind::Bytes { .. } => false,
    }
}

fn fit_length(bytes: &[u8], min: usize, max: usize) -> Result<(), Reject> {
    if bytes.len() > max {
        return Err(Reject::TooLong);
    }
    if bytes.len() < min {
        return Err(Reject::Value);
    }
    Ok(())
}

fn fit_text(bytes: &[u8], check: Option<fn(&str) -> bool>) -> Result<(), Reject> {
    let text = core::str::from_utf8(bytes).map_err(|_| Reject::Characters)?;
    let passes = check.is_none_or(|check| check(text));
    if text.bytes().any(|byte| byte == 0) || !passes {
        return Err(Reject::Characters);
    }
    Ok(())
}

/// Decimal digits and nothing else; more than 32 bits is no number.
pub(crate) fn number(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() {
        return None;
    }
    bytes.iter().try_fold(0_u32, |n, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        n.checked_mul(10)?.checked_add(digit)
    })
}
