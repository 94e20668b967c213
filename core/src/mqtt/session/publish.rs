//! A message to the broker is given: sent at once, or by way of the log.

use super::aside::Suspect;
use super::log::Log;
use super::outgoing::NOWHERE;
use super::record::Record;
use super::slots::Wait;
use super::{SendError, Session, WINDOW};
use crate::buffer::Buf;
use crate::mqtt::packet::{EncodeError, Publish};
use crate::mqtt::{PacketId, Qos};

impl Session<'_> {
    /// Sends a message; the identifier that
    /// [`Event::Published`](super::Event::Published) will carry, none
    /// with QoS 0.
    ///
    /// Fails with `NotConnected`, `Invalid` (the topic), `WindowFull` (later) or
    /// `Full` (`out`, or with clean session 0 the memory for messages in flight).
    pub fn publish(
        &mut self,
        topic: &str,
        qos: Qos,
        retain: bool,
        payload: &[u8],
        out: &mut Buf<'_>,
    ) -> Result<Option<PacketId>, SendError> {
        self.check_connected()?;
        let id = match qos {
            Qos::AtMostOnce => None,
            _ => Some(self.publish_id()?),
        };
        let publish = Publish {
            dup: false,
            qos,
            retain,
            topic,
            id,
            payload,
        };
        match id {
            Some(id) if !self.clean && self.journal => self.send_logged(id, &publish, out)?,
            id => self.send_now(id, &publish, out)?,
        }
        Ok(id)
    }

    /// Whether [`publish`](Self::publish) keeps a message of this quality.
    pub fn keeps_messages(&self, qos: Qos) -> bool {
        !self.clean && qos != Qos::AtMostOnce
    }

    pub(super) fn check_connected(&self) -> Result<(), SendError> {
        if self.is_connected() {
            Ok(())
        } else {
            Err(SendError::NotConnected)
        }
    }

    fn publish_id(&self) -> Result<PacketId, SendError> {
        let waits = self.log.is_sending() || self.aside.lone() != Suspect::Nothing;
        if self.slots.publishes() >= WINDOW || waits {
            return Err(SendError::WindowFull);
        }
        self.free_id()
    }

    #[inline]
    pub(super) fn free_id(&self) -> Result<PacketId, SendError> {
        let held = |id| self.aside.holds(id);
        self.slots.free_id(held).ok_or(SendError::WindowFull)
    }

    /// Sends a message that need not be on disk first, or does nothing.
    fn send_now(
        &mut self,
        id: Option<PacketId>,
        publish: &Publish<'_>,
        out: &mut Buf<'_>,
    ) -> Result<(), SendError> {
        let start = out.len();
        publish.encode(out)?;
        let Some(id) = id else { return Ok(()) };
        let place = if self.clean {
            NOWHERE
        } else {
            let packet = out.behind(start).unwrap_or_default();
            self.remember(id, packet)
                .inspect_err(|_| out.truncate(start))?
        };
        self.slots.take(id, first_wait(publish.qos), place);
        Ok(())
    }

    /// Keeps a PUBLISH that is sent until it is acknowledged; its place in the log.
    fn remember(&mut self, id: PacketId, packet: &[u8]) -> Result<u32, SendError> {
        let number = self.number()?;
        let mut record = Record::new(number, Some(id), 0, self.time);
        record.set_sent();
        let place = self.with_room(|log| log.copy(record, packet))?;
        self.log.skip();
        Ok(place)
    }

    /// Sends a message by way of the log, or does nothing.
    fn send_logged(
        &mut self,
        id: PacketId,
        publish: &Publish<'_>,
        out: &mut Buf<'_>,
    ) -> Result<(), SendError> {
        let record = Record::new(self.number()?, Some(id), 0, self.time);
        let place = self.store(record, publish)?;
        let len = self.log.get(place).map_or(0, Record::packet_len);
        if out.free() < len {
            self.log.unstore(place);
            return Err(SendError::Full);
        }
        self.slots.skip(id);
        self.send_log(out);
        Ok(())
    }

    /// A number for a message of the log.
    pub(super) fn number(&mut self) -> Result<u64, SendError> {
        self.numbers.take().ok_or(SendError::Full)
    }

    pub(super) fn store(
        &mut self,
        record: Record,
        publish: &Publish<'_>,
    ) -> Result<u32, SendError> {
        self.with_room(|log| log.store(record, publish))
    }

    /// Puts something into the log; where it is full, once more when it has been
    /// squeezed.
    #[inline]
    fn with_room(
        &mut self,
        put: impl Fn(&mut Log<'_>) -> Result<u32, EncodeError>,
    ) -> Result<u32, SendError> {
        match put(&mut self.log) {
            Err(EncodeError::Full) if self.squeeze() => Ok(put(&mut self.log)?),
            done => Ok(done?),
        }
    }

    fn squeeze(&mut self) -> bool {
        let slots = &mut self.slots;
        self.log.squeeze(|id, at| {
            if let Some(slot) = slots.get_mut(id) {
                slot.at = at;
            }
        })
    }
}

fn first_wait(qos: Qos) -> Wait {
    match qos {
        Qos::ExactlyOnce => Wait::Pubrec,
        _ => Wait::Puback,
    }
}
