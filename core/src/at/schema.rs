//! What a command looks like, declared once.
//!
//! A [`Command`] is a constant; the parser, the range checks, the `=?` answer,
//! the manual and the tests all read it. `H` is what carries a form out: the
//! language itself does not care.

use super::args::{Args, Reject};
use super::line::Reading;

/// The most parameters a [`Signature`] may have.
pub const MAX_PARAMS: usize = 8;
/// The most characters of an extended command's name behind its `+` (V.250 §5.4.1).
pub const MAX_NAME: usize = 16;

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
    /// Whether its value must never reach a log.
    pub secret: bool,
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
            secret: false,
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

    /// Its value must never reach a log.
    pub const fn secret(mut self) -> Self {
        self.secret = true;
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

/// A condition on values that fit one by one.
pub type Together = fn(&Args<'_>) -> Result<(), Reject>;

/// One way to set a command: its parameters in order.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The parameters; those that may be left out come last.
    pub params: &'static [Param],
    /// What they must be together.
    pub together: Option<Together>,
}

impl Signature {
    /// A signature of these parameters, [`MAX_PARAMS`] at most.
    ///
    /// # Panics
    /// At compile time, where there are more.
    pub const fn of(params: &'static [Param]) -> Self {
        assert!(params.len() <= MAX_PARAMS, "too many parameters");
        Self {
            params,
            together: None,
        }
    }

    /// A condition on the values together: no state of the modem counts, and nothing
    /// comes of it.
    pub const fn check(self, together: Together) -> Self {
        let together = Some(together);
        Self { together, ..self }
    }
}

/// How `=?` is answered.
#[derive(Clone, Copy, Debug)]
pub enum Test {
    /// The name and the ranges of the first signature; plain OK without one.
    Generated,
    /// The standard's or the vendor's own wording; plain OK where it is empty.
    Literal(&'static str),
}

/// An example for the manual: what the host types and what comes back.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The line as typed, without its terminator.
    pub line: &'static str,
    /// The lines of the answer.
    pub answer: &'static [&'static str],
}

/// A command and its forms. A form exists exactly if its handler does; the test
/// form of an extended command always exists (V.250 §5.4.4).
#[derive(Clone, Copy, Debug)]
pub struct Command<H: 'static> {
    /// The name as typed after `AT`: `+MQTTPUB`, `&F`, `E`, `S3`.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// More for the manual: limits, side effects, the clause it follows.
    pub details: &'static str,
    /// The form without anything behind the name.
    pub execute: Option<H>,
    /// `?`
    pub read: Option<H>,
    /// `=…`, and for basic commands the number behind the letter.
    pub set: Option<(&'static [Signature], H)>,
    /// `=?`
    pub test: Test,
    /// Says the `=?` answer where the declaration alone does not make it.
    pub test_form: Option<H>,
    /// Whether a quoted value may hold raw line breaks (rule R4).
    pub multi_line: bool,
    /// Whether junk after the last string is forgiven (rule R10).
    pub forgiving: bool,
    /// Whether its set form may be carried out while messages before it wait for
    /// the network.
    pub gathers: bool,
    /// Whether carrying it out sends or stores something, and does not only change how
    /// the modem talks: then the rest of its line is checked before.
    pub commits: bool,
    /// Whether it cannot be carried out without what the modem keeps.
    pub remembers: bool,
    /// Examples for the manual.
    pub examples: &'static [Example],
}

impl<H: Copy> Command<H> {
    /// A command without a form yet.
    pub const fn new(name: &'static str, summary: &'static str) -> Self {
        Self {
            name,
            summary,
            details: "",
            execute: None,
            read: None,
            set: None,
            test: Test::Generated,
            test_form: None,
            multi_line: false,
            forgiving: false,
            gathers: false,
            commits: false,
            remembers: false,
            examples: &[],
        }
    }

    /// More for the manual.
    pub const fn details(self, details: &'static str) -> Self {
        Self { details, ..self }
    }

    /// The form without anything behind the name.
    pub const fn execute(self, handler: H) -> Self {
        let execute = Some(handler);
        Self { execute, ..self }
    }

    /// The read form, `?`.
    pub const fn read(self, handler: H) -> Self {
        let read = Some(handler);
        Self { read, ..self }
    }

    /// The set form, `=…`; the first signature that fits is taken.
    pub const fn set(self, signatures: &'static [Signature], handler: H) -> Self {
        let set = Some((signatures, handler));
        Self { set, ..self }
    }

    /// The standard's or the vendor's own wording of the `=?` answer; plain OK
    /// where it is empty.
    pub const fn test(self, literal: &'static str) -> Self {
        let test = Test::Literal(literal);
        Self { test, ..self }
    }

    /// Says the `=?` answer by a handler.
    pub const fn test_with(self, handler: H) -> Self {
        let test_form = Some(handler);
        Self { test_form, ..self }
    }

    /// A quoted value may hold raw line breaks (rule R4).
    pub const fn multi_line(self) -> Self {
        let multi_line = true;
        Self { multi_line, ..self }
    }

    /// The set form may be carried out while messages before it wait for the
    /// network.
    pub const fn gathers(self) -> Self {
        let gathers = true;
        Self { gathers, ..self }
    }

    /// It sends or stores something: the rest of its line is checked before it is
    /// carried out.
    pub const fn commits(self) -> Self {
        let commits = true;
        Self { commits, ..self }
    }

    /// It cannot be carried out without what the modem keeps.
    pub const fn remembers(self) -> Self {
        let remembers = true;
        Self { remembers, ..self }
    }

    /// Junk after the last string is forgiven (rule R10).
    pub const fn forgiving(self) -> Self {
        let forgiving = true;
        Self { forgiving, ..self }
    }

    /// Examples for the manual.
    pub const fn examples(self, examples: &'static [Example]) -> Self {
        Self { examples, ..self }
    }

    /// How its values are read while they are typed.
    pub fn reading(&self) -> Reading {
        let (multi_line, forgiving) = (self.multi_line, self.forgiving);
        Reading {
            multi_line,
            forgiving,
        }
    }

    /// Whether it is an extended command (V.250 §5.4): `+` and a name.
    pub fn is_extended(&self) -> bool {
        self.name.starts_with('+')
    }
}
