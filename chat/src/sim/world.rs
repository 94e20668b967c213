//! What surrounds the modem of a chat.

use super::mode::PlayMode;
use super::net::{ChatHost, ConnectionState, LINK, Net};
use super::wording;
use crate::environment::{
    Disturbance, Environment, Feed, Notice, RecordDisk, Sender, WriteOutcome,
};
use crate::player::Output;
use crate::script::StorageMode;
use mqmodem_core::{Action, ConnId, Instant, LinkId, NetError, NetEvent, Stage};
use std::collections::VecDeque;

pub(super) struct World {
    mode: PlayMode,
    pub(super) now: Instant,
    pub(super) host: ChatHost,
    pub(super) net: Net,
    pub(super) disk: RecordDisk,
    pub(super) storage: StorageMode,
    pub(super) output: Output,
    /// What happened to the connection and was not reported yet.
    events: VecDeque<Notice>,
}

impl World {
    pub(super) fn new(mode: PlayMode, now: Instant) -> Self {
        Self {
            mode,
            now,
            host: ChatHost::new(),
            net: Net::new(),
            disk: RecordDisk::default(),
            storage: StorageMode::Works,
            output: Output::default(),
            events: VecDeque::new(),
        }
    }

    /// The modem is switched off: what it has not sent or stored is gone.
    pub(super) fn power_cut(&mut self) {
        self.host.typed.clear();
        self.net.forget();
        self.disk.cut_power();
        self.events.clear();
    }

    fn open(&mut self, conn: ConnId, to: &str) -> Result<(), String> {
        if self.net.link != ConnectionState::Closed {
            return Err("the modem opens a link it has not closed".into());
        }
        self.output.asked.push(format!("net < {to}"));
        self.net.link = ConnectionState::Asked;
        self.net.conn = conn;
        if self.net.leaves_pending {
            return Ok(());
        }
        self.opened()
    }

    pub(super) fn opened(&mut self) -> Result<(), String> {
        self.net.pending()?;
        self.net.link = ConnectionState::Open;
        self.happened(NetEvent::Opened);
        Ok(())
    }

    pub(super) fn net_at(&mut self, stage: Stage) -> Result<(), String> {
        self.net.pending()?;
        self.happened(NetEvent::Opening(stage));
        Ok(())
    }

    pub(super) fn net_fails(&mut self, why: NetError) -> Result<(), String> {
        self.net.pending()?;
        self.net.pending_asked = false;
        self.net.close();
        self.happened(NetEvent::Failed(why));
        Ok(())
    }

    /// Something happened to the present connection.
    fn happened(&mut self, event: NetEvent) {
        self.events.push_back(Notice::Net(self.net.conn, event));
    }
}

impl Environment for World {
    fn now(&self) -> Instant {
        self.now
    }

    fn set_now(&mut self, now: Instant) {
        self.now = now;
    }

    fn disturbance(&self) -> Disturbance {
        Disturbance {
            timeouts: self.mode == PlayMode::SpuriousTimeouts,
            stale: self.mode == PlayMode::LateEvents,
        }
    }

    fn act(&mut self, action: Action<'_>) -> Result<(), String> {
        if self.disk.submit(&action) {
            return Ok(());
        }
        match action {
            Action::Open { conn, to } if conn.link == LINK => {
                self.open(conn, &wording::endpoint(&to, self.now))?;
            }
            Action::Close { conn, .. } if conn == self.net.conn => {
                self.output.asked.push("net < close".into());
                self.net.close();
            }
            Action::Lines(lines) => {
                let what = wording::lines(lines);
                self.output.asked.push(format!("port < {what}"));
            }
            Action::Serial(serial) => {
                let what = wording::serial(serial);
                self.output.asked.push(format!("port < {what}"));
            }
            other => return Err(format!("a chat knows nothing of {other:?}")),
        }
        Ok(())
    }

    fn poll_notice(&mut self) -> Option<Notice> {
        let outcome = match self.storage {
            StorageMode::Works => Some(WriteOutcome::Durable),
            StorageMode::Fails => Some(WriteOutcome::Failed),
            StorageMode::Holds => None,
        };
        if let Some((slot, ok)) = outcome.and_then(|outcome| self.disk.answer(outcome)) {
            return Some(Notice::Stored(slot, ok));
        }
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        let conn = self.net.conn;
        self.net.poll_end().map(|end| Notice::Net(conn, end))
    }

    fn conn(&self, _: LinkId) -> Option<ConnId> {
        Some(self.net.conn)
    }

    fn input(&mut self, from: Sender) -> Option<&mut Feed> {
        match from {
            Sender::Host => Some(&mut self.host.typed),
            Sender::Peer(_) if self.net.link == ConnectionState::Open => {
                Some(&mut self.net.incoming)
            }
            Sender::Peer(_) => None,
        }
    }

    fn cut(&mut self, from: Sender, len: usize) -> usize {
        match (self.mode, from) {
            (PlayMode::HostInBytes, Sender::Host) | (PlayMode::BrokerInBytes, Sender::Peer(_)) => 1,
            _ => len,
        }
    }

    fn host_reads(&mut self, bytes: &[u8]) -> Result<usize, String> {
        let count = self.reads(self.host.reads, bytes);
        self.output.host.extend(&bytes[..count]);
        Ok(count)
    }

    fn peer_reads(&mut self, _: ConnId, bytes: &[u8]) -> Result<usize, String> {
        let count = self.reads(
            self.net.link == ConnectionState::Open && self.net.reads,
            bytes,
        );
        self.output.broker.extend(&bytes[..count]);
        Ok(count)
    }
}

impl World {
    /// How many bytes one takes that reads or does not.
    fn reads(&self, reads: bool, bytes: &[u8]) -> usize {
        match (reads, self.mode) {
            (false, _) => 0,
            (true, PlayMode::OutputInBytes) => 1,
            (true, _) => bytes.len(),
        }
    }
}
