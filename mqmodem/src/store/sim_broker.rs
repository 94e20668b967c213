//! A broker that keeps its client's session, for tests, and remembers what it got.

use mqmodem_core::Buf;
use mqmodem_core::mqtt::packet::{Ack, AckKind, Connack, Publish, Suback};
use mqmodem_core::mqtt::{Frame, Packet, PacketId, Qos, frame};
use std::collections::BTreeSet;

/// A message on its way to the client.
#[derive(Debug)]
struct Sent {
    id: PacketId,
    qos: Qos,
    payload: String,
    released: bool,
}

#[derive(Debug, Default)]
pub(super) struct SimBroker {
    connected: bool,
    has_session: bool,
    from_client: Vec<u8>,
    /// Bytes for the client.
    pub(super) to_client: Vec<u8>,
    /// The messages it was given, in order.
    pub(super) got: Vec<String>,
    unreleased: BTreeSet<u16>,
    sent: Vec<Sent>,
}

impl SimBroker {
    /// The connection is gone.
    pub(super) fn disconnect(&mut self) {
        self.connected = false;
        self.from_client.clear();
        self.to_client.clear();
    }

    /// Sends a message to the client.
    pub(super) fn send(&mut self, qos: Qos, payload: &str) {
        let is_free = |id: &PacketId| self.sent.iter().all(|sent| sent.id != *id);
        let id = (1..u16::MAX)
            .filter_map(PacketId::new)
            .find(is_free)
            .unwrap();
        let payload = payload.to_owned();
        self.sent.push(Sent {
            id,
            qos,
            payload,
            released: false,
        });
        self.publish(self.sent.len() - 1, false);
    }

    /// Whether the client has everything.
    pub(super) fn is_done(&self) -> bool {
        self.sent.is_empty() && self.unreleased.is_empty()
    }

    /// Takes bytes of the client.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        self.from_client.extend(bytes);
        while let Frame::Whole { len } = frame(&self.from_client) {
            let packet: Vec<u8> = self.from_client.drain(..len).collect();
            self.answer(&Packet::decode(&packet).unwrap());
        }
    }

    fn say(&mut self, packet: Packet<'_>) {
        if self.connected {
            let mut out = Buf::heap(100_000);
            packet.encode(&mut out).unwrap();
            self.to_client.extend(out.as_slice());
        }
    }

    fn ack(&mut self, kind: AckKind, id: PacketId) {
        self.say(Packet::Ack(Ack { kind, id }));
    }

    fn publish(&mut self, at: usize, dup: bool) {
        let Sent {
            id, qos, payload, ..
        } = &self.sent[at];
        let (id, qos, payload) = (*id, *qos, payload.clone());
        self.say(Packet::Publish(Publish {
            dup,
            qos,
            retain: false,
            topic: "in",
            id: Some(id),
            payload: payload.as_bytes(),
        }));
    }

    fn answer(&mut self, packet: &Packet<'_>) {
        match packet {
            Packet::Connect(connect) => {
                assert!(!connect.clean_session && !self.connected);
                self.connected = true;
                let session_present = std::mem::replace(&mut self.has_session, true);
                self.say(Packet::Connack(Connack {
                    session_present,
                    code: 0,
                }));
                self.send_again();
            }
            Packet::Publish(publish) => self.take_message(publish),
            Packet::Subscribe(subscribe) => self.say(Packet::Suback(Suback {
                id: subscribe.id,
                codes: &[2],
            })),
            Packet::Ack(ack) => self.take_ack(*ack),
            Packet::Pingreq => self.say(Packet::Pingresp),
            Packet::Disconnect => self.disconnect(),
            other => panic!("{other}"),
        }
    }

    fn send_again(&mut self) {
        for at in 0..self.sent.len() {
            if self.sent[at].released {
                self.ack(AckKind::Pubrel, self.sent[at].id);
            } else {
                self.publish(at, true);
            }
        }
    }

    fn take_message(&mut self, publish: &Publish<'_>) {
        let id = publish.id.unwrap();
        let is_new = publish.qos == Qos::AtLeastOnce || self.unreleased.insert(id.get());
        if is_new {
            let payload = std::str::from_utf8(publish.payload).unwrap();
            self.got.push(payload.to_owned());
        }
        match publish.qos {
            Qos::AtLeastOnce => {
                self.unreleased.remove(&id.get());
                self.ack(AckKind::Puback, id);
            }
            _ => self.ack(AckKind::Pubrec, id),
        }
    }

    fn take_ack(&mut self, Ack { kind, id }: Ack) {
        let place = self.sent.iter().position(|sent| sent.id == id);
        match (kind, place) {
            (AckKind::Pubrel, _) => {
                self.unreleased.remove(&id.get());
                self.ack(AckKind::Pubcomp, id);
            }
            (AckKind::Pubrec, Some(at)) => {
                assert_eq!(self.sent[at].qos, Qos::ExactlyOnce);
                self.sent[at].released = true;
                self.ack(AckKind::Pubrel, id);
            }
            (AckKind::Puback | AckKind::Pubcomp, Some(at)) => {
                let sent = self.sent.remove(at);
                assert!(sent.released || sent.qos == Qos::AtLeastOnce);
            }
            (kind, _) => panic!("{kind:?} {id}"),
        }
    }
}
