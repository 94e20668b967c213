//! Messages of the host: sent, or accepted for later.

use super::code;
use super::command::context::Context;
use super::ids::LinkId;
use super::link::{Link, Phase};
use super::machine::{Machine, Run};
use super::storage::options::{PUB_MODE, QUEUE, QUEUE_FULL, QUEUE_QOS0};
use super::table::{Fail, Wait};
use crate::mqtt::packet::Publish;
use crate::mqtt::session::{Accepted, Backlog, Known, Promise};
use crate::mqtt::{PacketId, Qos};

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
    fn publish(&self) -> Publish<'m> {
        Publish {
            dup: false,
            qos: self.qos,
            retain: self.retain,
            topic: self.topic,
            id: None,
            payload: self.payload,
        }
    }
}

impl Context<'_, '_> {
    /// Publishes a message. Done when the broker has it (QoS 1 and 2) or the
    /// network (QoS 0); with `pubmode` 1, or while it has to wait in the queue,
    /// when it is accepted. One whose identifier is known is not sent again.
    pub fn publish(&mut self, message: &Message<'_>) -> Result<Wait, Fail> {
        let online = self.is_connected();
        let machine = &mut *self.machine;
        if machine.owed.any() {
            return match message.qos {
                Qos::AtMostOnce if online => machine.send(self.link, message),
                _ => Err(Fail::Plain),
            };
        }
        // QoS 0 says of itself that it may be lost or come twice.
        let named = message.id != 0 && message.qos != Qos::AtMostOnce;
        // What is known counts for the broker that is set.
        if !online && (named || machine.queues(message.qos)) {
            machine.meet(self.link);
        }
        if named && let Some(known) = machine.known(self.link, message.id) {
            return machine.repeat(known, message.id);
        }
        if !online {
            return machine.queue(self.link, message);
        }
        if named || machine.tracks(message.qos) {
            let accepted = machine.accept(self.link, message)?;
            return Ok(machine.wait_for(accepted));
        }
        let link = machine.link_mut(self.link).ok_or(Fail::NOT_ALLOWED)?;
        if link.session.has_backlog() && machine.queues(message.qos) {
            let accepted = machine.accept(self.link, message)?;
            return Ok(Wait::Accepted(accepted.number, None));
        }
        machine.send(self.link, message)
    }

    /// Drops the message of this name, or all that wait where it is 0. Done when
    /// nothing of them is on disk; of all, also nothing of those acknowledged before.
    pub fn drop_messages(&mut self, name: u32) -> Result<Wait, Fail> {
        let link = self.machine.link_mut(self.link).ok_or(Fail::NOT_ALLOWED)?;
        let wait = if name == 0 {
            link.session.drop_messages();
            Wait::Emptied
        } else {
            link.session.drop_message(name)?;
            Wait::Dropped
        };
        link.session.poll_send(&mut link.net_out);
        self.machine.tell_dropped(self.link);
        Ok(wait)
    }

    /// The messages that are on their way.
    pub fn backlog(&self) -> Backlog {
        let [link] = &self.machine.links;
        link.session.backlog()
    }
}

