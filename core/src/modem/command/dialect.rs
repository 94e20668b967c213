//! What a command set is made of: its commands, what carries them out and what that
//! may answer. These types name each other, so they share a file.

use super::prompt::{Data, DataFraming, Late};
use crate::at::args::Args;
use crate::at::framing::Framing;
use crate::at::grammar::Grammar;
use crate::at::param::Misfit;
use crate::at::schema::Declaration;
use crate::modem::dispatch::Machine;
use crate::modem::event::{Task, WordEvent};
use crate::modem::fail::Fail;
use crate::modem::identity::Identity;
use crate::modem::ids::LinkId;
use crate::modem::profile::Profile;
use crate::modem::storage::options::Defaults;
pub use crate::modem::vendor_limits::VendorLimits;
use crate::modem::wait::Wait;
use crate::modem::wording::{Codes, Wording};
use core::fmt;
use core::time::Duration;

/// A command set: how its lines are read and written, its commands and its events.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// Its short name, as in a configuration.
    pub name: &'static str,
    /// Which of the modules of that name it is; the first of a name is the usual one. Empty
    /// where there is one only.
    pub model: &'static str,
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
    /// What a failure is that has none of these numbers.
    pub other: Fail,
    /// What a modem of this kind says of itself, unless it is told otherwise.
    pub identity: Identity<'static>,
    /// When it reports that it has started.
    pub banner: Banner,
    /// Whether the loss of a link is told before the results of commands that fail by it.
    pub loss_leads: bool,
    /// Whether each packet by which the broker answers is an
    /// [event](crate::modem::event::Event::Packet), and the end of a link that the host asked
    /// for too.
    pub reports_packets: bool,
    /// Whether a link that was reset ends by a [code](crate::modem::code::RESET) of its own, and
    /// not as one that the broker closed.
    pub tells_resets: bool,
    /// Whether a link that was lost with the network comes back with it.
    pub revives_links: bool,
    /// The least time between the OK of a command and the event that ends it, in
    /// milliseconds.
    pub gap: u16,
    /// What the module takes at most, for who wants to meet its limits.
    pub limits: &'static VendorLimits,
    /// How it words events.
    pub word: WordEvent,
    /// How it refuses what its declarations do not allow.
    pub refuse: Refuse,
    /// Bytes it needs for state of its own, for each link: values a host gives one by one. All
    /// links together get half of the memory for settings at most.
    pub scratch: usize,
}

/// The name of a dialect and its model, as [`Dialect::full_name`] has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullName(&'static str, &'static str);

impl fmt::Display for FullName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name, model) = *self;
        let colon = if model.is_empty() { "" } else { ":" };
        write!(f, "{name}{colon}{model}")
    }
}

/// What becomes of a line that comes while a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    /// It waits; nothing more is read meanwhile.
    Queue,
    /// It is dropped, and answered with this text.
    Reject(&'static str),
    /// The same; but one line restarts the modem at once.
    RejectOrRestart {
        /// What any other line is answered with.
        text: &'static str,
        /// The line, in letters of either case.
        line: &'static str,
        /// What it is answered with before the modem restarts.
        notice: &'static str,
    },
}

