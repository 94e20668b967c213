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

impl Context<'_, '_> {
    /// Says something of the will.
    pub fn write_will(&mut self, write: impl FnOnce(&Received, &mut Reply)) {
        let machine = &mut *self.machine;
        let format = machine.storage.option(self.link, RECV_FORMAT);
        let Some(will) = machine.storage.will(self.link) else {
            return;
        };
        let message = Received {
            topic: will.topic,
            qos: will.qos.level(),
            retain: will.retain,
            payload: will.message,
            format,
        };
        let style = machine.style();
        machine.answer.write(&mut machine.out, style, |reply| {
            write(&message, reply);
        });
    }

    /// Looks whether there is room for a will whose payload, of so many bytes, is still to
    /// come.
    pub fn expect_will(&self, topic: &str, length: usize) -> Result<(), Fail> {
        if self.machine.storage.fits(will::len(topic, length)) {
            Ok(())
        } else {
            Err(Fail::MEMORY_FULL)
        }
    }

    /// Keeps what the broker is to publish if the link is cut, or that it is nothing.
    pub fn store_will(&mut self, will: Option<&Will<'_>>) -> Result<Wait, Fail> {
        self.store_with(Slot::Will, |record| match will {
            Some(will) => Ok(will::encode(will, record)?),
            None => Ok(()),
        })
    }
}