impl Machine<'_> {
    /// Whether the host wants to know later what becomes of a message.
    fn tracks(&self, qos: Qos) -> bool {
        self.storage.is_on(LinkId(0), PUB_MODE) && qos != Qos::AtMostOnce
    }

    fn known(&self, id: LinkId, name: u32) -> Option<Known> {
        let link = self.links.get(usize::from(id.0))?;
        link.session.known(name)
    }

    /// Whether messages of this quality wait where they cannot be sent.
    fn queues(&self, qos: Qos) -> bool {
        let taken = qos != Qos::AtMostOnce || self.storage.is_on(LinkId(0), QUEUE_QOS0);
        taken && self.storage.option(LinkId(0), QUEUE) > 0
    }

    /// The host gives a message again that is known.
    fn repeat(&mut self, known: Known, name: u32) -> Result<Wait, Fail> {
        let [link] = &self.links;
        let tracked = self.storage.is_on(LinkId(0), PUB_MODE);
        let online = link.phase == Phase::Online;
        match known {
            // OK would mean that the broker has it, or that it waits in the queue.
            Known::Waiting(accepted)
                if tracked || online || self.storage.option(LinkId(0), QUEUE) > 0 =>
            {
                if tracked {
                    let [link] = &mut self.links;
                    link.session.track(accepted.number);
                }
                Ok(self.wait_for(accepted))
            }
            Known::Waiting(_) => Err(Fail::NOT_ALLOWED),
            Known::Delivered => {
                if tracked {
                    self.push_tracked(name, code::DONE);
                }
                Ok(Wait::Accepted(0, tracked.then_some(name)))
            }
        }
    }

    /// What OK waits for after a message was accepted.
    fn wait_for(&self, accepted: Accepted) -> Wait {
        let [link] = &self.links;
        // QoS 0 has no identifier and is not tracked.
        let tracked = self.storage.is_on(LinkId(0), PUB_MODE) && accepted.id.is_some();
        match accepted.id {
            Some(id) if !tracked && link.phase == Phase::Online => Wait::Acknowledged(id),
            _ => Wait::Accepted(accepted.number, tracked.then_some(accepted.name)),
        }
    }

    /// Sends a message to the network.
    #[inline]
    fn send(&mut self, id: LinkId, message: &Message<'_>) -> Result<Wait, Fail> {
        self.tell_time(id, message.qos);
        let link = self.link_mut(id).ok_or(Fail::NOT_ALLOWED)?;
        let Message {
            topic,
            qos,
            retain,
            payload,
            ..
        } = *message;
        let out = &mut link.net_out;
        let id = link.session.publish(topic, qos, retain, payload, out)?;
        Ok(id.map_or(Wait::Written(link.queued()), Wait::Acknowledged))
    }

    /// Tells the session the time, where it keeps messages of this quality.
    fn tell_time(&mut self, id: LinkId, qos: Qos) {
        let [link] = &self.links;
        if link.id == id && link.session.keeps_messages(qos) {
            let time = self.clock.machine(self.now);
            let [link] = &mut self.links;
            link.session.set_time(time);
        }
    }

    /// Accepts a message while there is no connection.
    fn queue(&mut self, id: LinkId, message: &Message<'_>) -> Result<Wait, Fail> {
        if !self.queues(message.qos) || !self.meet(id) {
            return Err(Fail::NOT_ALLOWED);
        }
        let accepted = self.accept(id, message)?;
        Ok(self.wait_for(accepted))
    }

    fn accept(&mut self, id: LinkId, message: &Message<'_>) -> Result<Accepted, Fail> {
        let [link] = &self.links;
        // The queue is for messages that have to wait.
        let limit = match self.storage.option(LinkId(0), QUEUE) {
            _ if link.phase == Phase::Online => usize::MAX,
            0 => usize::MAX,
            bytes => bytes as usize,
        };
        let promise = Promise {
            tracked: self.tracks(message.qos),
            host_id: match message.qos {
                Qos::AtMostOnce => 0,
                _ => message.id,
            },
            limit,
            drop_oldest: self.storage.is_on(LinkId(0), QUEUE_FULL),
        };
        let time = self.clock.machine(self.now);
        let link = self.link_mut(id).ok_or(Fail::NOT_ALLOWED)?;
        link.session.set_time(time);
        let publish = message.publish();
        let accepted = link.session.accept(&publish, promise, &mut link.net_out)?;
        self.tell_dropped(id);
        Ok(accepted)
    }

    /// Makes the session that of the broker that is set; whether there is one.
    fn meet(&mut self, id: LinkId) -> bool {
        let settings = self.storage.settings(id);
        let link = self.links.get_mut(usize::from(id.0));
        let (Some(settings), Some(link)) = (settings, link) else {
            return false;
        };
        if matches!(link.phase, Phase::Closed | Phase::Opening { .. }) {
            link.meet(&settings);
        }
        true
    }

    /// Tells what became of a message.
    pub(super) fn push_tracked(&mut self, name: u32, code: u8) {
        self.inbox.push_tracked(name, code).unwrap_or_default();
    }

    /// Tells of messages that will not be sent any more, as far as there is room to
    /// tell; the session keeps the rest until there is. One the host still waits for
    /// is told by the error it gets.
    pub(super) fn tell_dropped(&mut self, id: LinkId) {
        let awaited = match self.run {
            Run::Waiting {
                wait: Wait::Acknowledged(id),
                ..
            } => Some(id),
            // Then all of it is told together.
            Run::Waiting {
                wait: Wait::Dropped | Wait::Emptied,
                ..
            } if self.is_dropping(id) => return,
            _ => None,
        };
        let mut count = 0;
        while self.inbox.fits_tracked()
            && let Some(dropped) = self.link_mut(id).and_then(poll_dropped)
        {
            match dropped.tracked {
                Some(name) => self.push_tracked(name, code::of_dropped(dropped.reason)),
                None if awaited.is_some() && dropped.id == awaited => {}
                None => count += 1,
            }
        }
        if count > 0 {
            self.inbox.push_dropped(count).unwrap_or_default();
        }
    }

    /// Whether the disk still has something of what was dropped.
    fn is_dropping(&self, id: LinkId) -> bool {
        let link = self.links.get(usize::from(id.0));
        link.is_some_and(|link| link.session.is_dropping())
    }

    /// A request of the host is answered. That a subscription was granted is said
    /// once it is on disk, where sessions are kept there.
    pub(super) fn end_request(&mut self, id: PacketId, result: Result<(), Fail>) {
        let [link] = &self.links;
        let kept = link.session.keeps_subscriptions();
        if let Run::Waiting { wait, deadline, .. } = &mut self.run
            && *wait == Wait::Acknowledged(id)
            && result.is_ok()
            && !kept
        {
            (*wait, *deadline) = (Wait::Stored, None);
            return;
        }
        self.complete(Wait::Acknowledged(id), result);
    }
}

fn poll_dropped(link: &mut Link<'_>) -> Option<crate::mqtt::session::Dropped> {
    link.session.poll_dropped()
}
