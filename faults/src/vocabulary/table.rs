//! What a word is declared by.

use std::fmt;

/// A fault by its words, and what may stand behind them.
#[derive(Debug)]
pub struct FaultWord {
    /// The words it begins with.
    pub words: &'static str,
    /// What stands behind these, in this order where it has no name.
    pub params: &'static [FaultParam],
    /// How long it goes on.
    pub nature: FaultNature,
    /// Options beside those of its nature.
    pub more: &'static [&'static str],
    /// What it does.
    pub effect: FaultEffect,
    /// What it does, for people.
    pub does: &'static str,
}

/// A value behind the words of a fault.
#[derive(Debug)]
pub struct FaultParam {
    /// What it is, for people; where it is `named`, what stands before it and `=`.
    pub name: &'static str,
    /// What is to be written.
    pub kind: ValueKind,
    /// Whether it is written as `name=value`, in any place.
    pub named: bool,
    /// Whether it must be there.
    pub needed: bool,
}

/// What is to be written for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A number between two.
    Count(u64, u64),
    /// A time, or two with `..` between.
    Span,
    /// The name of a packet.
    Packet,
    /// Why a connection cannot be opened, and perhaps a status.
    Reason,
    /// Text in quotes.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// How long a fault goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultNature {
    /// It acts as soon as it can.
    Moment,
    /// It acts on something that passes.
    Passing,
    /// It lasts.
    Lasting,
}

impl FaultNature {
    /// The options that go with it.
    pub(super) fn options(self) -> &'static [&'static str] {
        match self {
            Self::Moment => &["times", "for", "every"],
            Self::Passing => &["after", "times", "for", "p", "every"],
            Self::Lasting => &["times", "for", "every"],
        }
    }
}

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultEffect {
    /// `net reset`
    NetReset,
    /// `net close`
    NetClose,
    /// `net stalls`
    NetStalls,
    /// `net half-open`
    NetHalfOpen,
    /// `net fail`
    NetFail,
    /// `net name-slow`
    NetNameSlow,
    /// `net slow`
    NetSlow,
    /// `net delay`
    NetDelay,
    /// `net cut`
    NetCut,
    /// `broker refuse`
    BrokerRefuse,
    /// `broker disconnect`
    BrokerDisconnect,
    /// `broker forget`
    BrokerForget,
    /// `broker lose`
    BrokerLose,
    /// `broker late`
    BrokerLate,
    /// `broker twice`
    BrokerTwice,
    /// `port lose`
    PortLose,
    /// `port garble`
    PortGarble,
    /// `port slow`
    PortSlow,
    /// `port stalls`
    PortStalls,
    /// `port noise`
    PortNoise,
    /// `port split`
    PortSplit,
    /// `port merge`
    PortMerge,
    /// `port cut`
    PortCut,
    /// `reply late`
    ReplyLate,
    /// `reply lose`
    ReplyLose,
    /// `reply twice`
    ReplyTwice,
    /// `reply instead`
    ReplyInstead,
    /// `urc`
    Urc,
    /// `radio off`
    RadioOff,
    /// `store fails`
    StoreFails,
    /// `store late`
    StoreLate,
    /// `store full`
    StoreFull,
    /// `power cut`
    PowerCut,
    /// `power restart`
    PowerRestart,
}

impl FaultWord {
    /// The options it takes.
    pub fn options(&self) -> impl Iterator<Item = &'static str> + use<'_> {
        self.more.iter().chain(self.nature.options()).copied()
    }
}

impl fmt::Display for FaultParam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = if self.needed { ("", "") } else { ("[", "]") };
        match (self.named, self.kind) {
            (false, _) => write!(f, "{open}{}{close}", self.name),
            (true, ValueKind::Text) => write!(f, "{open}{}=\"…\"{close}", self.name),
            (true, ValueKind::Choice(words)) => {
                write!(f, "{open}{}={}{close}", self.name, words.join("|"))
            }
            (true, ValueKind::Span) => write!(f, "{open}{}=TIME{close}", self.name),
            (true, _) => write!(f, "{open}{}=NUMBER{close}", self.name),
        }
    }
}

/// How it is written.
impl fmt::Display for FaultWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words)?;
        self.params
            .iter()
            .try_for_each(|param| write!(f, " {param}"))
    }
}
