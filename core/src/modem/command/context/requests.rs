//! Subscribing, unsubscribing and disconnecting.

use super::{Context, quality};
use crate::at::reply::Reply;
use crate::modem::fail::Fail;
use crate::modem::link::Link;
use crate::modem::wait::Wait;
use crate::mqtt::Qos;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::packet::SubscribeOptions;

impl Context<'_, '_> {
    /// Subscribes; done when the broker has granted it.
    pub fn subscribe(&mut self, filter: &str, qos: u32) -> Result<Wait, Fail> {
        self.subscribe_with(filter, SubscribeOptions::new(quality(qos)?))
    }

    /// The same with options, which 3.1.1 does not have.
    pub fn subscribe_with(
        &mut self,
        filter: &str,
        options: SubscribeOptions,
    ) -> Result<Wait, Fail> {
        self.machine.check_taken(self.link, Carrier::Subscribe)?;
        if options != SubscribeOptions::new(options.qos) {
            self.machine.check_version_5(self.link)?;
        }
        let taken = self.machine.properties.taken(Carrier::Subscribe);
        let link = self
            .machine
            .links
            .get_mut(self.link)
            .ok_or(Fail::NOT_ALLOWED)?;
        let packet = link.subscribe(filter, options, taken.unwrap_or_default())?;
        Ok(Wait::Acknowledged(self.link, packet))
    }

    /// Unsubscribes; done when the broker says so.
    pub fn unsubscribe(&mut self, filter: &str) -> Result<Wait, Fail> {
        self.machine.check_taken(self.link, Carrier::Unsubscribe)?;
        let taken = self.machine.properties.taken(Carrier::Unsubscribe);
        let link = self
            .machine
            .links
            .get_mut(self.link)
            .ok_or(Fail::NOT_ALLOWED)?;
        let packet = link.unsubscribe(filter, taken.unwrap_or_default())?;
        Ok(Wait::Acknowledged(self.link, packet))
    }

    /// Says something of every subscription: its filter and granted quality.
    pub fn each_subscription(&mut self, mut write: impl FnMut(&str, Qos, &mut Reply)) {
        let machine = &mut *self.machine;
        let Some(link) = machine.links.get(self.link) else {
            return;
        };
        let style = machine.style();
        machine.answer.write(&mut machine.out, style, |reply| {
            for (filter, qos) in link.session().subscriptions() {
                write(filter, qos, reply);
            }
        });
    }

    /// Disconnects in order.
    pub fn disconnect(&mut self) -> Result<Wait, Fail> {
        self.disconnect_with(false, None)
    }

    /// Disconnects in order, or `with_will` so that the broker publishes the will. How
    /// long it keeps the session, in seconds, can be said again.
    pub fn disconnect_with(
        &mut self,
        with_will: bool,
        session_expiry: Option<u32>,
    ) -> Result<Wait, Fail> {
        self.machine.check_taken(self.link, Carrier::Disconnect)?;
        if session_expiry.is_some() {
            self.machine.check_version_5(self.link)?;
        }
        let link = self.machine.links.get_mut(self.link);
        if !link.is_some_and(Link::may_disconnect) {
            return Err(Fail::NOT_ALLOWED);
        }
        self.machine.disconnect(self.link, None, with_will);
        Ok(Wait::Disconnect(self.link))
    }
}
