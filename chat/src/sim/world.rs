//! What surrounds the modem of a chat.

use super::mode::PlayMode;
use super::net::{ChatHost, ConnectionState, Net};
use super::wording;
use crate::environment::{
    Disturbance, Environment, Feed, Notice, RecordDisk, Sender, WriteOutcome,
};
use crate::player::Output;
use crate::script::StorageMode;
use mqmodem_core::{Action, ConnId, Instant, LinkId, NetError, NetEvent, Slot, Stage};
use mqmodem_faults::{DeviceAct, Faults, Passage, WriteFate};
use std::collections::VecDeque;

pub(super) struct World {
    pub(super) mode: PlayMode,
    pub(super) now: Instant,
    pub(super) host: ChatHost,
    /// One for each link up to the last that was used.
    pub(super) nets: Vec<Net>,
    pub(super) disk: RecordDisk,
    pub(super) storage: StorageMode,
    pub(super) output: Output,
    /// What happened to the connection and was not reported yet.
    pub(super) events: VecDeque<Notice>,
    /// What goes wrong, where anything is made to.
    pub(super) faults: Option<Box<Faults>>,
    /// What a fault does to the power.
    pub(super) power: Option<DeviceAct>,
}

impl World {
    pub(super) fn new(mode: PlayMode, now: Instant, faults: Option<Box<Faults>>) -> Self {
        Self {
            mode,
            now,
            host: ChatHost::new(),
            nets: vec![Net::new(LinkId::FIRST)],
            disk: RecordDisk::default(),
            storage: StorageMode::Works,
            output: Output::default(),
            events: VecDeque::new(),
            faults,
            power: None,
        }
    }

    /// The modem is switched off: what it has not sent or stored is gone.
    pub(super) fn power_cut(&mut self) {
        self.host.typed.clear();
        self.nets.iter_mut().for_each(Net::forget);
        self.disk.cut_power();
        self.events.clear();
        if let Some(faults) = &mut self.faults {
            faults.power_off();
        }
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
        let now = self.now;
        if let Some(faults) = &mut self.faults {
            if let Some(why) = faults.opening(now, conn.link) {
                self.net(conn.link).close();
                self.happened(conn.link, NetEvent::Failed(why));
                return Ok(());
            }
            if !faults.may_open(now, conn.link) {
                self.net(conn.link).put_off = true;
                return Ok(());
            }
        }
        if waits {
            return Ok(());
        }
        self.opened(conn.link)
    }

    /// How far a link is.
    pub(super) fn state_of(&self, link: LinkId) -> ConnectionState {
        let net = self.nets.get(usize::from(link.0));
        net.map_or(ConnectionState::Closed, |net| net.link)
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
        if let Some(faults) = &mut self.faults {
            faults.opened(self.now, link);
        }
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
    pub(super) fn happened(&mut self, link: LinkId, event: NetEvent) {
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

    fn poll_timeout(&self) -> Option<Instant> {
        self.faults.as_ref()?.poll_timeout()
    }

    fn advance(&mut self) -> bool {
        self.pump()
    }

    fn is_over(&self) -> bool {
        self.power.is_some()
    }

    fn disturbance(&self) -> Disturbance {
        Disturbance {
            timeouts: self.mode == PlayMode::SpuriousTimeouts,
            stale: self.mode == PlayMode::LateEvents,
        }
    }

    fn act(&mut self, action: Action<'_>) -> Result<(), String> {
        if self.disk.submit(&action) {
            if let Some(faults) = &mut self.faults {
                let takes_room = matches!(action, Action::Store { .. });
                faults.submit(self.now, takes_room);
            }
            return Ok(());
        }
        match action {
            Action::Open { conn, to } => {
                self.open(conn, &wording::endpoint(&to, self.now))?;
            }
            Action::Close { conn, .. } if conn == self.net(conn.link).conn => {
                if let Some(faults) = &mut self.faults {
                    faults.closed(conn.link);
                }
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
        if let Some((slot, ok)) = self.poll_stored() {
            return Some(Notice::Stored(slot, ok));
        }
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        self.poll_end()
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
        let Some(faults) = &mut self.faults else {
            self.output.host.extend(&bytes[..count]);
            return Ok(count);
        };
        let count = count.min(faults.room(self.now, Passage::ToHost));
        faults.push(self.now, Passage::ToHost, &bytes[..count]);
        if count == bytes.len() {
            faults.flush(self.now);
        }
        Ok(count)
    }

    fn peer_reads(&mut self, conn: ConnId, bytes: &[u8]) -> Result<usize, String> {
        let net = self.net(conn.link);
        let reads = net.link == ConnectionState::Open && net.reads;
        let mut count = self.reads(reads, bytes);
        if let Some(faults) = &mut self.faults {
            let way = Passage::ToBroker(conn.link);
            count = count.min(faults.room(self.now, way));
            faults.push(self.now, way, &bytes[..count]);
        } else if count > 0 {
            let sent = self.output.brokers.entry(conn.link).or_default();
            sent.extend(&bytes[..count]);
        }
        Ok(count)
    }
}

impl World {
    /// What becomes of the oldest change on the disk.
    fn poll_stored(&mut self) -> Option<(Slot, bool)> {
        let fate = self.faults.as_ref().map(|it| it.write_fate(self.now));
        let outcome = match (self.storage, fate) {
            (StorageMode::Holds, _) | (_, Some(WriteFate::Waits)) => return None,
            (StorageMode::Fails, _) | (_, Some(WriteFate::Fails)) => WriteOutcome::Failed,
            (StorageMode::Works, _) => WriteOutcome::Durable,
        };
        let (slot, ok) = self.disk.answer(outcome)?;
        if let Some(faults) = &mut self.faults {
            faults.answered(ok);
        }
        Some((slot, ok))
    }

    /// A connection that its peer ends now.
    fn poll_end(&mut self) -> Option<Notice> {
        let (faults, now) = (&mut self.faults, self.now);
        self.nets.iter_mut().find_map(|net| {
            let conn = net.conn;
            net.end?;
            let faults = faults.as_mut();
            if faults.is_some_and(|it| !net.by_fault && !it.may_end(now, conn.link)) {
                return None;
            }
            let end = net.poll_end()?;
            Some(Notice::Net(conn, end))
        })
    }

    /// How many bytes one takes that reads or does not.
    fn reads(&self, reads: bool, bytes: &[u8]) -> usize {
        match (reads, self.mode) {
            (false, _) => 0,
            (true, PlayMode::OutputInBytes) => 1,
            (true, _) => bytes.len(),
        }
    }
}
