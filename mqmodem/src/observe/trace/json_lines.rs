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

    /// Writes lines behind what there is to report; whether there was room.
    fn offer(&self, lost: &mut BTreeMap<String, TraceLost>, line: &str) -> bool {
        let reports = lost.values().cloned().map(TraceRecord::Lost);
        let mut text: String = reports.map(|it| it.line()).collect();
        text.push_str(line);
        let taken = self.out.offer(text.as_bytes());
        if taken {
            lost.clear();
        }
        taken
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
        if self.offer(&mut lost, &line) {
            return;
        }
        let key = event.modem.as_str().to_owned();
        let lost = lost.entry(key).or_insert_with(|| TraceLost {
            modem: Some(event.modem.clone()),
            from: Some(event.seq),
            count: 0,
            why: LossReason::Reader,
        });
        lost.count += 1;
    }
}

impl Drop for JsonLines {
    fn drop(&mut self) {
        let mut lost =
            std::mem::take(&mut *self.lost.lock().unwrap_or_else(PoisonError::into_inner));
        if !lost.is_empty() {
            self.out.flush();
            let _ = self.offer(&mut lost, "");
        }
    }
}
