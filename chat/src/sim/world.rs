//! What surrounds the modem of a chat.

use super::mode::PlayMode;
use super::net::{ChatHost, ConnectionState, Net};
use super::wording;
use crate::environment::{
    Disturbance, Environment, Feed, Notice, RecordDisk, Sender, WriteOutcome,
};
use crate::player::Output;
use crate::script::StorageMode;
use mqmodem_core::{Action, ConnId, Instant, LinkId, NetError, NetEvent, Stage};
use std::collections::VecDeque;

pub(super) struct World {
    pub(super) mode: PlayMode,
    pub(super) now: Instant,
    pub(super) host: ChatHost,
    /// One for each link up to the last that was used.
    nets: Vec<Net>,
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
            nets: vec![Net::new(LinkId::FIRST)],
            disk: RecordDisk::default(),
            storage: StorageMode::Works,
            output: Output::default(),
            events: VecDeque::new(),
        }
    }

    /// The modem is switched off: what it has not sent or stored is gone.
    pub(super) fn power_cut(&mut self) {
        self.host.typed.clear();
        self.nets.iter_mut().for_each(Net::forget);
        self.disk.cut_power();
        self.events.clear();
    }

    fn open(&mut self, conn: ConnId, to: &str) -> Result<(), String> {
        let net = self.net(conn.link);
        if net.link != ConnectionState::Closed {
            return Err("the modem opens a link it has not closed".into());
        }
        net.link = ConnectionState::Asked;
        net.conn = conn;
        let (name, waits) = (net.name(), net.leaves_pending);
        self.output.asked.push(format!("{name} < {to}"));
        if waits {
            return Ok(());
        }
        self.opened(conn.link)
    }

    /// The network of a link.
    pub(super) fn net(&mut self, link: LinkId) -> &mut Net {
        let at = usize::from(link.0);
        while self.nets.len() <= at {
            self.nets.push(Net::new(LinkId(self.nets.len() as u8)));
        }
        &mut self.nets[at]
    }

    pub(super) fn opened(&mut self, link: LinkId) -> Result<(), String> {
        let net = self.net(link);
        net.pending()?;
        net.link = ConnectionState::Open;
        self.happened(link, NetEvent::Opened);
        Ok(())
    }

    pub(super) fn net_at(&mut self, link: LinkId, stage: Stage) -> Result<(), String> {
        self.net(link).pending()?;
        self.happened(link, NetEvent::Opening(stage));
        Ok(())
    }

    pub(super) fn net_fails(&mut self, link: LinkId, why: NetError) -> Result<(), String> {
        let net = self.net(link);
        net.pending()?;
        net.pending_asked = false;
        net.close();
        self.happened(link, NetEvent::Failed(why));
        Ok(())
    }

    /// Something happened to the present connection of a link.
    fn happened(&mut self, link: LinkId, event: NetEvent) {
        let conn = self.net(link).conn;
        self.events.push_back(Notice::Net(conn, event));
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
            Action::Open { conn, to } => {
                self.open(conn, &wording::endpoint(&to, self.now))?;
            }
            Action::Close { conn, .. } if conn == self.net(conn.link).conn => {
                let net = self.net(conn.link);
                net.close();
                let name = net.name();
                self.output.asked.push(format!("{name} < close"));
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
        self.nets.iter_mut().find_map(|net| {
            let conn = net.conn;
            net.poll_end().map(|end| Notice::Net(conn, end))
        })
    }

    fn conn(&self, link: LinkId) -> Option<ConnId> {
        let net = self.nets.get(usize::from(link.0))?;
        Some(net.conn)
    }

    fn links(&self) -> u8 {
        self.nets.len() as u8
    }

    fn input(&mut self, from: Sender) -> Option<&mut Feed> {
        match from {
            Sender::Host => Some(&mut self.host.typed),
            Sender::Peer(conn) => {
                let net = self.net(conn.link);
                (net.link == ConnectionState::Open).then_some(&mut net.incoming)
            }
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

    fn peer_reads(&mut self, conn: ConnId, bytes: &[u8]) -> Result<usize, String> {
        let net = self.net(conn.link);
        let reads = net.link == ConnectionState::Open && net.reads;
        let count = self.reads(reads, bytes);
        if count > 0 {
            let sent = self.output.brokers.entry(conn.link).or_default();
            sent.extend(&bytes[..count]);
        }
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
