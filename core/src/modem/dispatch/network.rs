//! The links' side of the machine: connections come and go, packets arrive.

use super::Machine;
use crate::modem::code;
use crate::modem::event::{Event, Received};
use crate::modem::ids::{ConnId, LinkId};
use crate::modem::link::{ANSWER_ROOM, FramingOutcome, Link, TooLarge, publish_len};
use crate::modem::network::{NetError, NetEvent};
use crate::modem::progress::run::Run;
use crate::modem::storage::options::{PUB_MODE, RECV_FORMAT, RECV_MODE, RECV_PROPS};
use crate::modem::wait::Wait;
use crate::mqtt::session::Violation;
use crate::mqtt::{PacketId, SessionEvent};

impl Machine<'_> {
    /// Something happened to a connection. Of one that is over nothing is believed.
    pub(crate) fn handle_net(&mut self, conn: ConnId, event: NetEvent) {
        if self.links.of(conn).is_none() {
            return;
        }
        let id = conn.link;
        let greeting = self.storage.greeting(id);
        let link = self.links.get_mut(id);
        let ended = link.and_then(|link| link.handle_net(self.now, event, greeting.as_ref()));
        if let Some(ended) = ended {
            let was_reset = event == NetEvent::Failed(NetError::Broken);
            let tells = was_reset && self.behaviour.wording.tells_resets;
            return self.link_ended(id, if tells { ended.by_reset() } else { ended });
        }
        self.check_wait();
    }

    /// Sends CONNECT on a transport that waits for it.
    pub(crate) fn connect_opened(&mut self, id: LinkId) {
        let greeting = self.storage.greeting(id);
        let link = self.links.get_mut(id);
        let ended = link.and_then(|link| link.connect_opened(self.now, greeting.as_ref()));
        if let Some(ended) = ended {
            self.link_ended(id, ended);
        }
    }

    /// Bytes from the broker; returns how many were taken.
    pub(crate) fn net_data(&mut self, id: LinkId, bytes: &[u8]) -> usize {
        let (now, mut taken) = (self.now, 0);
        if let Some(link) = self.links.get_mut(id) {
            link.note_received(now);
            Self::pass_time(link, &self.clock, now);
        }
        while let Some(rest) = bytes.get(taken..).filter(|rest| !rest.is_empty()) {
            if !self.net_ready(id) {
                break;
            }
            match self.net_input(id, rest) {
                0 => break,
                count => taken += count,
            }
            // That a message waits is told before what comes behind it.
            if self.notify.indicates() {
                break;
            }
        }
        taken
    }

    /// Whether bytes of a link would be taken now. What belongs to a closed
    /// link is taken and dropped.
    pub(crate) fn net_ready(&self, id: LinkId) -> bool {
        let Some(link) = self.links.get(id) else {
            return true;
        };
        let blocked = link.blocked();
        blocked.is_none_or(|len| self.has_room_for(link, len))
    }

    fn net_input(&mut self, id: LinkId, bytes: &[u8]) -> usize {
        let (now, max) = (self.now, self.max_packet(id));
        let Some(link) = self.links.get_mut(id).filter(|link| link.listens()) else {
            return bytes.len();
        };
        match link.input(bytes, max) {
            FramingOutcome::Taken(count) => count,
            FramingOutcome::Packet(len) => {
                let packet = bytes.get(..len).unwrap_or_default();
                if self.packet(id, packet, None) {
                    return len;
                }
                let link = self.links.get_mut(id);
                link.map_or(0, |link| link.store_packet(packet))
            }
            FramingOutcome::Buffered(count) => {
                self.handle_buffered_packet(id);
                count
            }
            FramingOutcome::Malformed => {
                let ended = link.refuse_bytes(now, Violation::Malformed);
                self.link_ended(id, ended);
                bytes.len()
            }
            FramingOutcome::Exceeded => {
                let ended = link.refuse_bytes(now, Violation::TooLarge);
                self.link_ended(id, ended);
                bytes.len()
            }
        }
    }

    /// The largest packet that is ever taken whole.
    fn max_packet(&self, id: LinkId) -> usize {
        let partial = self.links.get(id).map_or(0, Link::max_partial);
        partial.min(self.notify.max_packet())
    }

    /// Handles the packets that wait in the links' own memory; whether it could one.
    pub(crate) fn handle_buffered_packets(&mut self) -> bool {
        self.links.any(Link::has_partial)
            && self.links.ids().any(|id| self.handle_buffered_packet(id))
    }

    /// Handles the whole packet in a link's own memory; whether it could.
    fn handle_buffered_packet(&mut self, id: LinkId) -> bool {
        let Some(buffered) = self.links.get_mut(id).and_then(Link::take_packet) else {
            return false;
        };
        let done = self.packet(id, buffered.packet(), buffered.too_large());
        if let Some(link) = self.links.get_mut(id) {
            link.put_packet_back(buffered, done);
        }
        done
    }

    /// Handles a whole packet; `false` if there is no room for it now.
    fn packet(&mut self, id: LinkId, packet: &[u8], too_large: Option<TooLarge>) -> bool {
        let (now, mut len) = (self.now, publish_len(packet));
        let Some(link) = self.links.get(id) else {
            return true;
        };
        if len > 0 {
            len += link.session().aliased_len(packet);
        }
        let fits = self.has_room_for(link, len);
        let Some(link) = self.links.get_mut(id) else {
            return true;
        };
        link.set_blocked((!fits).then_some(len));
        if !fits {
            return false;
        }
        match link.handle_packet(now, packet) {
            Ok(SessionEvent::Later) => {
                link.set_blocked(Some(len));
                return false;
            }
            Ok(event) => {
                if self.behaviour.wording.reports_packets {
                    self.report_packet(id, packet);
                }
                self.session_event(id, &event, too_large);
            }
            Err(_) => {
                let ended = link.break_off(now);
                self.link_ended(id, ended);
            }
        }
        true
    }

    /// Whether the answer to a packet and the message of `len` bytes in it fit.
    fn has_room_for(&self, link: &Link, len: usize) -> bool {
        let id = link.id();
        // In words a message takes at most three bytes for each of its own; its properties
        // take more.
        let direct = || {
            !self.storage.is_on(id, RECV_MODE)
                && !self.storage.is_on(id, RECV_PROPS)
                && self.may_report_now()
                && self.out.free() >= len.saturating_mul(3) + ANSWER_ROOM
        };
        let message = match len {
            0 => !self.storage.is_on(id, PUB_MODE) || self.notify.fits_tracked(),
            len if self.notify.is_numbered(id) => {
                self.notify.has_free_place(id, len) && link.session().is_receiving()
            }
            len => (direct() || self.may_store(id, len)) && link.session().is_receiving(),
        };
        message && link.has_answer_room()
    }

    /// Whether a message of `len` bytes can wait for the host.
    fn may_store(&self, id: LinkId, len: usize) -> bool {
        self.notify.fits(len) && self.notify.stored(id) < self.behaviour.limits.waiting
    }

    #[allow(
        clippy::inline_always,
        reason = "called twice; the common one pays for no call"
    )]
    #[inline(always)]
    fn session_event(&mut self, id: LinkId, event: &SessionEvent, too_large: Option<TooLarge>) {
        match event {
            SessionEvent::Message {
                alias: alias @ 1..,
                topic: "",
                ..
            } => self.aliased(id, event, *alias, too_large),
            SessionEvent::Message {
                topic,
                qos,
                id: packet,
                retain,
                properties,
                payload,
                number,
                ..
            } => {
                let message = Received {
                    topic,
                    qos: qos.level(),
                    id: *packet,
                    retain: *retain,
                    properties: *properties,
                    payload,
                    format: self.storage.option(id, RECV_FORMAT),
                };
                self.message(id, &message, too_large, *number);
            }
            SessionEvent::Published {
                id: packet,
                tracked,
                code,
            } => {
                self.acknowledged(id, *packet);
                if let Some(name) = *tracked {
                    self.push_tracked(id, name, *code);
                }
            }
            SessionEvent::Rejected {
                id: packet,
                tracked,
                code,
            } => self.rejected(id, *packet, *tracked, *code),
            SessionEvent::Unreadable { qos, length } => {
                let pushed = self.notify.push_unreadable(id, *qos, *length);
                pushed.unwrap_or_default();
            }
            SessionEvent::Unsubscribed(packet) => self.end_request(id, *packet, Ok(())),
            SessionEvent::Subscribed {
                id: packet,
                granted,
                codes,
            } => self.subscribed(id, *packet, granted.err(), codes),
            event => self.connection_event(id, event),
        }
    }

    /// The broker answered a subscription, and granted some of it or refused all of it.
    #[cold]
    fn subscribed(&mut self, id: LinkId, packet: PacketId, refused: Option<u8>, codes: &[u8]) {
        self.tasks
            .set_granted(Wait::Acknowledged(id, packet), codes);
        match refused {
            None => self.end_request(id, packet, Ok(())),
            Some(code) => self.rejected(id, packet, None, code),
        }
    }

    /// A message came whose topic an alias stands for.
    #[cold]
    fn aliased(
        &mut self,
        id: LinkId,
        event: &SessionEvent,
        alias: u16,
        too_large: Option<TooLarge>,
    ) {
        let Some(topics) = self
            .links
            .get_mut(id)
            .map(|link| link.session_mut().take_topics())
        else {
            return;
        };
        if let Some(named) = topics.topic(alias) {
            let mut event = *event;
            if let SessionEvent::Message { topic, .. } = &mut event {
                *topic = named;
            }
            self.session_event(id, &event, too_large);
        }
        if let Some(link) = self.links.get_mut(id) {
            link.session_mut().put_topics_back(topics);
        }
    }

    /// The broker has a message: on the quick path of each, unlike other waits.
    #[inline]
    fn acknowledged(&mut self, id: LinkId, packet: PacketId) {
        if let Run::Waiting { at, wait, .. } = self.run
            && let Wait::Acknowledged(link, awaited) = wait
            && awaited == packet
            && link == id
        {
            return self.settle(at, Ok(()));
        }
        if self.tasks.any() {
            self.end_task(Wait::Acknowledged(id, packet), Ok(()), code::DONE);
        }
    }

    fn message(
        &mut self,
        id: LinkId,
        message: &Received,
        too_large: Option<TooLarge>,
        number: u32,
    ) {
        if number > 0 && too_large.is_none() {
            // `has_room_for` has seen to it that it fits.
            let pushed = self.notify.push_stored(id, message, number);
            return pushed.unwrap_or_default();
        }
        self.take_over(id, number);
        if self.notify.is_numbered(id) && too_large.is_none() {
            let pushed = self.notify.push_numbered(id, message);
            return pushed.unwrap_or_default();
        }
        let total = too_large.map(|TooLarge(total)| total);
        let Received { topic, qos, .. } = *message;
        let event = match total {
            Some(length) => Event::TooLarge { topic, qos, length },
            None if message.properties.is_empty() => Event::Message(*message),
            None => Event::Message(message.shaped(self.storage.message_form(id))),
        };
        if !self.may_report_now() || !self.report(id, &event) {
            // `has_room_for` has seen to it that one of the two takes it.
            let pushed = self.notify.push_message(id, message, total);
            pushed.unwrap_or_default();
        }
    }

    /// `count` bytes for the broker were written to the network.
    pub(crate) fn net_sent(&mut self, id: LinkId, count: usize) {
        let now = self.now;
        let Some(link) = self.links.get_mut(id) else {
            return;
        };
        Self::pass_time(link, &self.clock, now);
        let is_left = link.handle_sent(now, count);
        self.check_pending();
        self.check_wait();
        if is_left && let Some(link) = self.links.get_mut(id) {
            let ended = link.finish_disconnect(now);
            self.link_ended(id, ended);
        }
    }

    /// Everything of the links whose time has come.
    pub(crate) fn links_timeout(&mut self) {
        let now = self.now;
        for id in self.links.ids() {
            let unread = !self.net_ready(id);
            let link = self.links.get_mut(id);
            if let Some(ended) = link.and_then(|link| link.handle_timeout(now, unread)) {
                self.link_ended(id, ended);
            }
            if let Some(link) = self.links.get_mut(id) {
                link.retry_disk(now);
            }
        }
    }
}
