//! What the broker sends.

use super::outgoing::write_ack;
use super::slots::Wait;
use super::{Event, Session, State, Violation};
use crate::mem::Buf;
use crate::mqtt::codec::{Ack, AckKind, Connack, Packet, Publish};
use crate::mqtt::{PacketId, Qos};
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
    ) -> Result<Event<'p>, Violation> {
        if self.state == State::Idle {
            return Ok(Event::Nothing);
        }
        self.keep_alive.received(now);
        let event = self.dispatch(packet, out);
        if event.is_err() {
            self.lost();
        }
        if self.log.is_resending() {
            self.poll_resend(out);
        }
        if self.subscriptions.has_renewals() {
            self.poll_renew(out);
        }
        event
    }

    fn dispatch<'p>(
        &mut self,
        packet: &'p [u8],
        out: &mut Buf<'_>,
    ) -> Result<Event<'p>, Violation> {
        let packet = Packet::decode(packet).map_err(|_| Violation::Malformed)?;
        let connected = self.state == State::Connected;
        match packet {
            Packet::Ack(ack) if connected => self.on_ack(ack, out),
            Packet::Publish(publish) if connected => self.on_publish(publish, out),
            Packet::Suback(suback) if connected => self.on_suback(suback),
            Packet::Pingresp if connected => Ok(Event::Nothing),
            Packet::Connack(connack) if !connected => self.on_connack(connack),
            _ => Err(Violation::Unexpected),
        }
    }

    fn on_connack(&mut self, connack: Connack) -> Result<Event<'static>, Violation> {
        let Connack {
            session_present,
            code,
        } = connack;
        if code != 0 {
            self.lost();
            return Ok(Event::Refused { code });
        }
        if session_present && self.clean {
            return Err(Violation::Unexpected);
        }
        if !session_present {
            self.drop_released();
            self.received.clear();
            self.end_subscriptions();
        }
        self.state = State::Connected;
        self.log.rewind();
        Ok(Event::Connected { session_present })
    }

    fn on_publish<'p>(
        &mut self,
        publish: Publish<'p>,
        out: &mut Buf<'_>,
    ) -> Result<Event<'p>, Violation> {
        let Publish {
            dup,
            qos,
            retain,
            topic,
            id,
            payload,
        } = publish;
        let message = Event::Message {
            topic,
            qos,
            retain,
            dup,
            payload,
        };
        match (qos, id) {
            (Qos::AtLeastOnce, Some(id)) => {
                write_ack(AckKind::Puback, id, out).map_err(|_| Violation::Full)?;
            }
            (Qos::ExactlyOnce, Some(id)) if !self.receive(id, out)? => return Ok(Event::Nothing),
            _ => {}
        }
        Ok(message)
    }

    /// Answers a QoS 2 PUBLISH; whether it is new `[MQTT-4.3.3-2]`.
    fn receive(&mut self, id: PacketId, out: &mut Buf<'_>) -> Result<bool, Violation> {
        let new = !self.received.contains(id);
        if new {
            self.received.insert(id).map_err(|_| Violation::Full)?;
        }
        let written = write_ack(AckKind::Pubrec, id, out);
        if new && written.is_err() {
            // Not delivered, so it must not be taken for delivered later.
            self.received.remove(id);
        }
        written.map_err(|_| Violation::Full)?;
        Ok(new)
    }

    fn on_ack(&mut self, ack: Ack, out: &mut Buf<'_>) -> Result<Event<'static>, Violation> {
        let id = ack.id;
        match ack.kind {
            AckKind::Puback => Ok(self.on_last_ack(id, Wait::Puback)),
            AckKind::Pubcomp => Ok(self.on_last_ack(id, Wait::Pubcomp)),
            AckKind::Pubrec => self.on_pubrec(id, out),
            AckKind::Unsuback => Ok(self.on_unsuback(id)),
            AckKind::Pubrel => {
                // Also for an unknown one: the broker cannot go on without it.
                write_ack(AckKind::Pubcomp, id, out).map_err(|_| Violation::Full)?;
                self.received.remove(id);
                Ok(Event::Nothing)
            }
        }
    }
}
