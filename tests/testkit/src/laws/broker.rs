//! A broker that answers everything at once.

use crate::broker::stores;
use crate::packets::{PacketStream, ack, decode_as, encode_as};
use mqmodem_core::mqtt::packet::{Ack, AckKind, Connack, Connect, Publish, Suback, Unsuback};
use mqmodem_core::mqtt::{Packet, Qos, Version};

/// A broker with at most one session.
#[derive(Debug, Default)]
pub(super) struct PoliteBroker {
    stream: PacketStream,
    /// Whether it was asked to store the session.
    stores: bool,
}

impl PoliteBroker {
    /// Another connection begins.
    pub(super) fn reset(&mut self) {
        self.stream.clear();
    }

    /// Takes bytes of the modem and returns the answers.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        self.stream.extend(bytes);
        let mut answers = Vec::new();
        while let Some(bytes) = self.stream.next_packet()? {
            let packet = decode_as(self.stream.version(), &bytes)?;
            answers.extend(self.answer(&packet)?);
        }
        Ok(answers)
    }

    fn answer(&mut self, packet: &Packet<'_>) -> Result<Vec<u8>, String> {
        Ok(match packet {
            Packet::Connect(connect) => self.connack(connect),
            Packet::Publish(publish) => acknowledge(publish),
            Packet::Ack(Ack { kind, id, .. }) => match kind {
                AckKind::Pubrec => ack(AckKind::Pubrel, *id),
                AckKind::Pubrel => ack(AckKind::Pubcomp, *id),
                AckKind::Puback | AckKind::Pubcomp => Vec::new(),
            },
            Packet::Subscribe(subscribe) => {
                self.encode(&Packet::Suback(Suback::new(subscribe.id, &[1])))
            }
            Packet::Unsubscribe(unsubscribe) => {
                let codes: &[u8] = match self.stream.version() {
                    Version::V311 => &[],
                    Version::V5 => &[0],
                };
                self.encode(&Packet::Unsuback(Unsuback::new(unsubscribe.id, codes)))
            }
            Packet::Pingreq => self.encode(&Packet::Pingresp),
            Packet::Disconnect(_) => Vec::new(),
            other => return Err(format!("no client sends {other}")),
        })
    }

    /// It has the session it was asked to store the last time.
    fn connack(&mut self, connect: &Connect<'_>) -> Vec<u8> {
        let had = std::mem::replace(&mut self.stores, stores(connect));
        let present = had && !connect.clean_session;
        self.encode(&Packet::Connack(Connack::new(present, 0)))
    }

    fn encode(&self, packet: &Packet<'_>) -> Vec<u8> {
        encode_as(self.stream.version(), packet)
    }
}

fn acknowledge(publish: &Publish<'_>) -> Vec<u8> {
    let kind = match publish.qos {
        Qos::AtMostOnce => return Vec::new(),
        Qos::AtLeastOnce => AckKind::Puback,
        Qos::ExactlyOnce => AckKind::Pubrec,
    };
    publish.id.map_or(Vec::new(), |id| ack(kind, id))
}
