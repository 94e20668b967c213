//! A message comes.

use super::Incoming;
use super::arrival::{Arrival, Delivery};
use crate::buffer::{Buf, Full};
use crate::mqtt::packet::{Ack, AckKind, Publish};
use crate::mqtt::session::durability::Durability;
use crate::mqtt::session::numbers::Numbers;
use crate::mqtt::{PacketId, Qos};

/// What becomes of a message that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mqtt::session) enum Receipt {
    /// It is to be delivered; its number if it is deferred, else 0.
    New(u32),
    /// It was delivered before.
    Known,
    /// There is no room for it yet: the host or the disk makes some.
    Later,
}

impl Incoming<'_> {
    /// A message came. Acknowledges it unless it is deferred.
    ///
    /// Fails where nothing makes room for it but the broker.
    pub(in crate::mqtt::session) fn on_publish(
        &mut self,
        publish: &Publish<'_>,
        numbers: &mut Numbers,
        out: &mut Buf<'_>,
    ) -> Result<Receipt, Full> {
        let number = match (publish.qos, publish.id) {
            (Qos::AtLeastOnce, Some(id)) if !self.is_deferring() && self.list.is_clear(id) => {
                let kind = AckKind::Puback;
                Ack::encode_plain(kind, id, out).map_err(|_| Full)?;
                0
            }
            (_, Some(id)) if !self.has_place(id, publish.qos)? => return Ok(Receipt::Later),
            (_, Some(id)) => match self.arrive(id, publish, numbers, out)? {
                Some(number) => number,
                None => return Ok(Receipt::Known),
            },
            (_, None) => self.number(numbers)?,
        };
        Ok(Receipt::New(number))
    }

    /// Whether a message of this identifier is remembered or can be.
    fn has_place(&mut self, id: PacketId, qos: Qos) -> Result<bool, Full> {
        if !self.list.is_full() || self.list.place_of(id).is_some() {
            return Ok(true);
        }
        self.list.make_room(qos == Qos::ExactlyOnce)
    }

    /// A message that has to be remembered came; its number if it is to be
    /// delivered: if it is new `[MQTT-4.3.3-2]`, or its content was not here.
    fn arrive(
        &mut self,
        id: PacketId,
        publish: &Publish<'_>,
        numbers: &mut Numbers,
        out: &mut Buf<'_>,
    ) -> Result<Option<u32>, Full> {
        let exactly_once = publish.qos == Qos::ExactlyOnce;
        let place = self.list.place_of(id);
        let Some((place, entry)) = place.and_then(|at| Some((at, self.list.get(at)?))) else {
            return self.first_arrival(id, exactly_once, numbers, out).map(Some);
        };
        let place = self.list.requeue(place);
        // Another QoS: not the same message, whatever became of the one before.
        let same = entry.exactly_once == exactly_once;
        let again = match entry.delivery {
            _ if !same => Some(self.renew(place, id, exactly_once, numbers)?),
            Delivery::Deferred if entry.present => None,
            Delivery::Deferred if publish.dup => Some(entry.number),
            Delivery::Ended if entry.due => None,
            Delivery::Taken => {
                self.acknowledge_again(place, entry);
                None
            }
            Delivery::Deferred | Delivery::Ended => {
                Some(self.renew(place, id, exactly_once, numbers)?)
            }
        };
        self.list.note(place, |entry| {
            entry.seen = true;
            entry.present |= again.is_some() && entry.delivery == Delivery::Deferred;
        });
        self.acknowledge(place, out);
        Ok(again)
    }

    /// The entry at `place` is of a new message; its number.
    fn renew(
        &mut self,
        place: usize,
        id: PacketId,
        exactly_once: bool,
        numbers: &mut Numbers,
    ) -> Result<u32, Full> {
        let number = self.number(numbers)?;
        let new = Arrival::new(id, exactly_once, number);
        self.list.change(place, |entry| {
            let disk = entry.disk;
            *entry = Arrival { disk, ..new };
        });
        Ok(number)
    }

    /// The host has the message at `place` already; the broker asks again.
    fn acknowledge_again(&mut self, place: usize, entry: Arrival) {
        if entry.exactly_once {
            self.list.note(place, |entry| entry.due = true);
        } else {
            self.list.conclude(place);
        }
    }

    fn first_arrival(
        &mut self,
        id: PacketId,
        exactly_once: bool,
        numbers: &mut Numbers,
        out: &mut Buf<'_>,
    ) -> Result<u32, Full> {
        let number = self.number(numbers)?;
        let new = Arrival::new(id, exactly_once, number);
        let place = self.list.insert(new)?;
        self.acknowledge(place, out);
        Ok(number)
    }

    /// The number of a message that comes: 0 if it is not deferred.
    fn number(&mut self, numbers: &mut Numbers) -> Result<u32, Full> {
        if !self.is_deferring() {
            return Ok(0);
        }
        Ok(numbers.take().ok_or(Full)? as u32)
    }
}

impl Arrival {
    /// A message that just came: deferred where it has a number, else the host has it
    /// at once.
    fn new(id: PacketId, exactly_once: bool, number: u32) -> Self {
        let deferred = number > 0;
        Self {
            id,
            exactly_once,
            delivery: match (deferred, exactly_once) {
                (true, _) => Delivery::Deferred,
                (false, true) => Delivery::Taken,
                (false, false) => Delivery::Ended,
            },
            disk: Durability::Same,
            number,
            present: deferred,
            seen: true,
            due: !deferred,
        }
    }
}
