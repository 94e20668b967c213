//! What the caller asks for, but for subscriptions.

use super::outgoing::Verdict;
use super::window::exposed;
use super::{
    Acceptance, Accepted, Backlog, DropError, Dropped, IdStatus, Rules, SendError, Session, State,
};
use crate::buffer::Buf;
use crate::mqtt::packet::Publish;
use crate::mqtt::{PacketId, Properties, Qos};

impl Session<'_> {
    /// How closely the broker is held to the standard; leniently at first.
    pub fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// How closely the broker is held to the standard.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// How many messages of QoS 1 and 2 may be in flight, 1–1000 and 10 at first; fewer
    /// where the memory does not reach.
    pub fn set_window(&mut self, window: u16) {
        self.outgoing.set_window(window.into());
        self.numbers.expose(exposed(self.outgoing.window()));
        self.follow_window();
    }

    /// More may be in flight once a restart would know that.
    pub(super) fn follow_window(&mut self) {
        let wanted = exposed(self.outgoing.window());
        self.outgoing
            .set_exposed(wanted.min(self.numbers.exposed()));
    }

    /// How often the connection has to end with the same message, subscription or
    /// packet before it is set aside; 0 is never.
    pub fn set_give_up(&mut self, tries: u8) {
        self.outgoing.set_give_up(tries);
    }

    /// Whether messages are deferred from now on: they carry a number, and those with
    /// QoS 1 and 2 are acknowledged once they are [taken](Self::take_over).
    pub fn set_deferring(&mut self, on: bool) {
        self.incoming.set_deferring(on);
    }

    /// Seconds of the caller's clock, by which the age of messages is told.
    pub fn set_time(&mut self, seconds: u32) {
        self.outgoing.set_time(seconds);
    }

    /// The caller's clock was moved by so many seconds: the messages accepted since
    /// the session was restored are as old as before.
    pub fn move_times(&mut self, by: i64) {
        self.outgoing.move_times(by);
    }

    /// Sends a message; the identifier that
    /// [`SessionEvent::Published`](super::SessionEvent::Published) will carry, none
    /// with QoS 0.
    ///
    /// Fails with `NotConnected`, `Invalid` (the topic), `WindowFull` (later) or
    /// `Full` (`out`, or with clean session 0 the memory for messages in flight).
    pub fn publish(
        &mut self,
        topic: &str,
        qos: Qos,
        retain: bool,
        payload: &[u8],
        out: &mut Buf<'_>,
    ) -> Result<Option<PacketId>, SendError> {
        let publish = Publish {
            dup: false,
            qos,
            retain,
            topic,
            id: None,
            properties: Properties::NONE,
            payload,
        };
        self.send(publish, out)
    }

    /// Sends a message, whose packet identifier is chosen here, as
    /// [`publish`](Self::publish) does. Fails with `Unsupported`, too.
    #[inline]
    pub fn send(
        &mut self,
        publish: Publish<'_>,
        out: &mut Buf<'_>,
    ) -> Result<Option<PacketId>, SendError> {
        self.check_connected()?;
        let (clean, numbers) = (self.clean, &mut self.numbers);
        self.outgoing.publish(publish, clean, numbers, out)
    }

    /// Whether [`publish`](Self::publish) stores a message of this quality.
    pub fn stores_messages(&self, qos: Qos) -> bool {
        !self.clean && qos != Qos::AtMostOnce
    }

    pub(super) fn check_connected(&self) -> Result<(), SendError> {
        if self.is_connected() {
            Ok(())
        } else {
            Err(SendError::NotConnected)
        }
    }

    /// Accepts a message, connected or not; its identifier is chosen here. It is
    /// sent when it may be: after those before it, and once it is on disk.
    ///
    /// Fails with `Invalid` (the topic), `Full` or, on a connection, `Unsupported`.
    pub fn accept(
        &mut self,
        publish: &Publish<'_>,
        acceptance: Acceptance,
        out: &mut Buf<'_>,
    ) -> Result<Accepted, SendError> {
        self.check(publish, 0)?;
        let (stalled, numbers) = (self.journal.is_stalled(), &mut self.numbers);
        let accepted = self
            .outgoing
            .accept(publish, acceptance, stalled, numbers)?;
        self.poll_send(out);
        Ok(accepted)
    }

    /// Whether the broker takes a message with `more` bytes of payload than it has, where
    /// there is a connection; else `Unsupported`.
    pub fn check(&self, publish: &Publish<'_>, more: usize) -> Result<(), SendError> {
        if self.is_connected() {
            self.outgoing.check(publish, more)?;
        }
        Ok(())
    }

    /// Whether [`accept`](Self::accept) would have room for a message with `more` bytes of
    /// payload than it has.
    pub fn has_room(&self, publish: &Publish<'_>, more: usize, acceptance: Acceptance) -> bool {
        let stalled = self.journal.is_stalled();
        self.outgoing.has_room(publish, more, acceptance, stalled)
    }

    /// Bytes that messages to the broker may take, with what stands around them.
    pub fn most_stored(&self) -> usize {
        self.outgoing.capacity()
    }

    /// Whether an accepted message is on disk, or needs not be any more.
    pub fn is_accepted(&self, number: u64) -> bool {
        self.outgoing.is_accepted(number)
    }

    /// Takes back a message that was accepted, if nobody was asked yet to put it on
    /// disk; whether it was.
    pub fn refuse(&mut self, number: u64) -> bool {
        self.outgoing.refuse(number)
    }

    /// What is known of an identifier a host gave to a message.
    pub fn known(&self, host_id: u32) -> Option<IdStatus> {
        self.outgoing.known(host_id)
    }

    /// The host wants to know how the message of this number ends. A restart forgets
    /// that: then it ends as it was accepted.
    pub fn track(&mut self, number: u64) {
        self.outgoing.track(number);
    }

    /// Whether messages wait that were not sent on this connection.
    pub fn has_backlog(&self) -> bool {
        self.outgoing.has_backlog()
    }

    /// The messages that are not acknowledged.
    pub fn backlog(&self) -> Backlog {
        self.outgoing.backlog()
    }

    /// QoS 1 and 2 publishes without PUBACK or PUBCOMP.
    pub fn in_flight(&self) -> usize {
        self.outgoing.in_flight()
    }

    /// Whoever waited for `id` does no longer: no event will report how it ends.
    ///
    /// The identifier stays in use until the broker answers or the connection
    /// ends, and a publish counts in the window. With clean session 0 a publish
    /// is not given up at all: it stays in flight, is sent again and is reported as
    /// any other. What [`poll_dropped`](Self::poll_dropped) has to report by now it
    /// still reports.
    pub fn give_up(&mut self, id: PacketId) {
        self.outgoing.give_up(id);
    }

    /// The next publish that was dropped without
    /// [`SessionEvent::Published`](super::SessionEvent::Published), each reported once, in the order
    /// they were sent.
    ///
    /// To be asked until none is left after [`connect`](Self::connect),
    /// [`SessionEvent::Connected`](super::SessionEvent::Connected), everything that ends a
    /// connection, [`poll_send`](Self::poll_send) and [`accept`](Self::accept). The
    /// identifier is in use until then.
    pub fn poll_dropped(&mut self) -> Option<Dropped> {
        self.outgoing.poll_dropped()
    }

    /// Whoever waited for `id` knows that its message was refused:
    /// [`poll_dropped`](Self::poll_dropped) need not report it.
    pub fn note_reported(&mut self, id: PacketId) {
        self.outgoing.note_reported(id);
    }

    /// Drops the message the host knows by this name, sent or not;
    /// [`poll_dropped`](Self::poll_dropped) reports it.
    pub fn drop_message(&mut self, name: u32) -> Result<(), DropError> {
        let connected = self.is_connected();
        self.outgoing.drop_message(name, connected)
    }

    /// Drops every message the broker has not taken over.
    pub fn drop_messages(&mut self) {
        self.outgoing.drop_messages(self.is_connected());
        self.recheck_suspect();
    }

    /// Whether something that was dropped is still on disk, where sessions are stored
    /// there.
    pub fn is_dropping(&self) -> bool {
        self.outgoing.is_dropping()
    }

    /// Whether a restart may find a message on disk that was dropped, or that was
    /// acknowledged before, so that it would be sent again.
    pub fn is_emptying(&self) -> bool {
        self.outgoing.is_emptying()
    }

    /// The connection is about to be lost. Where the broker `ended` it while
    /// something that was sent again is unanswered, that may be the cause; and is set
    /// aside if it was too often. A message is reported by
    /// [`poll_dropped`](Self::poll_dropped); whether it was a subscription that is not
    /// asked for any more.
    pub fn judge(&mut self, ended: bool) -> bool {
        let ended = ended && matches!(self.state, State::Connected | State::Left);
        match self.outgoing.judge(ended, self.subscriptions.renewing()) {
            Verdict::Settled => false,
            Verdict::SetAside(number) => {
                self.subscriptions.give_up(number);
                true
            }
        }
    }

    /// The suspect may be gone: then nothing waits for it.
    pub(super) fn recheck_suspect(&mut self) {
        let subscriptions = &self.subscriptions;
        let is_renewal = |number| subscriptions.is_renewal(number);
        self.outgoing.recheck_suspect(is_renewal);
    }

    /// Whether the broker has acknowledged anything on this connection, or the last
    /// one.
    pub fn is_acknowledged(&self) -> bool {
        self.acknowledged
    }

    /// Whether a message should be handled now, after one was told to come
    /// [later](super::SessionEvent::Later).
    pub fn is_receiving(&self) -> bool {
        self.incoming.is_open()
    }

    /// Whether a number was given to a message at some time.
    pub fn was_given(&self, number: u32) -> bool {
        self.numbers.is_given_to_host(number)
    }

    /// The host has taken over the message of this number: it is never delivered
    /// again, and acknowledged if its connection still stands, else when the
    /// broker sends it again. Nothing happens where that is known already.
    pub fn take_over(&mut self, number: u32, out: &mut Buf<'_>) {
        let connected = self.is_connected();
        self.incoming.take_over(number, connected, out);
    }

    /// Whether it is on disk, where sessions are stored there, that the message of
    /// this number is deferred: only then it has that number for good.
    pub fn is_number_durable(&self, number: u32) -> bool {
        self.numbers.is_durable(number) && self.incoming.is_durable(number)
    }

    /// Whether it is on disk, where sessions are stored there, that the message of
    /// this number was taken over; 0 is none.
    pub fn is_taken_over(&self, number: u32) -> bool {
        self.incoming.is_taken_over(number)
    }

    /// Acknowledgements nothing waited for, since the start.
    pub fn ignored_acks(&self) -> u32 {
        self.ignored
    }
}
