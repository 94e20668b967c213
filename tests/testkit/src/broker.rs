//! A broker with one client, which answers at once and remembers what came.

use crate::flow::{Arrival, Flow, Outgoing};
use crate::packets::{PacketStream, ack, decode_as, encode_as};
use mqmodem_core::mqtt::packet::{Connack, Connect, Suback};
use mqmodem_core::mqtt::property::{RECEIVE_MAX, SESSION_EXPIRY};
use mqmodem_core::mqtt::{Packet, Qos, Version};

/// A message for the client.
#[derive(Clone, Debug)]
struct Sent {
    qos: Qos,
    payload: String,
}

impl Outgoing for Sent {
    fn qos(&self) -> Qos {
        self.qos
    }

    fn topic(&self) -> String {
        "in".to_owned()
    }

    fn payload(&self) -> Vec<u8> {
        self.payload.clone().into_bytes()
    }
}

/// A broker that stores the session of its one client.
#[derive(Debug)]
pub struct SingleBroker {
    connected: bool,
    has_session: bool,
    from_client: PacketStream,
    to_client: Vec<u8>,
    received: Vec<String>,
    flow: Flow<Sent>,
}

impl Default for SingleBroker {
    fn default() -> Self {
        Self {
            connected: false,
            has_session: false,
            from_client: PacketStream::default(),
            to_client: Vec::new(),
            received: Vec::new(),
            flow: new_flow(),
        }
    }
}

impl SingleBroker {
    /// The connection is gone.
    pub fn disconnect(&mut self) {
        self.connected = false;
        self.from_client.clear();
        self.to_client.clear();
    }

    /// Sends a message to the client, topic `in`.
    pub fn send(&mut self, qos: Qos, payload: &str) {
        let payload = payload.to_owned();
        self.flow.push(Sent { qos, payload });
        self.deliver();
    }

    /// The messages it was given, in order.
    pub fn received(&self) -> &[String] {
        &self.received
    }

    /// Whether every message is done in both directions.
    pub fn is_done(&self) -> bool {
        self.flow.is_delivered() && self.flow.is_released()
    }

    /// Bytes for the client.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.to_client)
    }

    /// Takes bytes of the client.
    ///
    /// # Errors
    /// Where they are not what a client sends that stores its session.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.from_client.extend(bytes);
        while let Some(packet) = self.from_client.next_packet()? {
            let packet = decode_as(self.from_client.version(), &packet)?;
            self.handle(&packet)?;
        }
        Ok(())
    }

    fn handle(&mut self, packet: &Packet<'_>) -> Result<(), String> {
        match packet {
            Packet::Connect(connect) if stores(connect) && !self.connected => {
                self.connect(connect);
            }
            Packet::Publish(publish) => {
                let (arrival, answer) = self.flow.receive(publish)?;
                if arrival == Arrival::New {
                    let payload = String::from_utf8_lossy(publish.payload);
                    self.received.push(payload.into_owned());
                }
                let answer = answer.map(|it| ack(it.kind, it.id));
                self.write(&answer.unwrap_or_default());
            }
            Packet::Ack(it) => {
                let answer = self.flow.acknowledged(*it)?;
                let answer = answer.map(|it| ack(it.kind, it.id));
                self.write(&answer.unwrap_or_default());
            }
            Packet::Subscribe(subscribe) => {
                self.write_packet(&Packet::Suback(Suback::new(subscribe.id, &[2])));
            }
            Packet::Pingreq => self.write_packet(&Packet::Pingresp),
            Packet::Disconnect(_) => self.disconnect(),
            other => return Err(format!("not expected: {other}")),
        }
        Ok(())
    }

    fn connect(&mut self, connect: &Connect<'_>) {
        self.connected = true;
        if connect.clean_session {
            self.has_session = false;
            self.flow = new_flow();
        }
        self.flow.begin(connect.version, receive_max(connect), 0);
        let session_present = std::mem::replace(&mut self.has_session, true);
        self.write_packet(&Packet::Connack(Connack::new(session_present, 0)));
        for packet in self.flow.resume() {
            self.write(&packet);
        }
        self.deliver();
    }

    /// Sends what may be sent now.
    fn deliver(&mut self) {
        while self.connected
            && let Some(packet) = self.flow.poll_send()
        {
            self.write(&packet);
        }
    }

    fn write_packet(&mut self, packet: &Packet<'_>) {
        self.write(&encode_as(self.from_client.version(), packet));
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.connected {
            self.to_client.extend(bytes);
        }
    }
}

fn new_flow() -> Flow<Sent> {
    Flow::new(usize::MAX, false)
}

/// How many messages of QoS 1 and 2 a client takes at once.
pub fn receive_max(connect: &Connect<'_>) -> usize {
    let most = connect.properties.number(&RECEIVE_MAX);
    most.unwrap_or(u16::MAX.into()) as usize
}

/// Whether a client asks for a session that outlives the connection.
pub fn stores(connect: &Connect<'_>) -> bool {
    match connect.version {
        Version::V311 => !connect.clean_session,
        Version::V5 => connect.properties.number(&SESSION_EXPIRY).unwrap_or(0) > 0,
    }
}
