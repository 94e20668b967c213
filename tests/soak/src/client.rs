//! A client of the soak's own: the judge's hand where the broker is not ours,
//! and what the reference end is tried with.

use crate::flow::Streams;
use crate::judge::{Forgiven, Shared};
use crate::message::Stream;
use crate::wire::{Side, converse, refuse};
use mqmodem_core::buffer::Buf;
use mqmodem_core::mqtt::packet::{Connack, Connect, Requests, Subscribe, SubscribeOptions};
use mqmodem_core::mqtt::{Packet, PacketId, Properties, Version};
use std::io::{ErrorKind, Result};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

/// Messages in flight to the broker, at most: Debian's Mosquitto drops a client
/// with more than 20.
const WINDOW: usize = 10;
/// The pause before it connects again.
const PAUSE: Duration = Duration::from_millis(50);

/// A client that comes back for ever.
pub struct Client {
    /// Its client id.
    pub id: String,
    /// Port of the broker on the loopback.
    pub broker: u16,
    /// What it wants.
    pub wants: Vec<Stream>,
    /// What it sends, receives and keeps.
    pub flow: Streams,
    /// Seconds within which something is sent.
    pub keep_alive: u16,
    judge: Shared,
    /// The broker granted everything.
    is_subscribed: bool,
    /// CONNACK came.
    is_open: bool,
    pinged: Instant,
}

impl Client {
    /// One that wants and sends these.
    pub fn new(
        judge: &Shared,
        id: &str,
        broker: u16,
        wants: Vec<Stream>,
        sends: &[Stream],
    ) -> Self {
        let mut flow = Streams::new(judge.clone(), WINDOW);
        for stream in sends {
            flow.add(*stream);
        }
        Self {
            id: id.to_owned(),
            broker,
            wants,
            flow,
            keep_alive: 2,
            judge: judge.clone(),
            is_subscribed: false,
            is_open: false,
            pinged: Instant::now(),
        }
    }

    /// Connects, and again when the connection ends.
    pub async fn run(mut self) {
        loop {
            if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.broker)).await {
                self.converse(&mut stream).await;
            }
            sleep(PAUSE).await;
        }
    }

    async fn converse(&mut self, stream: &mut TcpStream) {
        use tokio::io::AsyncWriteExt;
        let mut out = Buf::heap(1 << 16);
        let connect = Packet::Connect(Connect {
            version: Version::V311,
            client_id: &self.id,
            clean_session: false,
            keep_alive: self.keep_alive,
            username: None,
            password: None,
            properties: Properties::NONE,
            will: None,
        });
        let _ = connect.encode(&mut out);
        self.is_open = false;
        if stream.write_all(out.as_slice()).await.is_err() {
            return;
        }
        let Err(why) = converse(stream, self).await else {
            return;
        };
        if why.kind() == ErrorKind::InvalidData {
            let what = format!("protocol, to {}: {why}", self.id);
            self.judge.borrow_mut().breach(what);
        }
    }

    fn greeted(&mut self, connack: Connack<'_>, out: &mut Buf<'_>) -> Result<()> {
        if connack.code != 0 {
            return Err(refuse(format!("refused: {connack}")));
        }
        if self.is_subscribed && !connack.session_present {
            if self.judge.borrow().forgiven != Forgiven::All {
                return Err(refuse("the broker lost the session"));
            }
            self.is_subscribed = false;
            self.flow.forget_received();
        }
        self.is_open = true;
        self.pinged = Instant::now();
        if self.wants.is_empty() || self.is_subscribed {
            self.flow.open(out);
            return Ok(());
        }
        let topics: Vec<String> = self.wants.iter().map(|stream| stream.topic()).collect();
        let options = |stream: &Stream| SubscribeOptions::new(stream.qos());
        let options = self.wants.iter().map(options);
        let list: Vec<_> = topics.iter().map(String::as_str).zip(options).collect();
        // The flow sends nothing before this is granted.
        let id = PacketId::new(u16::MAX).ok_or(ErrorKind::InvalidInput)?;
        let subscribe = Packet::Subscribe(Subscribe::new(id, Requests::of(&list)));
        let _ = subscribe.encode(out);
        Ok(())
    }
}

impl Side for Client {
    fn packet(&mut self, packet: &Packet<'_>, out: &mut Buf<'_>) -> Result<()> {
        match packet {
            Packet::Connack(connack) if !self.is_open => return self.greeted(*connack, out),
            other if !self.is_open => return Err(refuse(format!("{other} before CONNACK"))),
            Packet::Publish(publish) => self.flow.published(publish, out),
            Packet::Ack(ack) => self.flow.acknowledged(*ack, out),
            Packet::Suback(suback) if suback.granted().all(|qos| qos.is_some()) => {
                self.is_subscribed = true;
                self.judge.borrow_mut().counts.subscribed += 1;
                self.flow.open(out);
            }
            Packet::Pingresp => {}
            other => return Err(refuse(format!("{other} is not for a client"))),
        }
        Ok(())
    }

    fn produce(&mut self, out: &mut Buf<'_>) {
        let period = Duration::from_secs(self.keep_alive.into());
        if !self.is_open {
            return;
        }
        if self.pinged.elapsed() > period / 2 {
            self.pinged = Instant::now();
            let _ = Packet::Pingreq.encode(out);
        }
        if self.is_subscribed || self.wants.is_empty() {
            self.flow.produce(out);
        }
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.keep_alive.into())
    }

    fn version(&self) -> Version {
        Version::V311
    }
}
