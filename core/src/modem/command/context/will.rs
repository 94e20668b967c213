//! What the broker publishes if the link is cut.

use super::Context;
use crate::at::reply::Reply;
use crate::modem::event::Received;
use crate::modem::fail::Fail;
use crate::modem::slot::Slot;
use crate::modem::storage::options::RECV_FORMAT;
use crate::modem::wait::Wait;
use crate::modem::will;
use crate::mqtt::Will;
use crate::mqtt::carrier::Carrier;

impl Context<'_, '_> {
    /// Says something of the will and its properties.
    pub fn write_will(&mut self, write: impl FnOnce(&Received, &mut Reply)) {
        let machine = &mut *self.machine;
        let format = machine.storage.option(self.link, RECV_FORMAT);
        let Some(will) = machine.storage.will(self.link) else {
            return;
        };
        let message = Received {
            topic: will.topic,
            qos: will.qos.level(),
            id: None,
            retain: will.retain,
            properties: will.properties,
            payload: will.message,
            format,
        };
        let style = machine.profile.style(machine.behaviour.wording.framing);
        machine.answer.write(&mut machine.out, style, |reply| {
            write(&message, reply);
        });
    }

    /// Looks whether there is room for a will whose payload, of so many bytes, is still to
    /// come.
    pub fn expect_will(&self, topic: &str, length: usize) -> Result<(), Fail> {
        let taken = self.machine.properties.taken(Carrier::Will);
        let len = will::len(topic, taken.ok_or(Fail::INCORRECT)?, length);
        if self.machine.storage.fits(len) && self.can_send(len) {
            Ok(())
        } else {
            Err(Fail::MEMORY_FULL)
        }
    }

    fn will_len(&self, will: &Will<'_>) -> usize {
        let taken = self.machine.properties.taken(Carrier::Will);
        will::len(will.topic, taken.unwrap_or_default(), will.message.len())
    }

    /// Whether a CONNECT with a will of so many bytes could be sent at all.
    fn can_send(&self, len: usize) -> bool {
        let link = self.machine.links.get(self.link);
        link.is_some_and(|link| len <= link.most_sent())
    }

    /// Keeps what the broker is to publish if the link is cut, with the properties given
    /// before; or that it is nothing.
    pub fn store_will(&mut self, will: Option<&Will<'_>>) -> Result<Wait, Fail> {
        if !self.can_send(will.map_or(0, |will| self.will_len(will))) {
            return Err(Fail::MEMORY_FULL);
        }
        let machine = &mut *self.machine;
        let taken = machine.properties.taken(Carrier::Will);
        let properties = taken.ok_or(Fail::INCORRECT)?;
        let slot = Slot::Will(self.link);
        machine.storage.stage(slot, |record| match will {
            Some(&will) => will::encode(&Will { properties, ..will }, record),
            None => Ok(()),
        })?;
        Ok(Wait::Stored(self.link))
    }
}
