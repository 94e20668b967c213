//! What a command set is made of: a value.

use super::command::context::Context;
use super::command::handler::{Command, Refusal};
use super::event::WordEvent;
use super::fail::Fail;
use super::identity::Identity;
use super::profile::Profile;
use super::storage::options::Defaults;
use super::wording::{Codes, Wording};
use crate::at::framing::Framing;
use crate::at::grammar::Grammar;

/// A command set: how its lines are read and written, its commands and its events.
#[derive(Debug)]
pub struct Dialect {
    /// Its short name, as in a configuration.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// How its lines are read.
    pub grammar: &'static Grammar,
    /// What stands around what it writes.
    pub framing: &'static Framing,
    /// What becomes of a line that comes while a command runs.
    pub busy: Busy,
    /// Its commands, one table per family.
    pub tables: &'static [Table],
    /// The unsolicited result codes it may send.
    pub urcs: &'static [Urc],
    /// The options that do not start with the value they have elsewhere.
    pub options: Defaults,
    /// The profile it starts with, and returns to by `&F`.
    pub profile: &'static Profile,
    /// The numbers of `+CME ERROR:` it uses, with their words.
    pub codes: Codes,
    /// What a modem of this kind says of itself, unless it is told otherwise.
    pub identity: Identity<'static>,
    /// When it reports that it has started.
    pub banner: Banner,
    /// How it words events.
    pub word: WordEvent,
    /// How it refuses what its declarations do not allow.
    pub refuse: Refuse,
    /// Bytes it needs for state of its own, for each link: values a host gives one by one.
    pub scratch: usize,
}

/// What becomes of a line that comes while a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    /// It waits; nothing more is read meanwhile.
    Queue,
    /// It is dropped, and answered with this text.
    Reject(&'static str),
}

/// When a modem reports that it has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Banner {
    /// After a restart that the host asked for.
    Restart,
    /// Whenever it is switched on, too.
    PowerOn,
}

/// How what a declaration does not allow is answered. It may write lines before the
/// final result, which follows from what it returns.
pub type Refuse = fn(&mut Context<'_, '_>, Option<&'static Command>, Refusal) -> Fail;

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

    /// What of it the machine needs.
    pub(crate) fn wording(&self) -> Wording {
        Wording {
            framing: self.framing,
            codes: self.codes,
            event: self.word,
        }
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

/// An unsolicited result code, for the manual.
#[derive(Clone, Copy, Debug)]
pub struct Urc {
    /// What it looks like.
    pub syntax: &'static str,
    /// When it comes.
    pub meaning: &'static str,
}
