//! A filter for the events of a stream, one after the other.

use super::event::EventView;
use super::matching::Filter;
use super::word::FilterTimes;
use serde_json::Value;
use std::collections::HashMap;

/// Sifts events in their order: it knows when commands began.
#[derive(Debug, Default)]
pub struct Sieve {
    filter: Filter,
    first: Option<u64>,
    /// When the commands began that have no result yet, by modem and number.
    begun: HashMap<(String, u64), u64>,
}

impl Sieve {
    /// One that lets pass what `filter` says.
    pub fn new(filter: Filter) -> Self {
        Self {
            filter,
            ..Self::default()
        }
    }

    /// Whether the next event is to be shown.
    pub fn passes(&mut self, event: &Value) -> bool {
        let view = EventView::new(event);
        let t = view.time();
        let times = FilterTimes {
            first: *self.first.get_or_insert(t),
            took: self.took(event, &view),
        };
        self.filter.matches(event, times)
    }

    /// How long the command took that this is the result of.
    fn took(&mut self, event: &Value, view: &EventView<'_>) -> Option<u64> {
        let number = event.get("command")?.as_u64()?;
        let command = (view.text("modem").to_owned(), number);
        match view.text("kind") {
            "command" => {
                self.begun.insert(command, view.time());
                None
            }
            "result" => {
                let begun = self.begun.remove(&command)?;
                Some(view.time().saturating_sub(begun))
            }
            _ => None,
        }
    }
}
