//! One side of a session's QoS 1 and 2, exactly: it is the same for broker and
//! client.

use crate::judge::{Forgiven, Shared};
use crate::message::Stream;
use mqmodem_core::buffer::Buf;
use mqmodem_core::mqtt::packet::{Ack, AckKind, Publish};
use mqmodem_core::mqtt::{Packet, PacketId, Qos};
use std::collections::{HashMap, VecDeque};

/// What a side does wrong, for the tests to see that the judge notices.
#[cfg_attr(not(test), allow(dead_code))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Forgets what was in flight when the connection ended.
    Forget,
    /// Sends what was in flight under new packet ids.
    Renumber,
    /// Sends what was in flight last first.
    Reverse,
    /// Forgets which packet ids of QoS 2 it received.
    Amnesia,
    /// Sends again without DUP.
    Unmarked,
}

/// A message that is not done.
#[derive(Clone, Copy, Debug)]
struct Sent {
    id: PacketId,
    stream: Stream,
    number: u32,
    /// PUBREC came.
    released: bool,
}

/// A stream to be sent.
#[derive(Clone, Copy, Debug)]
struct Source {
    stream: Stream,
    next: u32,
}

/// What one side of a session keeps over connections.
#[derive(Debug)]
pub struct Flow {
    judge: Shared,
    window: usize,
    last_id: u16,
    sources: Vec<Source>,
    sent: VecDeque<Sent>,
    /// Of QoS 2: the payloads received under packet ids that are not released.
    held: HashMap<PacketId, Vec<u8>>,
    /// What it does wrong.
    pub fault: Option<Fault>,
}

impl Flow {
    /// With at most `window` messages in flight.
    pub fn new(judge: Shared, window: usize) -> Self {
        Self {
            judge,
            window,
            last_id: 0,
            sources: Vec::new(),
            sent: VecDeque::new(),
            held: HashMap::new(),
            fault: None,
        }
    }

    /// From now on sends this stream too.
    pub fn add(&mut self, stream: Stream) {
        if self.sources.iter().all(|source| source.stream != stream) {
            self.sources.push(Source { stream, next: 1 });
        }
    }

    /// Whether no message is on its way.
    pub fn is_settled(&self) -> bool {
        self.sent.is_empty() && self.held.is_empty()
    }

    /// The other side lost the session: its packet ids mean nothing any more.
    pub fn forget_received(&mut self) {
        self.held.clear();
    }

    /// A connection begins: sends again what is not done, in order.
    pub fn open(&mut self, out: &mut Buf<'_>) {
        match self.fault {
            Some(Fault::Forget) => self.sent.clear(),
            Some(Fault::Renumber) => self.renumber(),
            Some(Fault::Reverse) => self.sent.make_contiguous().reverse(),
            Some(Fault::Amnesia) => self.forget_received(),
            Some(Fault::Unmarked) | None => {}
        }
        let dup = self.fault != Some(Fault::Unmarked);
        for sent in &self.sent {
            if sent.released {
                ack(AckKind::Pubrel, sent.id, out);
            } else {
                sent.publish(dup, out);
            }
        }
    }

    fn renumber(&mut self) {
        for place in 0..self.sent.len() {
            let id = self.free_id();
            self.sent[place].id = id;
            self.sent[place].released = false;
        }
    }

    /// Sends what the window allows.
    pub fn produce(&mut self, out: &mut Buf<'_>) {
        while self.sent.len() < self.window && !self.judge.borrow().waits_for_kills() {
            let Some((stream, number)) = self.take() else {
                return;
            };
            let sent = Sent {
                id: self.free_id(),
                stream,
                number,
                released: false,
            };
            sent.publish(false, out);
            self.sent.push_back(sent);
        }
    }

    /// The next message: of the stream that is most behind.
    fn take(&mut self) -> Option<(Stream, u32)> {
        let judge = self.judge.borrow();
        let is_left = |source: &&mut Source| {
            judge.is_open(source.stream) && source.next <= judge.asked(source.stream)
        };
        let left = self.sources.iter_mut().filter(is_left);
        let source = left.min_by_key(|source| source.next)?;
        source.next += 1;
        Some((source.stream, source.next - 1))
    }

