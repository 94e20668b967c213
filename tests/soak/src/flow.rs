//! The streams that one side of a session sends, and what is counted of those that
//! come.

use crate::judge::{Forgiven, Shared};
use crate::message::Stream;
use mqmodem_core::buffer::Buf;
use mqmodem_core::mqtt::Qos;
use mqmodem_core::mqtt::packet::{Ack, Connect, Publish};
use mqmodem_testkit::broker::receive_max;
use mqmodem_testkit::flow::{Arrival, Flow, FlowFault, Outgoing};
use mqmodem_testkit::packets::ack;

/// A message of a stream.
#[derive(Clone, Copy, Debug)]
struct Numbered {
    stream: Stream,
    number: u32,
}

impl Outgoing for Numbered {
    fn qos(&self) -> Qos {
        self.stream.qos()
    }

    fn topic(&self) -> String {
        self.stream.topic()
    }

    fn payload(&self) -> Vec<u8> {
        self.stream.payload(self.number).into_bytes()
    }
}

/// A stream to be sent.
#[derive(Clone, Copy, Debug)]
struct Source {
    stream: Stream,
    next: u32,
}

/// What one side of a session keeps over connections.
#[derive(Debug)]
pub struct Streams {
    judge: Shared,
    sources: Vec<Source>,
    flow: Flow<Numbered>,
}

impl Streams {
    /// With at most `window` messages in flight.
    pub fn new(judge: Shared, window: usize) -> Self {
        let mut flow = Flow::new(window, true);
        // QoS 1 and 2 of a modem are in order each, and not with each other.
        flow.any_order = true;
        Self {
            judge,
            sources: Vec::new(),
            flow,
        }
    }

    /// From now on this is done wrong.
    #[cfg_attr(not(test), allow(dead_code))]
    pub fn fail(&mut self, fault: Option<FlowFault>) {
        self.flow.fault = fault;
    }

    /// From now on sends this stream too.
    pub fn add(&mut self, stream: Stream) {
        if self.sources.iter().all(|source| source.stream != stream) {
            self.sources.push(Source { stream, next: 1 });
        }
    }

    /// Whether no message is on its way.
    pub fn is_settled(&self) -> bool {
        self.flow.is_delivered() && self.flow.is_released()
    }

    /// The other side lost the session: its packet ids mean nothing any more.
    pub fn forget_received(&mut self) {
        self.flow.forget_received();
    }

    /// A client connects in this way.
    pub fn greet(&mut self, connect: &Connect<'_>) {
        self.flow.begin(connect.version, receive_max(connect), 0);
    }

    /// Whether nothing was asked of this session yet.
    pub fn is_new(&self) -> bool {
        self.sources.is_empty() && self.is_settled()
    }

    /// A connection begins: sends again what is not done, in order.
    pub fn open(&mut self, out: &mut Buf<'_>) {
        for packet in self.flow.resume() {
            let _ = out.extend(&packet);
        }
    }

    /// Sends what the window allows.
    pub fn produce(&mut self, out: &mut Buf<'_>) {
        loop {
            while let Some(packet) = self.flow.poll_send() {
                let _ = out.extend(&packet);
            }
            let may = self.flow.has_room() && !self.judge.borrow().waits_for_kills();
            let Some(message) = may.then(|| self.take()).flatten() else {
                return;
            };
            self.flow.push(message);
        }
    }

    /// The next message: of the stream that is most behind.
    fn take(&mut self) -> Option<Numbered> {
        let judge = self.judge.borrow();
        let is_left = |source: &&mut Source| {
            judge.is_open(source.stream) && source.next <= judge.asked(source.stream)
        };
        let left = self.sources.iter_mut().filter(is_left);
        let source = left.min_by_key(|source| source.next)?;
        source.next += 1;
        Some(Numbered {
            stream: source.stream,
            number: source.next - 1,
        })
    }

    /// A message came.
    pub fn published(&mut self, publish: &Publish<'_>, out: &mut Buf<'_>) {
        match self.flow.receive(publish) {
            Ok((arrival, Some(answer))) => {
                match arrival {
                    Arrival::New => self.arrived(publish),
                    Arrival::Again if !publish.dup => {
                        self.breach(format!("again without DUP: {publish}"));
                    }
                    Arrival::Again => {}
                }
                let _ = out.extend(&ack(answer.kind, answer.id));
            }
            Ok((_, None)) => self.breach(format!("not asked for: {publish}")),
            Err(why) => self.breach(why),
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

    /// An acknowledgement came.
    pub fn acknowledged(&mut self, came: Ack, out: &mut Buf<'_>) {
        match self.flow.acknowledged(came) {
            Ok(Some(answer)) => {
                let _ = out.extend(&ack(answer.kind, answer.id));
            }
            Ok(None) => {}
            Err(why) => self.breach(why),
        }
    }
}
