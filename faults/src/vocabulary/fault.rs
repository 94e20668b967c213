//! A fault as it was asked for.

use super::table::{FaultEffect, FaultNature, FaultWord};
use super::value::{FaultValue, Span, time_words};
use std::fmt;
use std::time::Duration;

/// A fault as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub(super) word: &'static FaultWord,
    /// By the names of the parameters.
    pub(super) values: Vec<(&'static str, FaultValue)>,
    pub(super) limits: FaultLimits,
}

/// The options behind a fault: on what it acts, and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultLimits {
    /// The link; none is all of them.
    pub link: Option<u8>,
    /// How many it lets pass first.
    pub after: u64,
    /// How often it acts.
    pub times: Option<u64>,
    /// How long it is in force.
    pub lasts: Option<Duration>,
    /// How likely it acts, in millionths.
    pub chance: Option<u32>,
    /// The direction; none is both.
    pub dir: Option<Direction>,
    /// The command it is about, such as `+MQTTPUB`.
    pub to: Option<String>,
    /// The time from one to the next.
    pub every: Option<Span>,
}

/// Where something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Into the modem.
    In,
    /// Out of the modem.
    Out,
}

impl PartialEq for FaultWord {
    fn eq(&self, other: &Self) -> bool {
        self.effect == other.effect
    }
}

impl Eq for FaultWord {}

impl Fault {
    /// What it does.
    pub fn effect(&self) -> FaultEffect {
        self.word.effect
    }

    /// How long it goes on.
    pub fn nature(&self) -> FaultNature {
        self.word.nature
    }

    /// On what it acts.
    pub fn limits(&self) -> &FaultLimits {
        &self.limits
    }

    /// How often it acts: once, unless its options say more. None is without end.
    pub fn times(&self) -> Option<u64> {
        let limits = &self.limits;
        let once = self.word.nature != FaultNature::Lasting
            && limits.lasts.is_none()
            && limits.chance.is_none();
        limits.times.or(once.then_some(1))
    }

    fn value(&self, name: &str) -> Option<&FaultValue> {
        let found = self.values.iter().find(|(of, _)| *of == name);
        found.map(|(_, value)| value)
    }

    /// A number it has.
    pub fn count(&self, name: &str) -> Option<u64> {
        match self.value(name)? {
            FaultValue::Count(count) => Some(*count),
            FaultValue::Packet(kind) => Some(u64::from(*kind)),
            _ => None,
        }
    }

    /// A time it has.
    pub fn span(&self, name: &str) -> Option<Span> {
        match self.value(name)? {
            FaultValue::Span(span) => Some(*span),
            _ => None,
        }
    }

    /// Text it has.
    pub fn text(&self, name: &str) -> Option<&[u8]> {
        match self.value(name)? {
            FaultValue::Text(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// A word it has.
    pub fn choice(&self, name: &str) -> Option<&'static str> {
        match self.value(name)? {
            FaultValue::Choice(word) => Some(word),
            _ => None,
        }
    }

    /// The reason it has.
    pub fn reason(&self) -> Option<mqmodem_core::NetError> {
        match self.value("REASON")? {
            FaultValue::Reason(error) => Some(*error),
            _ => None,
        }
    }

    /// The same, to be made again and again by a plan.
    pub(crate) fn once(mut self) -> Self {
        self.limits.every = None;
        if self.word.nature == FaultNature::Lasting {
            self.limits.times = None;
        } else {
            self.limits.lasts = None;
            self.limits.times = self.limits.chance.map(|_| 1);
        }
        self
    }
}

/// The words that ask for it.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word.words)?;
        for param in self.word.params {
            match (self.value(param.name), param.named) {
                (Some(value), true) => write!(f, " {}={value}", param.name)?,
                (Some(value), false) => write!(f, " {value}")?,
                (None, _) => {}
            }
        }
        write!(f, "{}", self.limits)
    }
}

impl fmt::Display for FaultLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chance = self.chance.map(|it| f64::from(it) / 1_000_000.0);
        let dir = self.dir.map(|dir| match dir {
            Direction::In => "in",
            Direction::Out => "out",
        });
        let after = (self.after > 0).then_some(self.after);
        let options: [(&str, Option<String>); 8] = [
            ("link", self.link.map(|it| it.to_string())),
            ("dir", dir.map(str::to_owned)),
            ("to", self.to.clone()),
            ("after", after.map(|it| it.to_string())),
            ("times", self.times.map(|it| it.to_string())),
            ("for", self.lasts.map(time_words)),
            ("p", chance.map(|it| it.to_string())),
            ("every", self.every.map(|it| it.to_string())),
        ];
        for (name, value) in options {
            if let Some(value) = value {
                write!(f, " {name}={value}")?;
            }
        }
        Ok(())
    }
}
