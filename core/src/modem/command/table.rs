//! Dialects, the tables they are made of, and what handlers may answer.

use super::context::Context;
use crate::at::args::Args;
use crate::at::schema;
use crate::modem::event::Wording;
pub use crate::modem::fail::Fail;
pub use crate::modem::wait::Wait;

/// A command set: tables of commands and the wording of events.
#[derive(Debug)]
pub struct Dialect {
    /// Its short name, as in a configuration.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Its commands, one table per family.
    pub tables: &'static [Table],
    /// The unsolicited result codes it may send.
    pub urcs: &'static [Urc],
    /// How it words events.
    pub word: Wording,
}

impl Dialect {
    /// Every command.
    pub fn commands(&self) -> impl Iterator<Item = &'static Command> {
        self.tables.iter().flat_map(|table| table.commands)
    }

    /// The command of a name, in any case.
    pub fn find(&self, name: &[u8]) -> Option<&'static Command> {
        self.find_as_it_is(name)
            .or_else(|| self.find_register(name))
    }

    /// The register of a name with zeros before its number (V.250 §5.3.2).
    #[cold]
    fn find_register(&self, name: &[u8]) -> Option<&'static Command> {
        let (b'S' | b's', digits) = name.split_first()? else {
            return None;
        };
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let digits = digits.get(zeros.min(digits.len().checked_sub(1)?)..)?;
        let mut registers = self.commands().filter(|it| it.name.starts_with('S'));
        registers.find(|it| it.name.as_bytes().get(1..) == Some(digits))
    }

    #[inline]
    fn find_as_it_is(&self, name: &[u8]) -> Option<&'static Command> {
        for table in self.tables {
            for command in table.commands {
                let known = command.name.as_bytes();
                if known == name || known.eq_ignore_ascii_case(name) {
                    return Some(command);
                }
            }
        }
        None
    }
}

/// A family of commands.
#[derive(Debug)]
pub struct Table {
    /// What the family is about.
    pub title: &'static str,
    /// The commands.
    pub commands: &'static [Command],
}

/// Carries a form of a command out.
pub type Handler = fn(&mut Context<'_, '_>, &Args<'_>) -> Outcome;

/// A command of the modem.
pub type Command = schema::Command<Handler>;

/// An unsolicited result code, for the manual.
#[derive(Clone, Copy, Debug)]
pub struct Urc {
    /// What it looks like.
    pub syntax: &'static str,
    /// When it comes.
    pub meaning: &'static str,
}

/// What became of a command.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    /// Done; the line goes on.
    Ok,
    /// Not done.
    Fail(Fail),
    /// It depends on something still to come.
    Wait(Wait),
    /// The host is asked for exactly `length` raw bytes (rule R13), which
    /// `then` gets.
    Prompt {
        /// Bytes to come.
        length: usize,
        /// Carries on with them.
        then: fn(&mut Context<'_, '_>, &[u8]) -> Outcome,
    },
}

impl From<Result<(), Fail>> for Outcome {
    fn from(result: Result<(), Fail>) -> Self {
        result.map_or_else(Self::Fail, |()| Self::Ok)
    }
}

impl From<Result<Wait, Fail>> for Outcome {
    fn from(result: Result<Wait, Fail>) -> Self {
        result.map_or_else(Self::Fail, Self::Wait)
    }
}
