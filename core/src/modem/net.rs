//! The links' side of the machine: transports come and go, packets arrive.

use super::code;
use super::event::Event;
use super::failure::Failure;
use super::ids::{ConnId, LinkId};
use super::link::{ANSWER_ROOM, Input, Link, Phase, TooLarge, publish_len};
use super::machine::Machine;
use super::network::{NetError, NetEvent};
use super::notify::queue;
use super::storage::options::{KEEP_ALIVE_RETRIES, PUB_MODE, RECV_FORMAT, RECV_MODE};
use super::table::{Fail, Wait};
use crate::mqtt::{self, Connect};
use crate::time::Instant;

impl Machine<'_> {
    /// The link of a connection, if that is its present one or was its last.
    #[inline]
    pub(crate) fn current(&self, conn: ConnId) -> Option<&Link<'_>> {
        let link = self.links.get(usize::from(conn.link.0));
        link.filter(|link| link.conn() == conn)
    }

    /// Something happened to the transport of a link.
    pub(crate) fn net_event(&mut self, id: LinkId, event: NetEvent) {
        let Some(link) = self.link_mut(id) else {
            return;
        };
        match (event, link.phase) {
            (_, Phase::Closed) => {}
            (NetEvent::Opening(stage), Phase::Opening { deadline, .. }) => {
                link.phase = Phase::Opening { deadline, stage };
            }
            (NetEvent::Opened, Phase::Opening { deadline, .. }) => self.greet(id, deadline),
            (NetEvent::Opening(_) | NetEvent::Opened, _) => {}
            (NetEvent::Failed(NetError::TimedOut), Phase::Opening { stage, .. }) => {
                self.end_of_transport(id, Failure::late(stage));
            }
            (NetEvent::Failed(error), _) => self.end_of_transport(id, code::of(error).into()),
            (NetEvent::Closed, _) => self.end_of_transport(id, code::CLOSED.into()),
        }
    }

    /// The caller has no transport any more: there is nothing to close.
    fn end_of_transport(&mut self, id: LinkId, why: Failure) {
        if let Some(link) = self.link_mut(id) {
            link.asked = false;
        }
        self.lose(id, why);
    }

    /// The transport is up: CONNECT.
    fn greet(&mut self, id: LinkId, deadline: Instant) {
        let (now, settings) = (self.now, self.storage.settings(id));
        let ping_retries = self.storage.option(id, KEEP_ALIVE_RETRIES) as u8;
        let Some(link) = self.links.get_mut(usize::from(id.0)) else {
            return;
        };
        let written = settings.map(|settings| {
            link.meet(&settings);
            let connect = Connect {
                client_id: settings.client_id,
                clean_session: settings.clean_session,
                keep_alive: settings.keep_alive,
                username: settings.username,
                password: settings.password,
                will: None,
            };
            let written = link.session.connect(now, &connect, &mut link.net_out);
            link.session.set_ping_retries(ping_retries);
            written
        });
        match written {
            Some(Ok(())) => link.phase = Phase::Greeting { deadline },
            _ => self.drop_link(id, code::PROTOCOL.into()),
        }
    }

    /// Bytes from the broker; returns how many were taken.
    pub(crate) fn net_data(&mut self, id: LinkId, bytes: &[u8]) -> usize {
        let (now, mut taken) = (self.now, 0);
        if let Some(link) = self.link_mut(id).filter(|link| link.listens()) {
            link.session.received(now);
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
            if self.inbox.indicates() {
                break;
            }
        }
        taken
    }

    /// Whether bytes of a link would be taken now. What belongs to a closed
    /// link is taken and dropped.
    pub(crate) fn net_ready(&self, id: LinkId) -> bool {
        let Some(link) = self.links.get(usize::from(id.0)) else {
            return true;
        };
        link.blocked.is_none_or(|len| self.has_room_for(link, len))
    }

    fn net_input(&mut self, id: LinkId, bytes: &[u8]) -> usize {
        let max = self.max_packet(id);
        let Some(link) = self.link_mut(id).filter(|link| link.listens()) else {
            return bytes.len();
        };
        match link.input(bytes, max) {
            Input::Taken(count) => count,
            Input::Packet(len) => {
                let packet = bytes.get(..len).unwrap_or_default();
                if self.packet(id, packet, None) {
                    len
                } else {
                    self.hold(id, packet)
                }
            }
            Input::Held(count) => {
                self.held_packet(id);
                count
            }
            Input::Malformed => {
                self.drop_link(id, code::PROTOCOL.into());
                bytes.len()
            }
        }
    }

    /// Keeps a whole packet until there is room for it, as one that came in parts
    /// is kept; returns how many bytes were taken.
    fn hold(&mut self, id: LinkId, packet: &[u8]) -> usize {
        let link = self.link_mut(id);
        let held = link.map(|link| link.net_in.extend(packet));
        if held == Some(Ok(())) {
            packet.len()
        } else {
            0
        }
    }

    /// The largest packet that is ever taken whole.
    fn max_packet(&self, id: LinkId) -> usize {
        let link = self.links.get(usize::from(id.0));
        let net_in = link.map_or(0, |link| link.net_in.capacity());
        net_in.min(self.inbox.max_packet())
    }

    /// Handles the whole packet in a link's own memory; whether it could.
    pub(crate) fn held_packet(&mut self, id: LinkId) -> bool {
        let waiting = |link: &&mut Link| !link.net_in.is_empty() && link.is_held();
        let Some(link) = self.link_mut(id).filter(waiting) else {
            return false;
        };
        let too_large = link.take_too_large();
        let mut held = core::mem::replace(&mut link.net_in, crate::buffer::Buf::lent(&mut []));
        let done = self.packet(id, held.as_slice(), too_large);
        if done {
            held.clear();
        }
        if let Some(link) = self.link_mut(id) {
            link.net_in = held;
            if !done {
                link.put_too_large(too_large);
            }
        }
        done
    }

    /// Handles a whole packet; `false` if there is no room for it now.
    fn packet(&mut self, id: LinkId, packet: &[u8], too_large: Option<TooLarge>) -> bool {
        let now = self.now;
        let Some(link) = self.links.get(usize::from(id.0)) else {
            return true;
        };
        let fits = self.has_room_for(link, publish_len(packet));
        let Some(link) = self.link_mut(id) else {
            return true;
        };
        link.blocked = (!fits).then(|| publish_len(packet));
        if !fits {
            return false;
        }
        match link.session.handle(now, packet, &mut link.net_out) {
            Ok(mqtt::Event::Later) => {
                link.blocked = Some(publish_len(packet));
                return false;
            }
            Ok(event) => self.session_event(id, packet, &event, too_large),
            Err(_) => self.drop_link(id, code::PROTOCOL.into()),
        }
        true
    }

    /// Whether the answer to a packet and the message of `len` bytes in it fit.
    fn has_room_for(&self, link: &Link, len: usize) -> bool {
        // In words a message takes at most three bytes for each of its own.
        let direct = || {
            !self.storage.is_on(link.id, RECV_MODE)
                && self.may_tell_now()
                && self.out.free() >= len.saturating_mul(3) + ANSWER_ROOM
        };
        let message = match len {
            0 => !self.storage.is_on(link.id, PUB_MODE) || self.inbox.fits_tracked(),
            len => (direct() || self.inbox.fits(len)) && link.session.is_receiving(),
        };
        message && link.net_out.free() >= ANSWER_ROOM
    }

    fn session_event(
        &mut self,
        id: LinkId,
        packet: &[u8],
        event: &mqtt::Event,
        too_large: Option<TooLarge>,
    ) {
        match event {
            mqtt::Event::Nothing | mqtt::Event::Later => {}
            mqtt::Event::Connected { session_present } => self.connected(id, *session_present),
            mqtt::Event::Refused { code } => self.drop_link(id, (*code).into()),
            mqtt::Event::Message { number, .. } => self.message(id, packet, too_large, *number),
            mqtt::Event::Published { id, tracked } => {
                self.complete(Wait::Acknowledged(*id), Ok(()));
                if let Some(name) = *tracked {
                    self.push_tracked(name, code::DONE);
                }
            }
            mqtt::Event::Unreadable { qos, length } => {
                self.inbox
                    .push_unreadable(*qos, *length)
                    .unwrap_or_default();
            }
            mqtt::Event::Unsubscribed(id) => self.end_request(*id, Ok(())),
            mqtt::Event::Subscribed { id, granted } => {
                let result = granted.map(|_| ()).map_err(|()| Fail::NOT_ALLOWED);
                self.end_request(*id, result);
            }
        }
    }

    fn connected(&mut self, id: LinkId, session_present: bool) {
        let now = self.now;
        let Some(link) = self.link_mut(id) else {
            return;
        };
        link.phase = Phase::Online;
        if link.begin(now) {
            self.inbox
                .push_restored(session_present)
                .unwrap_or_default();
        } else {
            self.end_connect(code::DONE, Ok(()));
        }
        self.tell_dropped(id);
    }

    /// The connect command is answered.
    pub(super) fn end_connect(&mut self, code: u8, result: Result<(), Fail>) {
        let word = self.config.dialect.word;
        self.begin_answer();
        self.say(|reply| word(&Event::ConnectDone { code }, reply));
        self.complete(Wait::Connect, result);
    }

    fn message(&mut self, id: LinkId, packet: &[u8], too_large: Option<TooLarge>, number: u32) {
        if number > 0 && too_large.is_none() {
            return self.hold_message(packet, number);
        }
        self.take_over(number);
        let total = too_large.map(|TooLarge(total)| total);
        let format = self.storage.option(id, RECV_FORMAT);
        let told = self.may_tell_now()
            && queue::message(packet, total, format).is_some_and(|event| self.tell(&event));
        if !told {
            // `has_room_for` has seen to it that one of the two takes it.
            self.inbox.push_message(packet, total).unwrap_or_default();
        }
    }

    /// `count` bytes for the broker were written to the network.
    pub(crate) fn net_sent(&mut self, id: LinkId, count: usize) {
        let now = self.now;
        let Some(link) = self.link_mut(id) else {
            return;
        };
        let count = count.min(link.net_out.len());
        link.net_out.consume(count);
        link.written += count as u64;
        if count > 0 {
            link.session.sent(now);
            link.session.poll_send(&mut link.net_out);
        }
        let left = link.net_out.is_empty() && matches!(link.phase, Phase::Closing { .. });
        self.check_owed();
        self.check_wait();
        if left {
            self.drop_link(id, code::BY_COMMAND.into());
        }
    }

    /// Everything of a link whose time has come.
    pub(crate) fn link_timeout(&mut self, id: LinkId) {
        let now = self.now;
        let unread = !self.net_ready(id);
        let Some(link) = self.link_mut(id) else {
            return;
        };
        // Where the broker takes no bytes, it is not the host that blocks it.
        let blocked = unread && link.net_out.free() >= ANSWER_ROOM;
        match link.phase {
            Phase::Opening { deadline, stage } if deadline <= now => {
                self.drop_link(id, Failure::late(stage));
            }
            Phase::Greeting { deadline } if deadline <= now => {
                self.drop_link(id, Failure::NO_CONNACK);
            }
            Phase::Closing { deadline } if deadline <= now => {
                self.drop_link(id, code::BY_COMMAND.into());
            }
            Phase::Online => {
                let alive = link.session.handle_timeout(now, blocked, &mut link.net_out);
                if alive.is_err() {
                    self.drop_link(id, code::KEEP_ALIVE.into());
                }
            }
            _ => {}
        }
    }
}
