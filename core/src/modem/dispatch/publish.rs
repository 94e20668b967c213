//! Messages of the host: sent, or accepted for later.

use super::Machine;
use crate::modem::code;
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::link::Sent;
use crate::modem::storage::options::{PUB_MODE, QUEUE, QUEUE_FULL, QUEUE_QOS0};
use crate::modem::wait::Wait;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::packet::Publish;
use crate::mqtt::session::{Acceptance, Accepted, IdStatus};
use crate::mqtt::{Properties, Qos, Version};

/// A message of the host.
#[derive(Clone, Copy, Debug)]
pub struct Message<'m> {
    /// Its topic.
    pub topic: &'m str,
    /// How surely it is to be delivered.
    pub qos: Qos,
    /// Whether the broker is to keep it.
    pub retain: bool,
    /// Any bytes.
    pub payload: &'m [u8],
    /// What the host knows it by, 0 if it does not say.
    pub id: u32,
}

impl<'m> Message<'m> {
    /// Whether the host can ask for it again: QoS 0 says of itself that it may be lost or
    /// come twice.
    #[inline]
    pub(crate) fn is_named(&self) -> bool {
        self.id != 0 && self.qos != Qos::AtMostOnce
    }

    fn publish(&self, properties: Properties<'m>) -> Publish<'m> {
        Publish {
            dup: false,
            qos: self.qos,
            retain: self.retain,
            topic: self.topic,
            id: None,
            properties,
            payload: self.payload,
        }
    }
}

impl Machine<'_> {
    /// Whether the host wants to know later what becomes of a message.
    pub(crate) fn tracks(&self, id: LinkId, qos: Qos) -> bool {
        self.storage.is_on(id, PUB_MODE) && qos != Qos::AtMostOnce
    }

    pub(crate) fn known(&self, id: LinkId, name: u32) -> Option<IdStatus> {
        self.links.get(id)?.session().known(name)
    }

    pub(crate) fn has_backlog(&self, id: LinkId) -> bool {
        let link = self.links.get(id);
        link.is_some_and(|link| link.session().has_backlog())
    }

    fn is_online(&self, id: LinkId) -> bool {
        self.links.get(id).is_some_and(super::Link::is_online)
    }

    /// Whether messages of this quality wait where they cannot be sent.
    pub(crate) fn queues(&self, id: LinkId, qos: Qos) -> bool {
        let taken = qos != Qos::AtMostOnce || self.storage.is_on(id, QUEUE_QOS0);
        taken && self.storage.option(id, QUEUE) > 0
    }

    /// The host gives a message again that is known.
    pub(crate) fn repeat(&mut self, id: LinkId, known: IdStatus, name: u32) -> Result<Wait, Fail> {
        let tracked = self.storage.is_on(id, PUB_MODE);
        let waits = tracked || self.is_online(id) || self.storage.option(id, QUEUE) > 0;
        match known {
            // OK would mean that the broker has it, or that it waits in the queue.
            IdStatus::Waiting(accepted) if waits => {
                if tracked && let Some(link) = self.links.get_mut(id) {
                    link.session_mut().track(accepted.number);
                }
                Ok(self.wait_for(id, accepted))
            }
            IdStatus::Waiting(_) => Err(Fail::NOT_ALLOWED),
            IdStatus::Delivered => {
                if tracked {
                    self.push_tracked(id, name, code::DONE);
                }
                Ok(Wait::Accepted(id, 0, tracked.then_some(name)))
            }
        }
    }

    /// What OK waits for after a message was accepted.
    pub(crate) fn wait_for(&self, id: LinkId, accepted: Accepted) -> Wait {
        // QoS 0 has no identifier and is not tracked.
        let tracked = self.storage.is_on(id, PUB_MODE) && accepted.id.is_some();
        match accepted.id {
            Some(packet) if !tracked && self.is_online(id) => Wait::Acknowledged(id, packet),
            _ => Wait::Accepted(id, accepted.number, tracked.then_some(accepted.name)),
        }
    }

    /// Whether `carrier` may have what the present command has taken, and the connection
    /// of a link, where there is one, has properties.
    #[inline]
    pub(crate) fn check_taken(&self, id: LinkId, carrier: Carrier) -> Result<(), Fail> {
        let taken = self.properties.taken(carrier).ok_or(Fail::INCORRECT)?;
        if taken.is_empty() {
            return Ok(());
        }
        self.check_version_5(id)
    }

