//! What goes to the broker and waits for its answer: the messages, and the packet
//! identifiers of everything that has one.
//!
//! [`MessageLog`] has the messages that outlive a connection, [`Ids`] the identifiers
//! in use, [`Suspicion`] what may be the cause of lost connections, and
//! [`Delivered`] what was delivered last.

mod accept;
mod acceptance;
mod answers;
mod delivered;
mod dropping;
mod header;
mod id_span;
mod ids;
mod log;
mod publish;
mod send;
mod stored;
mod suspects;
mod suspicion;
mod wire;

use super::event::{DropReason, Dropped, SendError};
use super::terms::Grants;
use super::window::{WINDOW, exposed};
use crate::buffer::Buf;
use crate::mqtt::PacketId;
use crate::mqtt::packet::{Ack, AckKind, EncodeError, Publish};
use delivered::Delivered;
use header::{Flow, MessageHeader};
use id_span::IdSpan;
use ids::{Ids, Reporting};
use log::MessageLog;
use suspicion::Suspicion;
use wire::WireTerms;

pub use acceptance::{Acceptance, Accepted, Backlog, DropError, IdStatus};
pub(super) use answers::AckOutcome;
pub(super) use ids::{Awaited, NOWHERE};
pub(super) use suspects::Verdict;
pub(super) use suspicion::Suspect;

/// The messages to the broker, and the identifiers in use.
#[derive(Debug)]
pub(super) struct Outgoing<'a> {
    log: MessageLog<'a>,
    ids: Ids<'a>,
    suspicion: Suspicion,
    delivered: Delivered,
    wire: WireTerms<'a>,
    /// Whether messages are on disk as well.
    stored: bool,
    /// Publishes in flight at most.
    window: u16,
    /// The same, by what the broker takes, too.
    limit: u16,
    /// Messages sent at most that a restart would find on disk.
    exposed: u16,
    /// Seconds of the caller's clock.
    time: u32,
    /// Messages from this number on were not restored.
    own_from: u64,
    /// The identifiers of those that were.
    restored: IdSpan,
}

impl<'a> Outgoing<'a> {
    pub(super) fn new(log: Buf<'a>, first: PacketId) -> Self {
        Self {
            log: MessageLog::new(log),
            ids: Ids::new(first),
            suspicion: Suspicion::new(),
            delivered: Delivered::default(),
            wire: WireTerms::new(),
            stored: false,
            window: WINDOW as u16,
            limit: WINDOW as u16,
            exposed: exposed(WINDOW),
            time: 0,
            own_from: 0,
            restored: IdSpan::default(),
        }
    }

    /// Memory for more identifiers, and for topics that aliases stand for; to be called
    /// before any is in use.
    pub(super) fn lend(&mut self, ids: Buf<'a>, topics: Buf<'a>) {
        self.ids.lend(ids);
        self.wire.lend(topics);
    }

    /// What the broker grants.
    #[inline]
    pub(super) fn grants(&self) -> &Grants {
        self.wire.grants()
    }

    /// Whether the broker takes a message with `more` bytes of payload than it has.
    pub(super) fn check(&self, publish: &Publish<'_>, more: usize) -> Result<(), SendError> {
        self.wire.check(publish, more)
    }

    /// Whether a message may have been sent that is not acknowledged.
    pub(super) fn has_sent(&self) -> bool {
        self.log.find(MessageHeader::is_sent).is_some()
    }

    /// So many publishes may be in flight, as far as there is memory.
    pub(super) fn set_window(&mut self, window: usize) {
        self.window = self.ids.widen(window).try_into().unwrap_or(u16::MAX);
        self.limit = self.window.min(self.wire.grants().receive_max);
    }

    /// How many publishes may be in flight.
    pub(super) fn window(&self) -> usize {
        self.window.into()
    }

    /// So many messages may have been sent that a restart would find on disk.
    pub(super) fn set_exposed(&mut self, exposed: u16) {
        self.exposed = exposed;
    }

    pub(super) fn set_time(&mut self, seconds: u32) {
        self.time = seconds;
    }

    /// The clock was moved by so many seconds.
    pub(super) fn move_times(&mut self, by: i64) {
        self.log.move_times(self.own_from, by);
    }

    /// Forgets everything; the disk is left alone.
    pub(super) fn forget(&mut self) {
        self.drop_publishes(DropReason::Moved, |_| true);
        self.log.disown();
        self.delivered.clear();
        self.suspicion.clear();
    }

    /// The session ended: forgets what was not accepted.
    pub(super) fn end(&mut self) {
        self.drop_publishes(DropReason::Ended, |message| !message.is_promised());
        self.suspicion.release_all();
    }

    /// The connection ended: dropped messages get no answer any more.
    pub(super) fn lost(&mut self) {
        self.ids.end_strays();
    }

    /// The broker accepted a connection, on which so many aliases may be used: everything
    /// in flight is to be sent again.
    pub(super) fn connected(&mut self, grants: Grants, aliases: u16) {
        self.wire.begin(grants, aliases);
        self.limit = self.window.min(grants.receive_max);
        if !grants.session_present {
            self.lose_released();
            self.suspicion.release_all();
        }
        self.end_sent();
        self.log.rewind();
    }

