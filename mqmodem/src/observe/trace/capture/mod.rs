//! A trace as a capture for Wireshark: AT lines, and MQTT decrypted as TCP that is made up.

mod blocks;
mod comments;
mod interfaces;
mod line;
mod modem;
mod tcp;

use crate::log::outlet::Outlet;
use crate::observe::stream::{EventSink, PayloadLimit, TraceEvent};
use crate::observe::trace::file::report_failure;
use interfaces::Interfaces;
use modem::CapturedModem;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// Writes events as blocks of pcapng.
#[derive(Debug)]
pub(super) struct Capture {
    out: Outlet,
    payload: PayloadLimit,
    modems: Mutex<CapturedModems>,
}

/// The modems of a capture: what makes blocks of events.
#[derive(Debug, Default)]
pub(crate) struct CapturedModems {
    by_name: BTreeMap<String, CapturedModem>,
    interfaces: Interfaces,
}

impl CapturedModems {
    /// What a capture begins with.
    pub(crate) fn begin() -> Vec<u8> {
        blocks::section()
    }

    /// Offers the blocks of an event, if it has some; where they find no room, later ones
    /// tell so.
    pub(crate) fn event(&mut self, event: &TraceEvent, offer: impl FnOnce(&[u8]) -> bool) {
        let number = self.by_name.len() as u32;
        let name = event.modem.as_str().to_owned();
        let modem = self.by_name.entry(name);
        let modem = modem.or_insert_with(|| CapturedModem::new(number));
        let packets = modem.packets(event, &mut self.interfaces);
        if packets.is_empty() {
            return;
        }
        let bytes = [self.interfaces.unwritten(), &packets].concat();
        if offer(&bytes) {
            self.interfaces.written();
            modem.reported();
        } else {
            modem.lost();
        }
    }
}

impl Capture {
    pub(super) fn new(file: File, payload: PayloadLimit) -> io::Result<Self> {
        let out = Outlet::unbroken(file, report_failure)?;
        out.line(&CapturedModems::begin());
        Ok(Self {
            out,
            payload,
            modems: Mutex::default(),
        })
    }
}

impl EventSink for Capture {
    fn event(&self, event: &Arc<TraceEvent>) {
        let event = match self.payload {
            PayloadLimit::All => event.clone(),
            limit => Arc::new(event.limited(limit)),
        };
        let mut modems = self.modems.lock().unwrap_or_else(PoisonError::into_inner);
        modems.event(&event, |bytes| self.out.offer(bytes));
    }
}
