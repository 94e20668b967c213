//! Which events are to be shown: the words of a filter.
//!
//! The page of the inspector has a twin of it. Both are tested by `cases.json`.

mod event;
mod matching;
mod pattern;
mod read;
mod sieve;
mod word;

pub use matching::{Filter, WrongFilter};
pub use sieve::Sieve;
pub use word::FilterTimes;

#[cfg(test)]
mod tests;