    /// Packet ids rotate: one that was just freed is not the next one.
    fn free_id(&mut self) -> PacketId {
        loop {
            self.last_id = self.last_id.wrapping_add(1);
            let is_used = |id| self.sent.iter().any(|sent| sent.id == id);
            if let Some(id) = PacketId::new(self.last_id).filter(|id| !is_used(*id)) {
                return id;
            }
        }
    }

    /// A message came.
    pub fn published(&mut self, publish: &Publish<'_>, out: &mut Buf<'_>) {
        match (publish.qos, publish.id) {
            (Qos::AtLeastOnce, Some(id)) => {
                self.arrived(publish);
                ack(AckKind::Puback, id, out);
            }
            (Qos::ExactlyOnce, Some(id)) => {
                self.received(publish, id);
                ack(AckKind::Pubrec, id, out);
            }
            _ => self.breach(format!("not asked for: {publish}")),
        }
    }

    fn received(&mut self, publish: &Publish<'_>, id: PacketId) {
        let before = self.held.insert(id, publish.payload.to_vec());
        match before {
            None => self.arrived(publish),
            Some(payload) if payload != publish.payload => {
                self.breach(format!("the packet id is still in use: {publish}"));
            }
            Some(_) if !publish.dup => self.breach(format!("again without DUP: {publish}")),
            Some(_) => {}
        }
    }

    fn arrived(&mut self, publish: &Publish<'_>) {
        let stream = Stream::of_topic(publish.topic);
        let number = stream.and_then(|stream| Some((stream, stream.number(publish.payload)?)));
        let known = number.is_some_and(|(stream, number)| self.judge.borrow().has(stream, number));
        // Another broker hands a message on as one of its own.
        let is_direct = self.judge.borrow().forgiven == Forgiven::Nothing;
        if known && !publish.dup && is_direct {
            self.breach(format!("again without DUP: {publish}"));
        }
        if stream.is_some_and(|stream| stream.qos() != publish.qos) {
            self.breach(format!("at another QoS: {publish}"));
        }
        let mut judge = self.judge.borrow_mut();
        judge.arrived(publish.topic, publish.payload);
    }

    fn breach(&self, what: String) {
        self.judge.borrow_mut().breach(what);
    }

    /// An acknowledgement came. One nobody waits for is answered as the standard
    /// has it, so that the flow ends on the other side too.
    pub fn acknowledged(&mut self, Ack { kind, id }: Ack, out: &mut Buf<'_>) {
        match kind {
            AckKind::Puback => self.done(id, false),
            AckKind::Pubrec => {
                let sent = self.sent.iter_mut().find(|sent| sent.id == id);
                if let Some(sent) = sent.filter(|sent| sent.stream.exact) {
                    sent.released = true;
                }
                ack(AckKind::Pubrel, id, out);
            }
            AckKind::Pubrel => {
                self.held.remove(&id);
                ack(AckKind::Pubcomp, id, out);
            }
            AckKind::Pubcomp => self.done(id, true),
            AckKind::Unsuback => {}
        }
    }

    fn done(&mut self, id: PacketId, exact: bool) {
        let is_meant = |sent: &Sent| sent.id == id && sent.stream.exact == exact;
        if let Some(place) = self.sent.iter().position(is_meant) {
            self.sent.remove(place);
        }
    }
}

impl Sent {
    fn publish(&self, dup: bool, out: &mut Buf<'_>) {
        let (topic, payload) = (self.stream.topic(), self.stream.payload(self.number));
        let publish = Packet::Publish(Publish {
            dup,
            qos: self.stream.qos(),
            retain: false,
            topic: &topic,
            id: Some(self.id),
            payload: payload.as_bytes(),
        });
        let _ = publish.encode(out);
    }
}

fn ack(kind: AckKind, id: PacketId, out: &mut Buf<'_>) {
    let _ = Packet::Ack(Ack { kind, id }).encode(out);
}
