//! What the broker sends.

use super::incoming::Receipt;
use super::outgoing::AckOutcome;
use super::{Session, SessionEvent, State, Violation, fingerprint};
use crate::buffer::Buf;
use crate::mqtt::Qos;
use crate::mqtt::packet::{
    Ack, AckKind, Connack, DUP, Packet, Publish, PublishHead, Rules, is_publish,
};
use crate::time::Instant;

impl Session<'_> {
    /// One whole packet came from the broker, as [`frame`](crate::mqtt::frame)
    /// cuts them. Writes the answer the protocol asks for, in the order of the
    /// packets `[MQTT-4.6.0-2]`, `[MQTT-4.6.0-3]`, `[MQTT-4.6.0-4]`; `out` must
    /// have [`ROOM`](super::ROOM) for it. Without a connection nothing happens.
    ///
    /// A [`Violation`] ends the connection: the caller closes the transport.
    pub fn handle<'p>(
        &mut self,
        now: Instant,
        packet: &'p [u8],
        out: &mut Buf<'_>,
    ) -> Result<SessionEvent<'p>, Violation> {
        if self.state == State::Idle {
            return Ok(SessionEvent::Nothing);
        }
        self.keep_alive.received(now);
        let event = match self.dispatch(packet, out) {
            Err(Violation::Malformed) => self.on_malformed(packet, out),
            event => event,
        };
        if event.is_err() {
            self.lost();
        }
        self.poll_send(out);
        event
    }

    #[inline]
    fn dispatch<'p>(
        &mut self,
        packet: &'p [u8],
        out: &mut Buf<'_>,
    ) -> Result<SessionEvent<'p>, Violation> {
        match Ack::decode_plain(packet) {
            Some(ack) if self.state == State::Connected => self.on_ack(ack, out),
            _ => self.dispatch_any(packet, out),
        }
    }

    #[inline(never)]
    fn dispatch_any<'p>(
        &mut self,
        packet: &'p [u8],
        out: &mut Buf<'_>,
    ) -> Result<SessionEvent<'p>, Violation> {
        let packet = Packet::decode_by(self.rules, packet).map_err(|_| Violation::Malformed)?;
        let connected = self.state == State::Connected;
        match packet {
            Packet::Ack(ack) if connected => self.on_ack(ack, out),
            Packet::Publish(publish) if connected => self.on_publish(publish, out),
            Packet::Suback(suback) if connected => self.on_suback(suback),
            Packet::Unsuback(unsuback) if connected => Ok(self.on_unsuback(unsuback.id)),
            Packet::Pingresp if connected => {
                self.acknowledged = true;
                Ok(SessionEvent::Nothing)
            }
            Packet::Connack(connack) if !connected => self.on_connack(connack),
            _ => Err(Violation::Unexpected),
        }
    }

    fn on_connack(&mut self, connack: Connack<'_>) -> Result<SessionEvent<'static>, Violation> {
        let Connack {
            session_present,
            code,
            ..
        } = connack;
        if code != 0 {
            self.lost();
            return Ok(SessionEvent::Refused { code });
        }
        let claimed = session_present && self.clean;
        if claimed && self.rules == Rules::Strict {
            return Err(Violation::Unexpected);
        }
        let session_present = session_present && !claimed;
        self.outgoing.connected(session_present);
        if !session_present {
            self.incoming.end();
            self.end_subscriptions();
        }
        self.state = State::Connected;
        self.recheck_suspect();
        Ok(SessionEvent::Connected { session_present })
    }

    fn on_publish<'p>(
        &mut self,
        publish: Publish<'p>,
        out: &mut Buf<'_>,
    ) -> Result<SessionEvent<'p>, Violation> {
        let receipt = self.incoming.on_publish(&publish, &mut self.numbers, out);
        let number = match receipt.map_err(|_| Violation::Full)? {
            Receipt::New(number) => number,
            Receipt::Known => return Ok(SessionEvent::Nothing),
            Receipt::Later => return Ok(SessionEvent::Later),
        };
        Ok(SessionEvent::Message {
            topic: publish.topic,
            qos: publish.qos,
            retain: publish.retain,
            dup: publish.dup && publish.id.is_some(),
            payload: publish.payload,
            number,
        })
    }

    // Twice, so that the common one pays for nothing that it does not carry.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn on_ack(
        &mut self,
        ack: Ack<'_>,
        out: &mut Buf<'_>,
    ) -> Result<SessionEvent<'static>, Violation> {
        let id = ack.id;
        // PUBREL may answer what was said on an earlier connection.
        self.acknowledged |= ack.kind != AckKind::Pubrel;
        let answer = match ack.kind {
            AckKind::Puback | AckKind::Pubcomp => self.outgoing.on_last_ack(ack),
            AckKind::Pubrec => {
                let answer = self.outgoing.on_pubrec(id, self.clean, out);
                answer.map_err(|_| Violation::Full)?
            }
            AckKind::Pubrel => {
                let answered = self.incoming.on_pubrel(id, out);
                answered.map_err(|_| Violation::Full)?;
                AckOutcome::Nothing
            }
        };
        Ok(match answer {
            AckOutcome::Published { tracked } => SessionEvent::Published { id, tracked },
            AckOutcome::Nothing => SessionEvent::Nothing,
            AckOutcome::Ignored => self.ignore(),
        })
    }

    /// An acknowledgement nobody waits for.
    pub(super) fn ignore(&mut self) -> SessionEvent<'static> {
        self.ignored = self.ignored.saturating_add(1);
        SessionEvent::Nothing
    }

    /// The broker has sent what cannot be read. A PUBLISH that ended so many
    /// connections already is taken for received, since a broker that has the session
    /// would send it for ever.
    #[cold]
    fn on_malformed<'p>(
        &mut self,
        packet: &[u8],
        out: &mut Buf<'_>,
    ) -> Result<SessionEvent<'p>, Violation> {
        let Some((&first, rest)) = packet.split_first().filter(|_| is_publish(packet)) else {
            return Err(Violation::Malformed);
        };
        let may = self.rules != Rules::Strict && self.state == State::Connected;
        let print = fingerprint(rest) ^ u64::from(first & !DUP);
        if !may || !self.outgoing.suspect_packet(print) {
            return Err(Violation::Malformed);
        }
        let head = PublishHead::of(self.version, packet);
        let kind = match Qos::new(head.qos) {
            Some(Qos::AtLeastOnce) => Some(AckKind::Puback),
            Some(Qos::ExactlyOnce) => Some(AckKind::Pubrec),
            _ => None,
        };
        if let (Some(kind), Some(id)) = (kind, head.id(packet)) {
            Ack::encode_plain(kind, id, out).map_err(|_| Violation::Full)?;
        }
        let length = u32::try_from(head.payload(packet.len())).unwrap_or(u32::MAX);
        Ok(SessionEvent::Unreadable {
            qos: head.qos,
            length,
        })
    }
}
