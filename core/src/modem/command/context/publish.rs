//! Messages of the host.

use super::Context;
use crate::modem::dispatch::publish::Message;
use crate::modem::fail::Fail;
use crate::modem::link::Link;
use crate::modem::wait::Wait;
use crate::mqtt::Qos;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::session::Backlog;

impl Context<'_, '_> {
    /// Publishes a message. Done when the broker has it (QoS 1 and 2) or the
    /// network (QoS 0); with `pubmode` 1, or while it has to wait in the queue,
    /// when it is accepted. One whose identifier is known is not sent again.
    pub fn publish(&mut self, message: &Message<'_>) -> Result<Wait, Fail> {
        let online = self.is_connected();
        let (id, machine) = (self.link, &mut *self.machine);
        machine.check_taken(id, Carrier::Publish)?;
        if machine.pending.any() {
            return self.publish_behind(message, online);
        }
        let named = message.is_named();
        // What is known counts for the broker that is set.
        if !online && (named || machine.queues(id, message.qos)) {
            machine.prepare_session(id);
        }
        if named && let Some(known) = machine.known(id, message.id) {
            return machine.repeat(id, known, message.id);
        }
        if !online {
            return machine.queue(id, message);
        }
        if named || machine.tracks(id, message.qos) {
            let accepted = machine.accept(id, message)?;
            return Ok(machine.wait_for(id, accepted));
        }
        if machine.has_backlog(id) && machine.queues(id, message.qos) {
            let accepted = machine.accept(id, message)?;
            return Ok(Wait::Accepted(id, accepted.number, None));
        }
        machine.send(id, message)
    }

    /// Publishes a message behind others that are not answered yet. One that cannot wait
    /// beside them fails without a trace: its turn comes when they are answered.
    #[cold]
    fn publish_behind(&mut self, message: &Message<'_>, online: bool) -> Result<Wait, Fail> {
        let (id, machine) = (self.link, &mut *self.machine);
        if !machine.pending.is_accepting() {
            return match message.qos {
                Qos::AtMostOnce if online => machine.send(id, message),
                _ => Err(Fail::Plain),
            };
        }
        let accepts = if online {
            machine.tracks(id, message.qos)
        } else {
            machine.queues(id, message.qos)
        };
        if !accepts || (message.is_named() && machine.known(id, message.id).is_some()) {
            return Err(Fail::Plain);
        }
        let accepted = machine.accept(id, message)?;
        Ok(machine.wait_for(id, accepted))
    }

    /// Looks whether a message could be published whose payload, of so many bytes, is still
    /// to come. One whose identifier is known is not sent again: then there is something
    /// to wait for, and the payload is not wanted.
    pub fn expect_publish(
        &mut self,
        message: &Message<'_>,
        length: usize,
    ) -> Result<Option<Wait>, Fail> {
        let online = self.is_connected();
        let (id, machine) = (self.link, &mut *self.machine);
        machine.check_taken(id, Carrier::Publish)?;
        if message.is_named() {
            if !online {
                machine.prepare_session(id);
            }
            if let Some(known) = machine.known(id, message.id) {
                return machine.repeat(id, known, message.id).map(Some);
            }
        }
        machine.check_publish(id, message, length).map(|()| None)
    }

    /// The most bytes of payload a message may have that is given as raw bytes.
    pub fn most_published(&self) -> usize {
        let link = self.machine.links.get(self.link);
        let sent = link.map_or(0, Link::most_sent);
        sent.min(self.most_asked())
    }

    /// The most the option `queue` may be set to.
    pub fn most_queued(&self) -> u32 {
        const USUAL: usize = 256 * 1024;
        let link = self.machine.links.get(self.link);
        let holds = link.map_or(0, |link| link.session().most_stored());
        u32::try_from(holds.max(USUAL)).unwrap_or(u32::MAX)
    }

    /// Drops the message of this name, or all that wait where it is 0. Done when
    /// nothing of them is on disk; of all, also nothing of those acknowledged before.
    pub fn drop_messages(&mut self, name: u32) -> Result<Wait, Fail> {
        let id = self.link;
        let link = self.machine.links.get_mut(id).ok_or(Fail::NOT_ALLOWED)?;
        let wait = if name == 0 {
            link.drop_messages();
            Wait::Emptied(id)
        } else {
            link.drop_message(name)?;
            Wait::Dropped(id)
        };
        self.machine.report_dropped(id);
        Ok(wait)
    }

    /// The messages that are on their way.
    pub fn backlog(&self) -> Backlog {
        let link = self.machine.links.get(self.link);
        link.map_or_else(Backlog::default, |link| link.session().backlog())
    }
}
