//! How the modems of a program are, one row for each.

mod link;
#[cfg(feature = "inspector")]
mod list;
mod state;
mod status;

#[cfg(feature = "inspector")]
pub(crate) use list::{RosterOrder, RosterPage, RosterQuery};
#[cfg(feature = "inspector")]
pub(crate) use state::ModemState;
pub(crate) use status::ModemRow;

use super::event::{HostEvent, LinkEvent, Observer, StateEvent};
use crate::port::Label;
use mqmodem_core::{Instant, LinkId};
use status::ModemStatus;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How the modems of a program are: those that run, and those that did.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    modems: Mutex<BTreeMap<String, Shown>>,
}

/// A modem, as it and who asks for it share it.
type Shown = Arc<Mutex<ModemStatus>>;

impl Roster {
    /// A modem begins; what watches it.
    pub(crate) fn observer(&self, modem: &Label, dialect: &'static str) -> Box<dyn Observer> {
        let mut modems = lock(&self.modems);
        let status = modems.entry(modem.as_str().to_owned()).or_default();
        lock(status).begin(dialect);
        Box::new(RosterObserver(status.clone()))
    }

    #[cfg(feature = "inspector")]
    /// The names of all.
    pub(crate) fn names(&self) -> Vec<String> {
        lock(&self.modems).keys().cloned().collect()
    }

    /// How a modem is.
    pub(crate) fn row(&self, name: &str) -> Option<ModemRow> {
        let status = lock(&self.modems).get(name).cloned()?;
        let row = lock(&status).row(name);
        Some(row)
    }

    #[cfg(feature = "inspector")]
    fn rows(&self) -> Vec<ModemRow> {
        let modems = lock(&self.modems);
        let rows = modems.iter().map(|(name, status)| lock(status).row(name));
        rows.collect()
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the row of a modem true.
#[derive(Debug)]
struct RosterObserver(Shown);

impl Observer for RosterObserver {
    fn host(&mut self, now: Instant, event: &HostEvent<'_>) {
        lock(&self.0).host(now, event);
    }

    fn link(&mut self, now: Instant, link: LinkId, event: &LinkEvent<'_>) {
        lock(&self.0).link(now, link, event);
    }

    fn state(&mut self, now: Instant, event: &StateEvent<'_>) {
        lock(&self.0).state(now, event);
    }
}
