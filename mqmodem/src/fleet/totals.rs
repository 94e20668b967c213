//! How the chats of a fleet went: once for each modem, however often it restarted,
//! and failures by their cause.

use mqmodem_chat::{Difference, Mismatch};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// More causes are not told apart.
const CAUSES: usize = 32;

/// How the chats of all hosts went.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    hosts: Mutex<HashMap<u32, Arc<Ledger>>>,
    causes: Mutex<BTreeMap<String, u64>>,
}

/// How those of one host went.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    ready: AtomicBool,
    /// Rounds that are over.
    played: AtomicU64,
    /// Those that went well.
    well: AtomicU64,
}

impl Ledger {
    /// The setup went well.
    pub(crate) fn set_up(&self) {
        self.ready.store(true, Ordering::Relaxed);
    }

    /// A round is over.
    pub(crate) fn round(&self, well: bool) {
        self.played.fetch_add(1, Ordering::Relaxed);
        self.well.fetch_add(u64::from(well), Ordering::Relaxed);
    }

    /// Rounds that are over.
    pub(crate) fn played(&self) -> u64 {
        self.played.load(Ordering::Relaxed)
    }
}

impl Totals {
    /// That of the host of a modem, also where it was there before.
    pub(crate) fn of(&self, index: u32) -> Arc<Ledger> {
        lock(&self.hosts).entry(index).or_default().clone()
    }

    /// A chat did not go as it says. How often it was for this cause.
    pub(crate) fn fail(&self, cause: &str) -> u64 {
        let mut causes = lock(&self.causes);
        let is_known = causes.contains_key(cause) || causes.len() < CAUSES;
        let cause = if is_known { cause } else { "for other causes" };
        let count = causes.entry(cause.to_owned()).or_default();
        *count += 1;
        *count
    }

    /// Chats that did not go as they say.
    pub(crate) fn failures(&self) -> u64 {
        lock(&self.causes).values().sum()
    }

    /// A line with the sums, and one for each cause of failures, the most frequent
    /// first; nothing where no host has played.
    pub(crate) fn summary(&self, has_rounds: bool, left_out: u32) -> Option<String> {
        let hosts = lock(&self.hosts);
        if hosts.is_empty() && left_out == 0 {
            return None;
        }
        let ready = hosts.values().filter(|it| it.ready.load(Ordering::Relaxed));
        let mut text = format!("{} modems, {} set up", hosts.len(), ready.count());
        // A string takes everything.
        if has_rounds {
            let well = hosts.values().map(|it| it.well.load(Ordering::Relaxed));
            let _ = write!(text, ", {} rounds played", well.sum::<u64>());
        }
        let _ = write!(text, ", {} failed", self.failures());
        if left_out > 0 {
            let _ = write!(text, ", {left_out} left out");
        }
        text.push('\n');
        let causes = lock(&self.causes);
        let mut causes: Vec<_> = causes.iter().collect();
        causes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (cause, count) in causes {
            let _ = writeln!(text, "{count} failed: {cause}");
        }
        Some(text)
    }
}

/// Why a chat failed, alike for all modems it failed for.
pub(crate) fn cause(wrong: &Mismatch, name: &str, number: &str) -> String {
    let what = match &*wrong.what {
        Difference::Stopped(why) => why.clone(),
        Difference::Output { expected, got } => {
            let (missing, came) = difference(expected, got);
            format!("{came} in place of {missing}")
        }
    };
    let what = match name {
        "" => what,
        name => what.replace(name, "{name}").replace(number, "{index}"),
    };
    format!("{}:{}: {what}", wrong.file, wrong.line)
}

/// The first line that is missing, and what came in its place: an answer of the same
/// kind or an error. Whatever else comes by itself may stand between.
fn difference(expected: &[String], got: &[String]) -> (String, String) {
    let bare = |line: &String| line.trim_start_matches("< ").to_owned();
    let kind = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
    let mut rest = got;
    for line in expected {
        let Some(at) = rest.iter().position(|it| it == line) else {
            let is_kin = |it: &&String| kind(it) == kind(line) || is_error(it);
            let came = rest.iter().find(is_kin).map(bare);
            return (bare(line), came.unwrap_or_else(|| "nothing".to_owned()));
        };
        rest = &rest[at + 1..];
    }
    (
        "nothing more".to_owned(),
        rest.first().map(bare).unwrap_or_default(),
    )
}

fn is_error(line: &str) -> bool {
    line == "< ERROR" || line.starts_with("< +CME ERROR")
}

/// A panic elsewhere leaves these maps whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(expected: &[&str], got: &[&str]) -> Mismatch {
        let lines = |lines: &[&str]| lines.iter().map(|it| (*it).to_owned()).collect();
        Mismatch {
            file: "a.chat".to_owned(),
            line: 3,
            mode: "on a port".to_owned(),
            what: Box::new(Difference::Output {
                expected: lines(expected),
                got: lines(got),
            }),
        }
    }

    #[test]
    fn a_cause_is_one_line_and_the_same_for_every_modem() {
        for (expected, got, want) in [
            (
                &["< +MQTTCONNECT:0", "< OK"][..],
                &["< +MQTTRECV:\"t\",0,0,1,x", "< +MQTTCONNECT:5", "< ERROR"][..],
                "a.chat:3: +MQTTCONNECT:5 in place of +MQTTCONNECT:0",
            ),
            (&["< OK"], &["< ERROR"], "a.chat:3: ERROR in place of OK"),
            (
                &["< OK"],
                &["< +CEREG:1"],
                "a.chat:3: nothing in place of OK",
            ),
            (
                &["< A:m7", "< OK"],
                &["< A:m7"],
                "a.chat:3: nothing in place of OK",
            ),
            (
                &["< A:m7-007"],
                &["< A:x007"],
                "a.chat:3: A:x{index} in place of A:{name}-{index}",
            ),
        ] {
            assert_eq!(cause(&said(expected, got), "m7", "007"), want);
        }
    }

    #[test]
    fn a_modem_that_restarts_counts_once_and_its_repeats_add_up() {
        let totals = Totals::default();
        assert_eq!(totals.summary(true, 0), None);
        for _ in 0..2 {
            let ledger = totals.of(7);
            ledger.set_up();
            ledger.round(true);
            ledger.round(false);
        }
        assert_eq!(totals.of(7).played(), 4);
        let counts = ["b", "a", "b"].map(|cause| totals.fail(cause));
        assert_eq!(counts, [1, 1, 2]);
        let want = "1 modems, 1 set up, 2 rounds played, 3 failed, 1 left out\n\
            2 failed: b\n1 failed: a\n";
        assert_eq!(totals.summary(true, 1).unwrap(), want);
    }

    #[test]
    fn causes_do_not_grow_without_end() {
        let totals = Totals::default();
        for number in 0..1000 {
            totals.fail(&number.to_string());
        }
        let lines = totals.summary(false, 1).unwrap();
        assert_eq!(lines.lines().count(), CAUSES + 2);
        assert!(lines.contains("968 failed: for other causes\n"), "{lines}");
    }
}
