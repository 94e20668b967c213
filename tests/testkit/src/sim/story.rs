//! What happened, line by line, where somebody wants to read it.

use mqmodem_core::Instant;
use std::cell::RefCell;
use std::rc::Rc;

/// A log that all parts of a world write to. It costs time, so it is written on demand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Story(Option<Rc<RefCell<Log>>>);

#[derive(Debug, Default)]
struct Log {
    lines: Vec<String>,
    micros: u64,
}

impl Story {
    /// One that is written, or not.
    pub(crate) fn new(wanted: bool) -> Self {
        Self(wanted.then(Rc::default))
    }

    /// What is logged from now on happens at this time.
    pub(crate) fn set_now(&self, now: Instant) {
        if let Some(log) = &self.0 {
            log.borrow_mut().micros = now.as_micros();
        }
    }

    pub(crate) fn log(&self, what: impl FnOnce() -> String) {
        let Some(log) = &self.0 else { return };
        let what = what();
        let mut log = log.borrow_mut();
        let (seconds, micros) = (log.micros / 1_000_000, log.micros % 1_000_000);
        log.lines.push(format!("{seconds:4}.{micros:06} {what}"));
    }

    /// All that was logged.
    pub(crate) fn lines(&self) -> Vec<String> {
        let log = self.0.as_ref();
        log.map_or(Vec::new(), |log| log.borrow().lines.clone())
    }
}
