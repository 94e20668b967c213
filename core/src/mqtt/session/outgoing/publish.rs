//! A message to the broker is given: sent at once, or by way of the log.

use super::Outgoing;
use super::header::MessageHeader;
use super::ids::{Awaited, NOWHERE};
use super::log::MessageLog;
use super::suspicion::Suspect;
use crate::buffer::Buf;
use crate::mqtt::packet::{EncodeError, Publish};
use crate::mqtt::session::event::SendError;
use crate::mqtt::session::numbers::Numbers;
use crate::mqtt::{PacketId, Qos, Version};

impl Outgoing<'_> {
    /// Sends a message on a connection, with the identifier that is chosen here; none
    /// with QoS 0. With `clean` nothing of it outlives the connection.
    #[inline]
    pub(in crate::mqtt::session) fn publish(
        &mut self,
        mut publish: Publish<'_>,
        clean: bool,
        numbers: &mut Numbers,
        out: &mut Buf<'_>,
    ) -> Result<Option<PacketId>, SendError> {
        self.wire.check(&publish, 0)?;
        let id = match publish.qos {
            Qos::AtMostOnce => None,
            _ => Some(self.publish_id()?),
        };
        publish.id = id;
        match id {
            None => self.wire.write(&publish, out)?,
            Some(id) if clean => {
                self.wire.write(&publish, out)?;
                self.ids.take(id, first_awaited(publish.qos), NOWHERE);
            }
            Some(id) if self.stored => self.send_stored(id, &publish, numbers, out)?,
            Some(id) => self.send_now(id, &publish, numbers, out)?,
        }
        Ok(id)
    }

    #[inline]
    fn publish_id(&self) -> Result<PacketId, SendError> {
        let waits = self.log.is_sending() || self.suspicion.isolated() != Suspect::Nothing;
        if self.ids.publishes() >= self.limit.into() || waits {
            return Err(SendError::WindowFull);
        }
        self.free_id()
    }

    /// Sends a message that need not be on disk first, and stores it until it is
    /// acknowledged; or does nothing.
    #[inline]
    fn send_now(
        &mut self,
        id: PacketId,
        publish: &Publish<'_>,
        numbers: &mut Numbers,
        out: &mut Buf<'_>,
    ) -> Result<(), SendError> {
        let start = out.len();
        self.wire.write(publish, out)?;
        let packet = out.behind(start).unwrap_or_default();
        let place = self
            .remember(id, publish, packet, numbers)
            .inspect_err(|_| out.truncate(start))?;
        self.ids.take(id, first_awaited(publish.qos), place);
        Ok(())
    }

    /// Stores a PUBLISH that was written like this and is sent until it is acknowledged;
    /// its place in the log.
    #[inline]
    fn remember(
        &mut self,
        id: PacketId,
        publish: &Publish<'_>,
        packet: &[u8],
        numbers: &mut Numbers,
    ) -> Result<u32, SendError> {
        let number = numbers.take().ok_or(SendError::Full)?;
        let mut record = MessageHeader::new(number, Some(id), 0, self.time);
        record.set_sent();
        let place = if self.wire.has_aliases() {
            // On another connection no alias stands for its topic.
            self.with_room(|log| log.store(record, publish))?
        } else {
            if self.wire.version() != Version::V311 {
                record = record.with_version(self.wire.version());
            }
            self.with_room(|log| log.copy(record, packet))?
        };
        self.log.skip();
        Ok(place)
    }

    /// Sends a message by way of the log, or does nothing.
    fn send_stored(
        &mut self,
        id: PacketId,
        publish: &Publish<'_>,
        numbers: &mut Numbers,
        out: &mut Buf<'_>,
    ) -> Result<(), SendError> {
        let number = numbers.take().ok_or(SendError::Full)?;
        let record = MessageHeader::new(number, Some(id), 0, self.time);
        let place = self.store(record, publish)?;
        let len = self.log.get(place).map_or(0, MessageHeader::packet_len);
        // In MQTT 5 it may be longer by the length of the properties.
        if out.free() <= len {
            self.log.unstore(place);
            return Err(SendError::Full);
        }
        self.ids.skip(id);
        self.send_log(out);
        Ok(())
    }

    pub(super) fn store(
        &mut self,
        record: MessageHeader,
        publish: &Publish<'_>,
    ) -> Result<u32, SendError> {
        self.with_room(|log| log.store(record, publish))
    }

    /// Puts something into the log; where it is full, once more when it has been
    /// squeezed.
    #[inline]
    fn with_room(
        &mut self,
        put: impl Fn(&mut MessageLog<'_>) -> Result<u32, EncodeError>,
    ) -> Result<u32, SendError> {
        match put(&mut self.log) {
            Err(EncodeError::Full) if self.squeeze() => Ok(put(&mut self.log)?),
            done => Ok(done?),
        }
    }

    fn squeeze(&mut self) -> bool {
        let ids = &mut self.ids;
        self.log.squeeze(|id, at| ids.move_to(id, at))
    }
}

fn first_awaited(qos: Qos) -> Awaited {
    match qos {
        Qos::ExactlyOnce => Awaited::Pubrec,
        _ => Awaited::Puback,
    }
}
