//! Subscribing, unsubscribing and disconnecting.

use super::{Context, quality};
use crate::at::reply::Reply;
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;
use crate::mqtt::Qos;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::packet::SubscribeOptions;
use crate::mqtt::property::{PropertyValue, SESSION_EXPIRY};
use crate::mqtt::reason;
use core::time::Duration;

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
        self.subscribe_all(&[(filter, options)])
    }

    /// Subscribes to several filters by one packet, at most
    /// [`MOST_FILTERS`](crate::mqtt::session::MOST_FILTERS).
    pub fn subscribe_all(&mut self, requests: &[(&str, SubscribeOptions)]) -> Result<Wait, Fail> {
        let taken = self.machine.properties.taken(Carrier::Subscribe);
        let link = self
            .machine
            .links
            .get_mut(self.link)
            .ok_or(Fail::NOT_ALLOWED)?;
        let packet = link.subscribe(requests, taken.unwrap_or_default())?;
        Ok(Wait::Acknowledged(self.link, packet))
    }

    /// Subscribes to a filter that is neither shown nor asked for again.
    pub fn subscribe_unlisted(&mut self, filter: &str, qos: u32) -> Result<Wait, Fail> {
        let link = self.machine.links.get_mut(self.link);
        let link = link.ok_or(Fail::NOT_ALLOWED)?;
        let packet = link.subscribe_unlisted(filter, quality(qos)?)?;
        Ok(Wait::Acknowledged(self.link, packet))
    }

    /// Unsubscribes; done when the broker says so.
    pub fn unsubscribe(&mut self, filter: &str) -> Result<Wait, Fail> {
        self.unsubscribe_all(&[filter])
    }

    /// The same of several filters by one packet, at most
    /// [`MOST_FILTERS`](crate::mqtt::session::MOST_FILTERS).
    pub fn unsubscribe_all(&mut self, filters: &[&str]) -> Result<Wait, Fail> {
        self.machine.check_taken(self.link, Carrier::Unsubscribe)?;
        let taken = self.machine.properties.taken(Carrier::Unsubscribe);
        let link = self
            .machine
            .links
            .get_mut(self.link)
            .ok_or(Fail::NOT_ALLOWED)?;
        let packet = link.unsubscribe(filters, taken.unwrap_or_default())?;
        Ok(Wait::Acknowledged(self.link, packet))
    }

    /// What comes of the present command is told as an event, the gap of the dialect later.
    pub fn delay_events(&mut self) {
        let machine = &mut *self.machine;
        let gap = Duration::from_millis(machine.behaviour.gap.into());
        if !gap.is_zero() {
            machine.notify.delay(machine.now + gap);
        }
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

    /// Says something of every filter that the broker has not answered yet, and whether that
    /// is still of interest: no command has waited for it in vain.
    pub fn each_asked(&mut self, mut write: impl FnMut(&str, bool, &mut Reply)) {
        let machine = &mut *self.machine;
        let style = machine.style();
        if let Some(link) = machine.links.get(self.link) {
            machine.answer.write(&mut machine.out, style, |reply| {
                for (filter, is_of_interest) in link.session().asked_filters() {
                    write(filter, is_of_interest, reply);
                }
            });
        }
    }

    /// Disconnects in order.
    pub fn disconnect(&mut self) -> Result<Wait, Fail> {
        self.disconnect_with(reason::SUCCESS, None)
    }

    /// Disconnects with a reason code of MQTT 5; by [`WITH_WILL`](reason::WITH_WILL) the
    /// broker publishes the will, in 3.1.1 too. How long it keeps the session, in seconds,
    /// can be said again, which 3.1.1 does not have.
    pub fn disconnect_with(&mut self, code: u8, session_expiry: Option<u32>) -> Result<Wait, Fail> {
        self.machine.check_taken(self.link, Carrier::Disconnect)?;
        if let Some(seconds) = session_expiry {
            self.check_session_expiry(seconds)?;
            let properties = &mut self.machine.properties;
            properties.lead(&SESSION_EXPIRY, PropertyValue::Four(seconds))?;
        }
        self.machine.disconnect_with(self.link, code)?;
        Ok(Wait::Disconnect(self.link))
    }

    /// Whether the broker can be told this: not above 0 where CONNECT said 0 (clause
    /// 3.14.2.2.2).
    fn check_session_expiry(&self, seconds: u32) -> Result<(), Fail> {
        self.machine.check_version_5(self.link)?;
        let link = self.machine.links.get(self.link);
        let link = link.filter(|link| link.is_online());
        let had_none = link.is_some_and(|link| link.session().asked_expiry() == 0);
        if seconds > 0 && had_none {
            return Err(Fail::INCORRECT);
        }
        Ok(())
    }
}
