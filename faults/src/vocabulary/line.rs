//! What may stand behind `fault`.

use super::fault::Fault;
use super::value::Span;
use std::fmt;

/// What may stand behind `fault`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultLine {
    /// This is to go wrong.
    Arm(Fault),
    /// One of these is to go wrong now and then.
    Plan(FaultPlan),
    /// What looks random from now on begins with this number.
    Seed(u64),
    /// What is in force?
    List,
    /// That fault ends, or all do.
    Clear(Option<u32>),
}

/// Faults that come one after the other, at times and in an order that the seed decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultPlan {
    /// The seed, where it has one of its own.
    pub seed: Option<u64>,
    /// The time from one to the next.
    pub every: Span,
    /// One of these is chosen each time.
    pub faults: Vec<Fault>,
}

impl fmt::Display for FaultPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(seed) = self.seed {
            write!(f, "seed {seed} ")?;
        }
        write!(f, "every={}", self.every)?;
        let mut comma = "";
        for fault in &self.faults {
            write!(f, "{comma} {fault}")?;
            comma = ",";
        }
        Ok(())
    }
}

impl fmt::Display for FaultLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arm(fault) => write!(f, "{fault}"),
            Self::Plan(plan) => write!(f, "{plan}"),
            Self::Seed(seed) => write!(f, "seed {seed}"),
            Self::List => f.write_str("list"),
            Self::Clear(None) => f.write_str("clear"),
            Self::Clear(Some(id)) => write!(f, "clear {id}"),
        }
    }
}
