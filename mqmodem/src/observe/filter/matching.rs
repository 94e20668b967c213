//! All words of a filter.

use super::event::EventView;
use super::read;
use super::word::{FilterTimes, FilterWord};
use std::fmt;
use std::str::FromStr;

/// What events have to be like: all of its words must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    words: Vec<FilterWord>,
}

/// A filter that cannot be understood: what is wrong, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongFilter(String);

impl Filter {
    /// Whether an event is to be shown.
    pub fn matches(&self, event: &serde_json::Value, times: FilterTimes) -> bool {
        let event = EventView::new(event);
        let mut words = self.words.iter();
        words.all(|word| word.wanted.holds(&event, times) != word.excluded)
    }
}

impl FromStr for Filter {
    type Err = WrongFilter;

    fn from_str(text: &str) -> Result<Self, WrongFilter> {
        let words = read::words(text).map_err(WrongFilter)?;
        Ok(Self { words })
    }
}

impl fmt::Display for WrongFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongFilter {}
