//! One parameter of a command, and whether a value fits it (rule R9).

/// The most parameters of a command.
pub const MAX_PARAMS: usize = 8;

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

/// Which of the values of a command does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Its place, from 0; that behind the last parameter where there are too many.
    pub place: usize,
    /// The name of its parameter; empty where there is none.
    pub param: &'static str,
    /// The first value, where it is a number: often what the command is about.
    pub first: Option<u32>,
    /// What is wrong with it.
    pub kind: MisfitKind,
    /// The same in the words of rule R9.
    pub reject: Reject,
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MisfitKind {
    /// It is left out, or it is a text where a number stands, or the other way round.
    Missing,
    /// It is empty.
    Empty,
    /// It is out of range, or holds what it may not hold.
    Range,
    /// It is too long.
    TooLong,
    /// There is no such parameter.
    Surplus,
    /// Each fits, and together they do not.
    Together,
}

/// A condition on a text, and an example of what fails it.
pub type Check = (fn(&str) -> bool, &'static str);

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A decimal number from `min` to `max`.
    Int {
        /// Least value taken.
        min: u32,
        /// Greatest value taken.
        max: u32,
    },
    /// One of some numbers, each with its meaning.
    Choice(&'static [(u32, &'static str)]),
    /// UTF-8 without NUL, `min` to `max` bytes, that also passes `check`.
    Text {
        /// Fewest bytes.
        min: usize,
        /// Most bytes.
        max: usize,
        /// A further condition.
        check: Option<Check>,
    },
    /// Any bytes, `min` to `max` of them.
    Bytes {
        /// Fewest bytes.
        min: usize,
        /// Most bytes.
        max: usize,
    },
}

/// One parameter of a command.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name in the manual, without angle brackets.
    pub name: &'static str,
    /// What its value must be.
    pub kind: Kind,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether it may stand without quotes, whatever the grammar says of text.
    pub bare: bool,
    /// Whether its value must never reach a log.
    pub secret: bool,
    /// The character behind which its value must never reach a log.
    pub secret_behind: Option<u8>,
    /// What it means, in a few words, with its unit.
    pub meaning: &'static str,
    /// A value that is accepted; the manual and the tests use it.
    pub example: &'static str,
}

impl Param {
    const fn new(name: &'static str, kind: Kind, example: &'static str) -> Self {
        Self {
            name,
            kind,
            optional: false,
            bare: false,
            secret: false,
            secret_behind: None,
            meaning: "",
            example,
        }
    }

    /// A number from `min` to `max`.
    pub const fn int(name: &'static str, min: u32, max: u32) -> Self {
        Self::new(name, Kind::Int { min, max }, "")
    }

    /// One of some numbers, each with its meaning.
    pub const fn choice(name: &'static str, choices: &'static [(u32, &'static str)]) -> Self {
        Self::new(name, Kind::Choice(choices), "")
    }

    /// Text of `min` to `max` bytes.
    pub const fn text(name: &'static str, min: usize, max: usize) -> Self {
        let check = None;
        Self::new(name, Kind::Text { min, max, check }, "text")
    }

    /// Bytes of any value, `min` to `max` of them.
    pub const fn bytes(name: &'static str, min: usize, max: usize) -> Self {
        Self::new(name, Kind::Bytes { min, max }, "bytes")
    }

    /// The same under another name.
    pub const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// May be left out.
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// May stand without quotes, whatever the grammar says of text.
    pub const fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// Its value must never reach a log.
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// What stands behind this character in its value must never reach a log.
    pub const fn secret_behind(mut self, character: u8) -> Self {
        self.secret_behind = Some(character);
        self
    }

    /// What it means.
    pub const fn means(mut self, meaning: &'static str) -> Self {
        self.meaning = meaning;
        self
    }

    /// A value that is accepted.
    pub const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    /// A further condition on a text, and an example of what fails it.
    pub const fn check(mut self, check: fn(&str) -> bool, refused: &'static str) -> Self {
        if let Kind::Text { min, max, .. } = self.kind {
            let check = Some((check, refused));
            self.kind = Kind::Text { min, max, check };
        }
        self
    }
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
#[inline]
pub(crate) fn number(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [] => return None,
        // Most numbers are one digit.
        [digit @ b'0'..=b'9'] => return Some(u32::from(digit - b'0')),
        _ => {}
    }
    bytes.iter().try_fold(0_u32, |n, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        n.checked_mul(10)?.checked_add(digit)
    })
}
