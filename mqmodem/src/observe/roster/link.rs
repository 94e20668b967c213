//! One link in a row.

use super::state::ModemState;
use crate::observe::event::{LinkEvent, LinkStatus};
use mqmodem_core::mqtt::Version;
use mqmodem_core::{Instant, LinkId, LinkState};
use std::time;

/// One link in a row.
#[derive(Debug)]
pub(super) struct LinkShown {
    pub(super) link: LinkId,
    state: Option<LinkState>,
    /// When the next attempt is due.
    retry_at: Option<time::Instant>,
    /// Why it is not up, or was not when it last failed.
    pub(super) code: u8,
    /// Host and port of the broker.
    pub(super) to: Option<String>,
    /// The version of TLS.
    pub(super) tls: Option<&'static str>,
    /// The version of MQTT.
    pub(super) mqtt: Option<&'static str>,
}

impl LinkShown {
    pub(super) fn of(link: LinkId) -> Self {
        Self {
            link,
            state: None,
            retry_at: None,
            code: 0,
            to: None,
            tls: None,
            mqtt: None,
        }
    }

    /// It is this far.
    pub(super) fn is(&mut self, now: Instant, status: &LinkStatus) {
        self.state = Some(status.state);
        self.code = status.code;
        self.retry_at = status
            .retry_at
            .map(|at| time::Instant::now() + at.since(now));
    }

    pub(super) fn event(&mut self, event: &LinkEvent<'_>) {
        match event {
            LinkEvent::Opening(to) => {
                self.to = Some(format!("{}:{}", to.host, to.port));
                (self.tls, self.mqtt) = (None, None);
            }
            LinkEvent::Sent(packet) | LinkEvent::Received(packet) => {
                self.mqtt = Some(match packet.version {
                    Version::V5 => "5",
                    Version::V311 => "3.1.1",
                });
            }
            LinkEvent::Opened { tls } => self.tls = *tls,
            LinkEvent::Closing(_) | LinkEvent::Net(_) => {}
        }
    }

    pub(super) fn state(&self) -> ModemState {
        match self.state {
            Some(LinkState::Online) => ModemState::Connected,
            _ if self.retry_at.is_some() => ModemState::Waiting,
            Some(LinkState::Opening) => ModemState::Connecting,
            _ => ModemState::Down,
        }
    }

    /// Seconds until the next attempt.
    pub(super) fn retry(&self) -> Option<u64> {
        let at = self.retry_at?;
        let left = at.saturating_duration_since(time::Instant::now());
        Some(left.as_secs() + u64::from(left.subsec_nanos() > 0))
    }
}