    /// Refuses what a connection of 3.1.1 has not.
    #[cold]
    pub(crate) fn check_version_5(&self, id: LinkId) -> Result<(), Fail> {
        let link = self.links.get(id).filter(|link| link.is_online());
        match link.map(|link| link.session().version()) {
            Some(Version::V311) => Err(Fail::NO_SUCH_FORM),
            Some(Version::V5) | None => Ok(()),
        }
    }

    /// Sends a message to the network.
    #[allow(
        clippy::inline_always,
        reason = "called twice; the common one pays for no call"
    )]
    #[inline(always)]
    pub(crate) fn send(&mut self, id: LinkId, message: &Message<'_>) -> Result<Wait, Fail> {
        let link = self.links.get_mut(id).ok_or(Fail::NOT_ALLOWED)?;
        if link.session().stores_messages(message.qos) {
            let time = self.clock.machine(self.now);
            link.session_mut().set_time(time);
        }
        let taken = self.properties.taken(Carrier::Publish);
        let publish = message.publish(taken.unwrap_or_default());
        Ok(match link.publish(publish)? {
            Sent::Packet(packet) => Wait::Acknowledged(id, packet),
            Sent::Bytes(count) => Wait::Written(id, count),
        })
    }

    /// Accepts a message while there is no connection.
    pub(crate) fn queue(&mut self, id: LinkId, message: &Message<'_>) -> Result<Wait, Fail> {
        if !self.queues(id, message.qos) || !self.prepare_session(id) {
            return Err(Fail::NOT_ALLOWED);
        }
        let accepted = self.accept(id, message)?;
        Ok(self.wait_for(id, accepted))
    }

    pub(crate) fn accept(&mut self, id: LinkId, message: &Message<'_>) -> Result<Accepted, Fail> {
        let acceptance = self.acceptance(id, message);
        let time = self.clock.machine(self.now);
        let link = self.links.get_mut(id).ok_or(Fail::NOT_ALLOWED)?;
        link.session_mut().set_time(time);
        let taken = self.properties.taken(Carrier::Publish);
        let publish = message.publish(taken.unwrap_or_default());
        let accepted = link.accept(&publish, acceptance)?;
        self.report_dropped(id);
        Ok(accepted)
    }

    /// How a message is accepted.
    fn acceptance(&self, id: LinkId, message: &Message<'_>) -> Acceptance {
        // The queue is for messages that have to wait.
        let limit = match self.storage.option(id, QUEUE) {
            _ if self.is_online(id) => usize::MAX,
            0 => usize::MAX,
            bytes => bytes as usize,
        };
        Acceptance {
            tracked: self.tracks(id, message.qos),
            host_id: match message.qos {
                Qos::AtMostOnce => 0,
                _ => message.id,
            },
            limit,
            // Not while that may be one whose line is not answered.
            drop_oldest: self.storage.is_on(id, QUEUE_FULL) && !self.pending.any(),
        }
    }

    /// Whether a message could be published now, with so many bytes of payload that are
    /// still to come: where it would go, and that there is room.
    pub(crate) fn check_publish(
        &mut self,
        id: LinkId,
        message: &Message<'_>,
        length: usize,
    ) -> Result<(), Fail> {
        let online = self.is_online(id);
        if !online && (!self.queues(id, message.qos) || !self.prepare_session(id)) {
            return Err(Fail::NOT_ALLOWED);
        }
        let acceptance = self.acceptance(id, message);
        let link = self.links.get_mut(id).ok_or(Fail::NOT_ALLOWED)?;
        let stored = !online
            || acceptance.host_id > 0
            || acceptance.tracked
            || link.session().stores_messages(message.qos);
        let acceptance = stored.then_some(acceptance);
        let taken = self.properties.taken(Carrier::Publish);
        let publish = message.publish(taken.unwrap_or_default());
        link.check(&publish, length)?;
        if link.has_room(&publish, length, acceptance) {
            Ok(())
        } else {
            Err(Fail::MEMORY_FULL)
        }
    }

    /// Makes the session that of the broker that is set; whether there is one.
    pub(crate) fn prepare_session(&mut self, id: LinkId) -> bool {
        let settings = self.storage.settings(id);
        let link = self.links.get_mut(id);
        let (Some(settings), Some(link)) = (settings, link) else {
            return false;
        };
        link.prepare_session(&settings);
        true
    }
}
