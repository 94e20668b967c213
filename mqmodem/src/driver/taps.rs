//! Who listens to the traffic of a modem: the trace and the metrics, where they
//! are on.

use crate::observe::metrics::Meter;
use crate::observe::trace::Tap;
use mqmodem_core::{Endpoint, Failure, HostLines, Instant, LinkId, Modem, NetEvent};

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

    /// Gives the modem bytes of the host; returns how many it took.
    pub(super) fn hear(&mut self, modem: &mut Modem<'_>, now: Instant, bytes: &[u8]) -> usize {
        match &mut self.tap {
            Some(tap) => tap.hear(modem, now, bytes),
            None => modem.handle_host(now, bytes),
        }
    }

    /// Tells the modem what may drop a line that is half typed.
    pub(super) fn dropping(
        &mut self,
        modem: &mut Modem<'static>,
        what: impl FnOnce(&mut Modem<'static>),
    ) {
        if let Some(tap) = &mut self.tap {
            tap.may_drop(modem);
        }
        what(modem);
        if let Some(tap) = &mut self.tap {
            tap.may_have_dropped(modem);
        }
    }

    /// The modem may have said something to the host.
    pub(super) fn said(&mut self, modem: &Modem<'_>) {
        if let Some(tap) = &mut self.tap {
            tap.said(modem);
        }
    }

    /// The modem ends.
    pub(super) fn end(&mut self, modem: &mut Modem<'_>) {
        if let Some(tap) = &mut self.tap {
            tap.end(modem);
        }
    }

    /// These bytes were written to the host.
    pub(super) fn host_heard(&mut self, bytes: &[u8]) {
        if let Some(tap) = &mut self.tap {
            tap.sent(bytes.len());
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
