//! What surrounds the modem of a chat.

use super::net::{Host, LINK, Link, Net};
use super::way::Way;
use super::wording;
use crate::environment::{Disturbance, Environment, Feed, Outcome, RecordDisk, Report, Source};
use crate::player::Heard;
use crate::script::Storage;
use mqmodem_core::{Action, ConnId, Instant, LinkId, NetError, NetEvent, Stage};
use std::collections::VecDeque;

pub(super) struct World {
    way: Way,
    pub(super) now: Instant,
    pub(super) host: Host,
    pub(super) net: Net,
    pub(super) disk: RecordDisk,
    pub(super) storage: Storage,
    pub(super) heard: Heard,
    /// What happened to the connection and was not reported yet.
    events: VecDeque<Report>,
}

impl World {
    pub(super) fn new(way: Way, now: Instant) -> Self {
        Self {
            way,
            now,
            host: Host::new(),
            net: Net::new(),
            disk: RecordDisk::default(),
            storage: Storage::Works,
            heard: Heard::default(),
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
        if self.net.link != Link::Closed {
            return Err("the modem opens a link it has not closed".into());
        }
        self.heard.asked.push(format!("net < {to}"));
        self.net.link = Link::Asked;
        self.net.conn = conn;
        if self.net.holds {
            return Ok(());
        }
        self.opened()
    }

    pub(super) fn opened(&mut self) -> Result<(), String> {
        self.net.pending()?;
        self.net.link = Link::Open;
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
        self.net.hold_said = false;
        self.net.close();
        self.happened(NetEvent::Failed(why));
        Ok(())
    }

    /// Something happened to the present connection.
    fn happened(&mut self, event: NetEvent) {
        self.events.push_back(Report::Net(self.net.conn, event));
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
            timeouts: self.way == Way::SpuriousTimeouts,
            stale: self.way == Way::LateEvents,
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
                self.heard.asked.push("net < close".into());
                self.net.close();
            }
            Action::Lines(lines) => {
                let what = wording::lines(lines);
                self.heard.asked.push(format!("port < {what}"));
            }
            Action::Serial(serial) => {
                let what = wording::serial(serial);
                self.heard.asked.push(format!("port < {what}"));
            }
            other => return Err(format!("a chat knows nothing of {other:?}")),
        }
        Ok(())
    }

    fn poll_report(&mut self) -> Option<Report> {
        let outcome = match self.storage {
            Storage::Works => Some(Outcome::Durable),
            Storage::Fails => Some(Outcome::Failed),
            Storage::Holds => None,
        };
        if let Some((slot, ok)) = outcome.and_then(|outcome| self.disk.answer(outcome)) {
            return Some(Report::Stored(slot, ok));
        }
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        let conn = self.net.conn;
        self.net.poll_end().map(|end| Report::Net(conn, end))
    }

    fn conn(&self, _: LinkId) -> Option<ConnId> {
        Some(self.net.conn)
    }

    fn input(&mut self, from: Source) -> Option<&mut Feed> {
        match from {
            Source::Host => Some(&mut self.host.typed),
            Source::Peer(_) if self.net.link == Link::Open => Some(&mut self.net.incoming),
            Source::Peer(_) => None,
        }
    }

    fn cut(&mut self, from: Source, len: usize) -> usize {
        match (self.way, from) {
            (Way::HostInBytes, Source::Host) | (Way::BrokerInBytes, Source::Peer(_)) => 1,
            _ => len,
        }
    }

    fn host_reads(&mut self, bytes: &[u8]) -> Result<usize, String> {
        let count = self.reads(self.host.reads, bytes);
        self.heard.host.extend(&bytes[..count]);
        Ok(count)
    }

    fn peer_reads(&mut self, _: ConnId, bytes: &[u8]) -> Result<usize, String> {
        let count = self.reads(self.net.link == Link::Open && self.net.reads, bytes);
        self.heard.broker.extend(&bytes[..count]);
        Ok(count)
    }
}

impl World {
    /// How many bytes one takes that reads or does not.
    fn reads(&self, reads: bool, bytes: &[u8]) -> usize {
        match (reads, self.way) {
            (false, _) => 0,
            (true, Way::OutputInBytes) => 1,
            (true, _) => bytes.len(),
        }
    }
}
