//! One host's Telnet session, without I/O.

use crate::port::{ABSENT, PRESENT, PortInput};
use crate::runtime::leftover::Leftover;
use mqmodem_core::{HostLines, ModemLines};
use rfc2217::{ModemState, PortSettings, Server, ServerEvent};

/// Decoded bytes kept for a modem that is busy, so that the requests between
/// them can be answered meanwhile.
const AHEAD: usize = 1024;

/// What one host sent and is to be sent, from connect to close.
#[derive(Debug)]
pub(super) struct HostSession {
    server: Server,
    /// Telnet, not decoded yet.
    raw: Leftover,
    /// Decoded, not taken yet.
    payload: Leftover,
    /// What follows the payload.
    news: Option<PortInput>,
    host: HostLines,
    modem: ModemLines,
    /// The modem's lines are not told yet.
    unsent: bool,
    closed: bool,
}

impl HostSession {
    /// A host that has just connected, which is told the modem's lines.
    pub(super) fn new(modem: ModemLines) -> Self {
        let mut session = Self {
            server: Server::new(PortSettings {
                baud_rate: 115_200,
                ..PortSettings::default()
            })
            .with_signature(concat!("mqmodem ", env!("CARGO_PKG_VERSION"))),
            raw: Leftover::default(),
            payload: Leftover::default(),
            news: Some(PortInput::Lines(PRESENT)),
            host: PRESENT,
            modem,
            unsent: true,
            closed: false,
        };
        session.send_lines();
        session
    }

    /// Whether it has use for more of what the host sends.
    pub(super) fn is_hungry(&self) -> bool {
        self.raw.is_empty() && self.news.is_none()
    }

    /// The host sent these bytes; only while it is hungry.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.raw.append(bytes);
    }

    /// The host is gone; only while it is hungry.
    pub(super) fn close(&mut self) {
        self.closed = true;
        self.news = Some(PortInput::Lines(ABSENT));
    }

    /// Whether the host is gone and the modem knows.
    pub(super) fn is_over(&self) -> bool {
        self.closed && self.news.is_none()
    }

    /// Decodes up to what has to wait for the modem or for room in the output;
    /// whether it came any further.
    pub(super) fn decode(&mut self) -> bool {
        let mut moved = self.unsent && self.send_lines();
        let mut buf = [0; AHEAD];
        while self.news.is_none() && !self.raw.is_empty() {
            let room = AHEAD.saturating_sub(self.payload.rest().len());
            let progress = self.server.receive_into(self.raw.rest(), &mut buf[..room]);
            self.raw.take(progress.consumed);
            self.payload.append(&buf[..progress.payload_len]);
            while let Some(event) = self.server.poll_event() {
                self.handle(&event);
            }
            if progress.consumed == 0 {
                break;
            }
            moved = true;
        }
        moved
    }

    fn handle(&mut self, event: &ServerEvent) {
        match *event {
            ServerEvent::Dtr(dtr) => self.host_moved(HostLines { dtr, ..self.host }),
            ServerEvent::Rts(rts) => self.host_moved(HostLines { rts, ..self.host }),
            ServerEvent::Break(true) => self.news = Some(PortInput::Break),
            ServerEvent::SettingsChanged(settings) => {
                tracing::debug!(?settings, "host set up its port");
            }
            _ => {}
        }
    }

    fn host_moved(&mut self, lines: HostLines) {
        if lines != self.host {
            self.host = lines;
            self.news = Some(PortInput::Lines(lines));
        }
    }

    /// What the modem is to be told next; bytes are at the front of `buf`.
    pub(super) fn next(&mut self, buf: &mut [u8]) -> Option<PortInput> {
        if self.payload.is_empty() {
            return self.news.take();
        }
        let bytes = self.payload.rest();
        let n = bytes.len().min(buf.len());
        buf[..n].copy_from_slice(&bytes[..n]);
        self.payload.take(n);
        Some(PortInput::Bytes(n))
    }

    /// Bytes for the host; none once it is gone.
    pub(super) fn output(&self) -> &[u8] {
        if self.closed {
            return &[];
        }
        self.server.output()
    }

    /// The host was sent `n` of them.
    pub(super) fn sent(&mut self, n: usize) {
        self.server.consume_output(n.min(self.output().len()));
    }

    /// The modem says `bytes`; how many were taken. Some are where the output
    /// is empty.
    #[must_use]
    pub(super) fn write(&mut self, bytes: &[u8]) -> usize {
        if self.closed {
            return bytes.len();
        }
        self.server.try_write_data(bytes).unwrap_or(0)
    }

    /// The modem moved its lines.
    pub(super) fn set_lines(&mut self, lines: ModemLines) {
        self.modem = lines;
        self.unsent = true;
        self.send_lines();
    }

    /// Whether there was room to tell. CTS is on: who may not send is held back
    /// by TCP.
    fn send_lines(&mut self) -> bool {
        let mut state = ModemState::CTS;
        if self.modem.dcd {
            state |= ModemState::CD;
        }
        if self.modem.dsr {
            state |= ModemState::DSR;
        }
        self.unsent = self.server.try_set_modem_state(state).is_err();
        !self.unsent
    }
}