    /// The broker lost the session: see [`session`](super). A new one of MQTT 5 knows of
    /// nothing `[MQTT-3.2.2-5]`: what the broker had taken over is over.
    fn lose_released(&mut self) {
        let (reason, is_fresh) = (DropReason::SessionLost as u8, self.wire.is_fresh());
        let released = |record: MessageHeader| record.flow() == Flow::Released;
        if is_fresh {
            self.log.discard_all(reason, released);
        } else {
            self.log.mark_all_dropped(reason, released);
        }
    }

    /// Of the log nothing is in flight on a new connection: each message counts once it is
    /// sent again `[MQTT-4.9.0-1]`.
    fn end_sent(&mut self) {
        let mut from = 0;
        while let Some((next, id, slot)) = self.ids.next_used(from) {
            from = next;
            if slot.awaits().is_publish() {
                self.ids.end(id);
            }
        }
    }

    /// Forgets the messages in flight that belong to the connection, and of the
    /// others those that are chosen.
    fn drop_publishes(&mut self, reason: DropReason, chosen: impl Fn(MessageHeader) -> bool) {
        let mut from = 0;
        while let Some((next, id, slot)) = self.ids.next_used(from) {
            from = next;
            if !slot.awaits().is_publish() {
                continue;
            }
            if slot.at() == NOWHERE {
                self.ids.set_dropped(id);
                self.ids.end(id);
            } else if self.log.get(slot.at()).is_none_or(&chosen) {
                self.ids.end(id);
            }
        }
        self.log.discard_all(reason as u8, chosen);
    }

    /// As [`Session::poll_dropped`](super::Session::poll_dropped).
    pub(super) fn poll_dropped(&mut self) -> Option<Dropped> {
        if let Some(id) = self.ids.poll_dropped() {
            return Some(Dropped {
                id: Some(id),
                tracked: None,
                reason: DropReason::Ended,
            });
        }
        let record = self.log.poll_dropped()?;
        Some(Dropped {
            id: record.id(),
            tracked: record.tracked(),
            reason: DropReason::of(record.code()),
        })
    }

    /// QoS 1 and 2 publishes without PUBACK or PUBCOMP.
    pub(super) fn in_flight(&self) -> usize {
        self.ids.publishes()
    }

    /// As [`Session::give_up`](super::Session::give_up).
    pub(super) fn give_up(&mut self, id: PacketId) {
        self.ids.give_up(id);
    }

    /// An identifier that is free.
    #[inline]
    pub(super) fn free_id(&self) -> Result<PacketId, SendError> {
        let reserved = |id| self.suspicion.reserves(id);
        self.ids.free_id(reserved).ok_or(SendError::WindowFull)
    }

    /// A request with this identifier, which is free, was sent; `at` is the place of
    /// its filter.
    pub(super) fn begin_request(&mut self, id: PacketId, awaits: Awaited, at: u32) {
        self.ids.take(id, awaits, at);
    }

    /// The place of the filter of a request, if this is awaited for it.
    pub(super) fn request(&self, id: PacketId, awaits: Awaited) -> Option<u32> {
        Some(self.ids.waiting(id, awaits)?.at())
    }

    /// The requests that wait for this and whose outcome is to be reported, with the places
    /// of their filters.
    pub(super) fn reported_requests(
        &self,
        awaits: Awaited,
    ) -> impl Iterator<Item = (PacketId, u32)> {
        let used = self.ids.used();
        let waiting = used.filter(move |(_, it)| it.awaits() == awaits);
        let reported = waiting.filter(|(_, it)| it.report() == Reporting::Outcome);
        reported.map(|(id, it)| (id, it.at()))
    }

    /// A request is over; whether that is to be reported.
    pub(super) fn end_request(&mut self, id: PacketId) -> bool {
        self.ids.end(id)
    }

    /// A request without an answer, and the place of its filter.
    pub(super) fn first_request(&self) -> Option<(PacketId, u32)> {
        let is_request = |awaits| matches!(awaits, Awaited::Suback | Awaited::Unsuback);
        let (id, slot) = self
            .ids
            .used()
            .find(|(_, slot)| is_request(slot.awaits()))?;
        Some((id, slot.at()))
    }

    /// Filters behind the place `at` moved forward by `len` bytes.
    pub(super) fn move_requests(&mut self, at: u32, len: u32) {
        let shift = |place: &mut u32| {
            if *place != NOWHERE && *place > at {
                *place -= len;
            }
        };
        self.ids.for_each(Awaited::Suback, shift);
        self.ids.for_each(Awaited::Unsuback, shift);
    }

    pub(super) fn trim(&mut self) -> usize {
        self.log.trim() + self.ids.trim() + self.wire.trim()
    }
}

fn write_ack(kind: AckKind, id: PacketId, out: &mut Buf<'_>) -> Result<(), EncodeError> {
    Ack::encode_plain(kind, id, out)
}
