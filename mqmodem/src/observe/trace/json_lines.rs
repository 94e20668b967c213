//! A trace of events, one a line.

use crate::log::outlet::Outlet;
use crate::observe::stream::{
    EventSink, LossReason, PayloadLimit, TraceEvent, TraceHeader, TraceLost, TraceRecord,
    event_line,
};
use crate::observe::trace::file::report_failure;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// Writes events as lines of JSON.
#[derive(Debug)]
pub(super) struct JsonLines {
    out: Outlet,
    payload: PayloadLimit,
    /// What found no room and was not reported yet, by modem.
    lost: Mutex<BTreeMap<String, TraceLost>>,
}

impl JsonLines {
    pub(super) fn new(
        file: File,
        payload: PayloadLimit,
        run: &str,
        started: u64,
    ) -> io::Result<Self> {
        let out = Outlet::telling(file, report_failure, unwritten)?;
        let header = TraceHeader::new(run, started, payload);
        out.line(TraceRecord::Header(header).line().as_bytes());
        Ok(Self {
            out,
            payload,
            lost: Mutex::default(),
        })
    }
}

/// Lines that the disk did not take: whose they are is not known any more.
fn unwritten(count: u64) -> String {
    TraceRecord::Lost(TraceLost {
        modem: None,
        from: None,
        count,
        why: LossReason::Disk,
    })
    .line()
}

impl EventSink for JsonLines {
    fn event(&self, event: &Arc<TraceEvent>) {
        let line = match self.payload {
            PayloadLimit::All => event_line(event),
            limit => event_line(&event.limited(limit)),
        };
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        let modem = event.modem.as_str();
        // Those of other modems wait for their next event: all would cost each event much.
        let mut text = lost.get(modem).map(report).unwrap_or_default();
        text.push_str(&line);
        if self.out.offer(text.as_bytes()) {
            lost.remove(modem);
            return;
        }
        let lost = lost.entry(modem.to_owned()).or_insert_with(|| TraceLost {
            modem: Some(event.modem.clone()),
            from: Some(event.seq),
            count: 0,
            why: LossReason::Reader,
        });
        lost.count += 1;
    }
}

/// What is missing of a modem, as a line.
fn report(lost: &TraceLost) -> String {
    TraceRecord::Lost(lost.clone()).line()
}

impl Drop for JsonLines {
    fn drop(&mut self) {
        let lost = std::mem::take(&mut *self.lost.lock().unwrap_or_else(PoisonError::into_inner));
        if !lost.is_empty() {
            self.out.flush();
            let reports: String = lost.values().map(report).collect();
            let _ = self.out.offer(reports.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::stream::TraceWhat;
    use crate::observe::trace::TraceTarget;
    use crate::port::Label;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::io::Read;

    fn event(modem: &str, seq: u64) -> Arc<TraceEvent> {
        let text = "x".repeat(1000);
        Arc::new(TraceEvent {
            seq,
            t: 0,
            modem: Label::new(modem),
            what: TraceWhat::Note { text },
        })
    }

    /// Lines to a FIFO of this name, and who reads it.
    fn to_fifo(name: &str) -> (JsonLines, File) {
        let path = std::env::temp_dir().join(format!("mqmodem-{}-{name}", std::process::id()));
        mknodat(CWD, &path, FileType::Fifo, Mode::RWXU, 0).unwrap();
        let file = TraceTarget::of(&path).open().unwrap();
        let reader = File::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let lines = JsonLines::new(file, PayloadLimit::All, "run", 0).unwrap();
        (lines, reader)
    }

    fn read_all(mut reader: File) -> std::thread::JoinHandle<String> {
        std::thread::spawn(move || {
            let mut text = String::new();
            reader.read_to_string(&mut text).unwrap();
            text
        })
    }

    #[test]
    fn an_event_tells_what_is_missing_of_its_own_modem_alone() {
        let (lines, reader) = to_fifo("own");
        // More than the FIFO, the queue and the hands of its writer hold.
        (1..=4_000).for_each(|seq| lines.event(&event("a", seq)));
        lines.event(&event("b", 1));
        let is_lost = |modem: &str| lines.lost.lock().unwrap().contains_key(modem);
        assert!(is_lost("a") && is_lost("b"));
        let reading = read_all(reader);
        let mut seq = 4_000;
        while is_lost("a") {
            seq += 1;
            lines.event(&event("a", seq));
            std::thread::yield_now();
        }
        assert!(is_lost("b"), "it had no event since");
        drop(lines);
        let text = reading.join().unwrap();
        let end = r#"{"type":"lost","modem":"b","from":1,"count":1,"why":"reader"}"#;
        assert_eq!(text.lines().last(), Some(end));
    }

    #[test]
    fn what_a_reader_does_not_take_in_time_is_told_by_its_numbers() {
        let (lines, reader) = to_fifo("lost");
        // More than the FIFO, the queue and the hands of its writer hold.
        let mut count = 2_000;
        let tell = |seq| {
            lines.event(&event("a", seq));
            lines.event(&event("b", seq));
        };
        (1..=count).for_each(tell);
        let reading = read_all(reader);
        while !lines.lost.lock().unwrap().is_empty() {
            count += 1;
            tell(count);
            std::thread::yield_now();
        }
        drop(lines);
        let text = reading.join().unwrap();
        let mut seen = BTreeMap::from([("a".to_owned(), 0), ("b".to_owned(), 0)]);
        let mut missing = 0;
        for line in text.lines().skip(1) {
            match TraceRecord::parse(line).unwrap() {
                TraceRecord::Event(event) => {
                    let last = seen.get_mut(event.modem.as_str()).unwrap();
                    assert_eq!(event.seq, *last + 1);
                    *last = event.seq;
                }
                TraceRecord::Lost(lost) => {
                    let before = seen.get_mut(lost.modem.unwrap().as_str()).unwrap();
                    assert_eq!(lost.from, Some(*before + 1));
                    *before += lost.count;
                    missing += lost.count;
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(missing > 0);
        assert!(seen.values().all(|last| *last == count), "{seen:?}");
    }
}
