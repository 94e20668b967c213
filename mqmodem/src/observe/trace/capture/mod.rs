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
    modems: Mutex<Modems>,
}

#[derive(Debug, Default)]
struct Modems {
    by_name: BTreeMap<String, CapturedModem>,
    interfaces: Interfaces,
}

impl Capture {
    pub(super) fn new(file: File, payload: PayloadLimit) -> io::Result<Self> {
        let out = Outlet::unbroken(file, report_failure)?;
        out.line(&blocks::section());
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
        let Modems {
            by_name,
            interfaces,
        } = &mut *modems;
        let number = by_name.len() as u32;
        let name = event.modem.as_str().to_owned();
        let modem = by_name
            .entry(name)
            .or_insert_with(|| CapturedModem::new(number));
        let packets = modem.packets(&event, interfaces);
        if packets.is_empty() {
            return;
        }
        let bytes = [interfaces.unwritten(), &packets].concat();
        if self.out.offer(&bytes) {
            interfaces.written();
            modem.reported();
        } else {
            modem.lost();
        }
    }
}
