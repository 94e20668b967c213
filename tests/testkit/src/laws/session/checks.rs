//! What a session writes: packets of a client, allowed by what is durable.

use super::{Bench, LINK};
use mqmodem_core::Slot;
use mqmodem_core::mqtt::packet::{Ack, AckKind, Publish};
use mqmodem_core::mqtt::session::RecordKey;
use mqmodem_core::mqtt::{Frame, Packet, PacketId, Qos, frame};

impl Bench<'_> {
    /// Looks at the packets that were written since the last time.
    pub(super) fn look(&mut self) {
        let new = self.out.as_slice()[self.looked..].to_vec();
        self.looked = self.out.len();
        let mut rest = &new[..];
        while !rest.is_empty() {
            let Frame::Whole { len } = frame(rest) else {
                panic!("no whole packet: {rest:02x?}");
            };
            let packet = Packet::decode(&rest[..len]).expect("a packet");
            self.check(&packet);
            rest = &rest[len..];
        }
    }

    /// What the broker is told now must be so after a power cut, too.
    fn check(&mut self, packet: &Packet<'_>) {
        match packet {
            Packet::Publish(publish) => self.check_publish(publish),
            Packet::Ack(ack) if self.stores && !self.moved => self.check_ack(*ack),
            Packet::Connack(_) | Packet::Suback(_) | Packet::Pingresp => {
                panic!("no client sends {packet}");
            }
            _ => {}
        }
    }

    fn check_publish(&mut self, publish: &Publish<'_>) {
        let Some(id) = publish.id else { return };
        if publish.qos == Qos::ExactlyOnce {
            self.sent.insert(id);
        }
        let stage = self.outgoing(id);
        // With clean session 1 only what was accepted is kept.
        let free = !self.stores || self.moved || (self.clean && stage.is_none());
        assert!(
            free || stage == Some(0),
            "{publish} while the disk has {stage:?}"
        );
    }

    fn check_ack(&mut self, ack: Ack) {
        let id = ack.id;
        let slot = Slot::Session(LINK, RecordKey::Received(id.get()));
        // Stage and whether it is QoS 2; see `unfinished.rs`.
        let entry = self
            .disk
            .durable()
            .get(&slot)
            .map(|it| (it[3] >> 2, it[4] & 1 == 1));
        let allowed = match ack.kind {
            AckKind::Pubrel => !self.sent.contains(&id) || self.outgoing(id) != Some(0),
            _ if self.clean || self.mixed.contains(&id) => true,
            AckKind::Pubrec => {
                self.arrived.remove(&id);
                entry == Some((1, true))
            }
            // The broker may also release what it has no PUBREC for.
            AckKind::Pubcomp => self.arrived.contains(&id) || entry != Some((1, true)),
            AckKind::Puback => !matches!(entry, Some((_, false))),
        };
        assert!(allowed, "{ack} while the disk has {entry:?}");
    }

    /// How far the message of this identifier has come on disk; see `header.rs`.
    fn outgoing(&self, id: PacketId) -> Option<u8> {
        let records = self.disk.durable().iter();
        let mut stages = records.filter_map(|(slot, bytes)| match slot {
            Slot::Session(_, RecordKey::Outgoing(_)) if bytes[6..8] == id.get().to_le_bytes() => {
                Some(bytes[4] >> 2 & 3)
            }
            _ => None,
        });
        stages.next_back()
    }
}
