//! How one modem is.

use super::link::LinkShown;
use super::state::ModemState;
use crate::observe::event::{HostEvent, LinkEvent, StateEvent};
use mqmodem_core::{Instant, LinkId};
use serde::Serialize;

/// What is known of a modem.
#[derive(Debug, Default)]
pub(super) struct ModemStatus {
    dialect: &'static str,
    has_power: bool,
    has_radio: bool,
    has_host: bool,
    links: Vec<LinkShown>,
    at: u64,
    packets: u64,
    errors: u64,
    /// When a line or a packet passed last.
    active: Instant,
}

/// A modem, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ModemRow {
    pub(crate) name: String,
    pub(crate) state: ModemState,
    pub(crate) dialect: &'static str,
    pub(crate) to: Option<String>,
    pub(crate) tls: Option<&'static str>,
    pub(crate) mqtt: Option<&'static str>,
    /// Whether a host is attached.
    pub(crate) host: bool,
    /// The last one that was told.
    pub(crate) code: Option<u8>,
    /// Seconds until the next attempt.
    pub(crate) retry: Option<u64>,
    /// Lines of the host.
    pub(crate) at: u64,
    pub(crate) packets: u64,
    /// Lines that were answered with an error.
    pub(crate) errors: u64,
    /// When it did something last, by the clock of modems.
    #[serde(skip)]
    pub(crate) active: u64,
    /// Events that readers missed.
    pub(crate) lost: u64,
    /// The number of the last event.
    pub(crate) seq: u64,
}

impl ModemStatus {
    /// It begins; what was counted before goes on.
    pub(super) fn begin(&mut self, dialect: &'static str) {
        self.dialect = dialect;
        self.has_host = false;
        self.links.clear();
    }

    pub(super) fn host(&mut self, now: Instant, event: &HostEvent<'_>) {
        self.active = now;
        match event {
            HostEvent::Command(_) => self.at += 1,
            HostEvent::Answer(line) if line.is_error() => self.errors += 1,
            HostEvent::Lines(lines) => self.has_host = lines.dtr,
            _ => {}
        }
    }

    pub(super) fn link(&mut self, now: Instant, link: LinkId, event: &LinkEvent<'_>) {
        self.active = now;
        if matches!(event, LinkEvent::Received(_) | LinkEvent::Sent(_)) {
            self.packets += 1;
        }
        self.shown(link).event(event);
    }

    pub(super) fn state(&mut self, now: Instant, event: &StateEvent<'_>) {
        match event {
            StateEvent::Power(on) => {
                self.has_power = *on;
                self.links.clear();
            }
            StateEvent::Radio(on) => self.has_radio = *on,
            StateEvent::Link(status) => self.shown(status.link).is(now, status),
            StateEvent::Beside(_) | StateEvent::Fault(_) | StateEvent::Note(_) => {}
        }
    }

    fn shown(&mut self, link: LinkId) -> &mut LinkShown {
        let at = self.links.iter().position(|it| it.link == link);
        let at = at.unwrap_or_else(|| {
            // Mostly there is one.
            self.links.reserve_exact(1);
            self.links.push(LinkShown::of(link));
            self.links.len() - 1
        });
        &mut self.links[at]
    }

    /// As it is shown: of several links by the one that is furthest.
    pub(super) fn row(&self, name: &str) -> ModemRow {
        let best = self.links.iter().min_by_key(|link| link.state());
        let state = best.map_or(ModemState::Down, LinkShown::state);
        let is_on = self.has_power && self.has_radio;
        ModemRow {
            name: name.to_owned(),
            state: if is_on { state } else { ModemState::Off },
            dialect: self.dialect,
            to: best.and_then(|link| link.to.clone()),
            tls: best.and_then(|link| link.tls),
            mqtt: best.and_then(|link| link.mqtt),
            host: self.has_host,
            code: best.map(|link| link.code).filter(|code| *code > 0),
            retry: best
                .and_then(LinkShown::retry)
                .filter(|_| is_on && state == ModemState::Waiting),
            at: self.at,
            packets: self.packets,
            errors: self.errors,
            active: self.active.as_micros(),
            lost: 0,
            seq: 0,
        }
    }
}
