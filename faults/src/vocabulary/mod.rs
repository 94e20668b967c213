//! The words of faults: one table, reading and printing.

mod fault;
mod line;
mod read;
mod table;
#[cfg(test)]
mod tests;
mod tokens;
mod value;
mod words;

pub use fault::{Direction, Fault, FaultLimits};
pub use line::{FaultLine, FaultPlan};
pub use read::{LONGEST, read};
pub use table::{FaultEffect, FaultNature, FaultParam, FaultWord, ValueKind};
pub use value::{FaultValue, Span, packet_name, reason, reasons, time};
pub use words::WORDS;
