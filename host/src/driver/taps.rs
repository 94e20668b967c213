//! Who listens to the traffic of a modem: the trace and the metrics, where they
//! are on.

use crate::metrics::Meter;
use crate::trace::Tap;
use mqmodem_core::{Endpoint, Failure, HostLines, Instant, LinkId, NetEvent};

/// Each costs a look where it is off.
#[derive(Debug, Default)]
pub(super) struct Taps {
    pub(super) tap: Option<Box<Tap>>,
    pub(super) meter: Option<Box<Meter>>,
}

impl Taps {
    pub(super) fn open(&mut self, now: Instant, link: LinkId, to: &Endpoint<'_>) {
        if let Some(tap) = &mut self.tap {
            tap.open(link, to.host, to.port, to.tls.is_some());
        }
        if let Some(meter) = &mut self.meter {
            meter.open(now);
        }
    }

    pub(super) fn close(&mut self, link: LinkId, why: Failure) {
        if let Some(tap) = &mut self.tap {
            tap.close(link, why);
        }
        if let Some(meter) = &mut self.meter {
            meter.close(why);
        }
    }

    pub(super) fn event(&mut self, link: LinkId, event: NetEvent) {
        if let Some(tap) = &mut self.tap {
            tap.event(link, event);
        }
        if let Some(meter) = &mut self.meter {
            meter.event(event);
        }
    }

    pub(super) fn net_said(&mut self, now: Instant, link: LinkId, bytes: &[u8]) {
        if let Some(tap) = &mut self.tap {
            tap.from_net(link, bytes);
        }
        if let Some(meter) = &mut self.meter {
            meter.net_said(now, bytes);
        }
    }

    pub(super) fn net_heard(&mut self, now: Instant, link: LinkId, bytes: &[u8]) {
        if let Some(tap) = &mut self.tap {
            tap.to_net(link, bytes);
        }
        if let Some(meter) = &mut self.meter {
            meter.net_heard(now, bytes);
        }
    }

    pub(super) fn host_said(&mut self, bytes: &[u8], backspace: u8) {
        if let Some(tap) = &mut self.tap {
            tap.from_host(bytes, backspace);
        }
    }

    pub(super) fn host_heard(&mut self, bytes: &[u8]) {
        if let Some(tap) = &mut self.tap {
            tap.to_host(bytes);
        }
        if let Some(meter) = &mut self.meter {
            meter.host_heard(bytes);
        }
    }

    pub(super) fn lines(&mut self, lines: HostLines) {
        if let Some(tap) = &mut self.tap {
            tap.lines(lines);
        }
    }

    pub(super) fn broke(&mut self) {
        if let Some(tap) = &mut self.tap {
            tap.broke();
        }
    }
}
