//! One word of a filter.

use super::event::{EventKind, EventView};
use super::pattern::Pattern;

/// One word of a filter.
#[derive(Clone, Debug)]
pub(super) struct FilterWord {
    /// It must not hold: there is a `-` before it.
    pub(super) excluded: bool,
    pub(super) wanted: Criterion,
}

/// What an event has to be like.
#[derive(Clone, Debug)]
pub(super) enum Criterion {
    /// Its text contains this, in small letters.
    Text(String),
    Topic(Pattern),
    Name(Pattern),
    /// The field of this name has this number.
    Number(&'static str, u64),
    Is(EventKind),
    /// So many microseconds after the first event, or later.
    After(u64),
    /// The result of a command that took so many microseconds, or more.
    Slower(u64),
}

/// When something happened.
#[derive(Clone, Copy, Debug, Default)]
pub struct FilterTimes {
    /// The first event, in microseconds since 1970.
    pub first: u64,
    /// How long the command took that this is the result of, in microseconds.
    pub took: Option<u64>,
}

impl Criterion {
    /// Whether an event is like this.
    pub(super) fn holds(&self, event: &EventView<'_>, times: FilterTimes) -> bool {
        match self {
            Self::Text(text) => event.searched().contains(text),
            Self::Topic(pattern) => event.topics().any(|topic| pattern.matches(topic)),
            Self::Name(pattern) => pattern.matches(&event.text("name").to_lowercase()),
            Self::Number(key, number) => event.has_number(key, *number),
            Self::Is(kind) => event.is(*kind),
            Self::After(micros) => event.time() >= times.first.saturating_add(*micros),
            Self::Slower(micros) => times.took.is_some_and(|took| took >= *micros),
        }
    }
}
