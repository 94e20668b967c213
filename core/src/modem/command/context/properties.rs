//! Properties a host gives before the command they are for.

use super::Context;
use crate::at::reply::Reply;
use crate::modem::connect_properties::ConnectProperties;
use crate::modem::fail::Fail;
use crate::modem::headers::Header;
use crate::modem::slot::Slot;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::property::{Property, PropertyValue};

impl Context<'_, '_> {
    /// Gives a property to the next command that takes properties, in place of what it had
    /// unless it may be there more than once.
    pub fn put_property(
        &mut self,
        property: &Property,
        value: PropertyValue<'_>,
    ) -> Result<(), Fail> {
        Ok(self.machine.properties.put(property, value)?)
    }

    /// Gives a header of WebSocket to it.
    pub fn put_header(&mut self, header: Header<'_>) -> Result<(), Fail> {
        Ok(self.machine.properties.put_header(header)?)
    }

    /// Forgets what no command has taken yet.
    pub fn forget_properties(&mut self) {
        self.machine.properties.clear();
    }

    /// The most bytes properties and headers take in all, as they are sent.
    pub fn most_properties(&self) -> usize {
        self.machine.properties.capacity()
    }

    /// Says something of what no command has taken yet.
    pub fn write_properties(&mut self, write: impl FnOnce(ConnectProperties, &mut Reply)) {
        let machine = &mut *self.machine;
        let waiting = machine.properties.waiting();
        let style = machine.profile.style(machine.behaviour.wording.framing);
        machine.answer.write(&mut machine.out, style, |reply| {
            write(waiting, reply);
        });
    }

    /// Keeps what the present command has taken for each connect, or that it is nothing.
    pub(super) fn store_connect_properties(&mut self) -> Result<(), Fail> {
        let machine = &mut *self.machine;
        let slot = Slot::ConnectProperties(self.link);
        let taken = machine.properties.taken_with_headers(Carrier::Connect);
        let taken = taken.ok_or(Fail::INCORRECT)?;
        if taken.is_empty() && !machine.storage.is_stored(slot) {
            return Ok(());
        }
        machine.storage.stage(slot, |record| match taken {
            taken if taken.is_empty() => Ok(()),
            taken => Ok(taken.encode(record)?),
        })
    }
}