/// When a modem reports that it has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Banner {
    /// After a restart that the host asked for.
    Restart,
    /// Whenever it is switched on, too.
    PowerOn,
    /// The same; and what time it is, once the clock is known.
    Timed,
    /// The same; and where something is kept in this slot of the dialect's own, that it has
    /// joined a network behind it.
    Joins(u8),
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

    /// What it is chosen by: `NAME`, or `NAME:MODEL` where it has models.
    pub fn full_name(&self) -> FullName {
        FullName(self.name, self.model)
    }

    /// What of it the machine needs.
    pub(crate) fn wording(&self) -> Wording {
        Wording {
            framing: self.framing,
            codes: self.codes,
            event: self.word,
            loss_leads: self.loss_leads,
            reports_packets: self.reports_packets,
            tells_resets: self.tells_resets,
            revives_links: self.revives_links,
            other: self.other,
            joins: match self.banner {
                Banner::Joins(place) => Some(place),
                Banner::Restart | Banner::PowerOn | Banner::Timed => None,
            },
            tells_time: self.banner == Banner::Timed,
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

/// The modem, as a command's handler sees it.
#[derive(Debug)]
pub struct Context<'c, 'a> {
    pub(in crate::modem) machine: &'c mut Machine<'a>,
    pub(in crate::modem) link: LinkId,
    pub(super) dialect: &'static Dialect,
}

/// Carries a form of a command out.
pub type Handler = fn(&mut Context<'_, '_>, &Args<'_>) -> Outcome;

/// A command of the modem.
pub type Command = Declaration<Handler>;

/// What became of a command.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    /// Done; the line goes on.
    Ok,
    /// Done, and everything about it is written: no result code follows.
    Silent,
    /// Not done.
    Fail(Fail),
    /// It depends on something still to come: the line goes on then.
    Wait(Wait),
    /// The same; it fails where that takes longer.
    WaitFor(Wait, Duration),
    /// It is begun, and the line goes on. What comes of it is an event of its own,
    /// [`Event::Finished`](crate::modem::event::Event::Finished) of this task.
    Started(Wait, Task),
    /// The same, but the line goes on when the first of these is over. Where that fails, the
    /// command does, and no event follows.
    StartedAfter(Wait, Wait, Task),
    /// It is over, and the line goes on. What came of it, with a code of
    /// [`code::all`](crate::modem::code::all), is an event of its own all the same.
    Ended(Task, Result<(), Fail>, u8),
    /// It is begun, and its event is all of its answer: no result code follows, and the
    /// modem is busy until then.
    Finishing(Wait, Task),
    /// The same; it fails where that takes longer.
    FinishingFor(Wait, Task, Duration),
    /// The host is asked for raw bytes, as [`Prompt`] says, up to their end.
    Prompt(DataFraming, &'static Prompt),
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

/// Why a command was not carried out, before its handler was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is no command, or cannot be read.
    Unknown,
    /// There is no command of its name, which begins with this character.
    NoSuchCommand(u8),
    /// It has no such form.
    NoSuchForm,
    /// Its values are not what it takes.
    Values(Misfit),
    /// The modem cannot do it now.
    Unable(Fail),
}

impl Refusal {
    /// The failure of V.250 and 27.007 §9.
    pub fn fail(self) -> Fail {
        match self {
            Self::Unknown | Self::NoSuchCommand(_) => Fail::Plain,
            Self::NoSuchForm => Fail::NO_SUCH_FORM,
            Self::Values(misfit) => misfit.reject.into(),
            Self::Unable(fail) => fail,
        }
    }
}

/// How a command asks for raw bytes, and what it does with them.
#[derive(Debug)]
pub struct Prompt {
    /// What asks for them, in place of the dialect's own prompt.
    pub text: Option<&'static str>,
    /// Whether they are not echoed, even where the dialect echoes data.
    pub is_silent: bool,
    /// Whether they may be written down: no key or password is in them.
    pub is_shown: bool,
    /// How long the next byte may take; `None` waits for ever. A
    /// [handler](Context::limit_data) may say otherwise.
    pub limit: Option<Duration>,
    /// What becomes of them where it takes longer.
    pub late: Late,
    /// How long a host that was too late has to be silent before its next line is read:
    /// what comes until then is the rest of its data, and dropped.
    pub quiet: Duration,
    /// Carries on with them; the values of the command are there again.
    pub then: Then,
}

/// Carries on with raw bytes.
pub type Then = fn(&mut Context<'_, '_>, &Args<'_>, Data<'_>) -> Outcome;

/// How long the next byte may take (rule R13).
const LIMIT: Duration = Duration::from_secs(5);

impl Prompt {
    /// As rule R13 has it: five seconds for each byte, then an error.
    pub const fn new(then: Then) -> Self {
        Self {
            text: None,
            is_silent: false,
            is_shown: false,
            limit: Some(LIMIT),
            late: Late::Fail(Fail::INCORRECT),
            quiet: Duration::ZERO,
            then,
        }
    }

    /// The same for bytes that may be written down.
    #[must_use]
    pub const fn shown(self) -> Self {
        Self {
            is_shown: true,
            ..self
        }
    }
}
