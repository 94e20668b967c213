//! What the broker sends.

use super::disk::Disk;
use super::outgoing::write_ack;
use super::received::{Entry, Stage};
use super::{Event, Session, State, Violation};
use crate::buffer::Buf;
use crate::mqtt::packet::{Ack, AckKind, Connack, Packet, Publish, Rules};
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

    fn dispatch<'p>(
        &mut self,
        packet: &'p [u8],
        out: &mut Buf<'_>,
    ) -> Result<Event<'p>, Violation> {
        let packet = Packet::decode_by(self.rules, packet).map_err(|_| Violation::Malformed)?;
        let connected = self.state == State::Connected;
        match packet {
            Packet::Ack(ack) if connected => self.on_ack(ack, out),
            Packet::Publish(publish) if connected => self.on_publish(publish, out),
            Packet::Suback(suback) if connected => self.on_suback(suback),
            Packet::Pingresp if connected => {
                self.acknowledged = true;
                Ok(Event::Nothing)
            }
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
        let claimed = session_present && self.clean;
        if claimed && self.rules == Rules::Strict {
            return Err(Violation::Unexpected);
        }
        let session_present = session_present && !claimed;
        if !session_present {
            self.drop_released();
            self.received.end();
            self.aside.release_all(self.journal);
            self.end_subscriptions();
        }
        self.state = State::Connected;
        self.log.rewind();
        self.recheck_suspect();
        Ok(Event::Connected { session_present })
    }

    fn on_publish<'p>(
        &mut self,
        publish: Publish<'p>,
        out: &mut Buf<'_>,
    ) -> Result<Event<'p>, Violation> {
        let number = match (publish.qos, publish.id) {
            (Qos::AtLeastOnce, Some(id)) if !self.holding() && self.received.is_clear(id) => {
                write_ack(AckKind::Puback, id, out).map_err(|_| Violation::Full)?;
                0
            }
            (_, Some(id)) if !self.has_place(id, publish.qos)? => return Ok(Event::Later),
            (_, Some(id)) => match self.arrive(id, &publish, out)? {
                Some(number) => number,
                None => return Ok(Event::Nothing),
            },
            (_, None) => self.held_number()?,
        };
        Ok(Event::Message {
            topic: publish.topic,
            qos: publish.qos,
            retain: publish.retain,
            dup: publish.dup && publish.id.is_some(),
            payload: publish.payload,
            number,
        })
    }

    /// Whether a message of this identifier is remembered or can be.
    fn has_place(&mut self, id: PacketId, qos: Qos) -> Result<bool, Violation> {
        if !self.received.is_full() || self.received.place_of(id).is_some() {
            return Ok(true);
        }
        self.received
            .make_room(qos == Qos::ExactlyOnce)
            .map_err(|_| Violation::Full)
    }

    /// A message that has to be remembered came; its number if it is to be
    /// delivered: if it is new `[MQTT-4.3.3-2]`, or its content was not here.
    fn arrive(
        &mut self,
        id: PacketId,
        publish: &Publish<'_>,
        out: &mut Buf<'_>,
    ) -> Result<Option<u32>, Violation> {
        let exactly_once = publish.qos == Qos::ExactlyOnce;
        let place = self.received.place_of(id);
        let Some((place, entry)) = place.and_then(|at| Some((at, self.received.get(at)?))) else {
            return self.first_arrival(id, exactly_once, out).map(Some);
        };
        let place = self.received.requeue(place);
        // Another QoS: not the same message, whatever became of the one before.
        let same = entry.exactly_once == exactly_once;
        let again = match entry.stage {
            _ if !same => Some(self.renew(place, id, exactly_once)?),
            Stage::Held if entry.present => None,
            Stage::Held if publish.dup => Some(entry.number),
            Stage::Ended if entry.owing => None,
            Stage::Taken => {
                self.acknowledge_again(place, entry);
                None
            }
            Stage::Held | Stage::Ended => Some(self.renew(place, id, exactly_once)?),
        };
        self.received.note(place, |entry| {
            entry.seen = true;
            entry.present |= again.is_some() && entry.stage == Stage::Held;
        });
        self.pay(place, out);
        Ok(again)
    }

    /// The entry at `place` is of a new message; its number.
    fn renew(&mut self, place: usize, id: PacketId, exactly_once: bool) -> Result<u32, Violation> {
        let number = self.held_number()?;
        let new = Self::arrival(id, exactly_once, number);
        self.received.change(place, |entry| {
            let disk = entry.disk;
            *entry = Entry { disk, ..new };
        });
        Ok(number)
    }

    /// The host has the message at `place` already; the broker asks again.
    fn acknowledge_again(&mut self, place: usize, entry: Entry) {
        if entry.exactly_once {
            self.received.note(place, |entry| entry.owing = true);
        } else {
            self.received.conclude(place);
        }
    }

    fn first_arrival(
        &mut self,
        id: PacketId,
        exactly_once: bool,
        out: &mut Buf<'_>,
    ) -> Result<u32, Violation> {
        let number = self.held_number()?;
        let new = Self::arrival(id, exactly_once, number);
        let place = self.received.insert(new).map_err(|_| Violation::Full)?;
        self.pay(place, out);
        Ok(number)
    }

    /// The number of a message that comes: 0 if it is not held.
    fn held_number(&mut self) -> Result<u32, Violation> {
        if !self.holding() {
            return Ok(0);
        }
        let number = self.numbers.take().ok_or(Violation::Full)?;
        Ok(number as u32)
    }

    /// Whether a message that comes is held: also behind others that are, since it
    /// is acknowledged after them `[MQTT-4.6.0-2]`, `[MQTT-4.6.0-3]`.
    fn holding(&self) -> bool {
        self.holds || self.received.has_held()
    }

    /// A message that just came: held where it has a number, else the host has it at
    /// once.
    fn arrival(id: PacketId, exactly_once: bool, number: u32) -> Entry {
        let held = number > 0;
        Entry {
            id,
            exactly_once,
            stage: match (held, exactly_once) {
                (true, _) => Stage::Held,
                (false, true) => Stage::Taken,
                (false, false) => Stage::Ended,
            },
            disk: Disk::Same,
            number,
            present: held,
            seen: true,
            owing: !held,
        }
    }

    /// Writes the acknowledgement that is due for the entry at `place`, if it may
    /// be sent and fits; whether none is left over.
    pub(super) fn pay(&mut self, place: usize, out: &mut Buf<'_>) -> bool {
        let Some(entry) = self.received.get(place) else {
            return true;
        };
        if self.received.owed() != Some(place) {
            return true;
        }
        let kind = match (entry.stage, entry.exactly_once) {
            (Stage::Ended, true) => AckKind::Pubcomp,
            (Stage::Ended, false) => AckKind::Puback,
            _ => AckKind::Pubrec,
        };
        if write_ack(kind, entry.id, out).is_err() {
            return false;
        }
        self.received.note(place, |entry| entry.owing = false);
        true
    }

    /// PUBREL: the broker has our PUBREC. An unknown one is answered as well: the
    /// broker cannot go on without it.
    fn on_pubrel(&mut self, id: PacketId, out: &mut Buf<'_>) -> Result<(), Violation> {
        let known = |entry: &Entry| entry.id == id && entry.exactly_once;
        let place = self.received.find(known);
        let stage = place.and_then(|at| Some(self.received.get(at)?.stage));
        let (Some(place), Some(Stage::Taken | Stage::Ended)) = (place, stage) else {
            return write_ack(AckKind::Pubcomp, id, out).map_err(|_| Violation::Full);
        };
        if stage == Some(Stage::Taken) {
            self.received.conclude(place);
        } else {
            self.received.note(place, |entry| entry.owing = true);
        }
        self.pay(place, out);
        Ok(())
    }

    fn on_ack(&mut self, ack: Ack, out: &mut Buf<'_>) -> Result<Event<'static>, Violation> {
        let id = ack.id;
        // PUBREL may answer what was said on an earlier connection.
        self.acknowledged |= ack.kind != AckKind::Pubrel;
        match ack.kind {
            AckKind::Pubcomp if self.is_early(id) => Ok(self.ignore()),
            AckKind::Puback | AckKind::Pubcomp => Ok(self.on_last_ack(ack)),
            AckKind::Pubrec => self.on_pubrec(id, out),
            AckKind::Unsuback => Ok(self.on_unsuback(id)),
            AckKind::Pubrel => self.on_pubrel(id, out).map(|()| Event::Nothing),
        }
    }
}
