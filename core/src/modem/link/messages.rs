//! What the host sends: the session writes it to the link's output.

use super::Link;
use super::phase::Phase;
use crate::modem::settings::Settings;
use crate::mqtt::packet::{Publish, SubscribeOptions};
use crate::mqtt::session::{Acceptance, Accepted, DropError, Dropped, RecordKey, Stored};
use crate::mqtt::{PacketId, Properties, Qos, SendError};
use crate::time::Instant;
use core::time::Duration;

/// What stands around topic and payload at most: header, length, packet id.
const AROUND_PAYLOAD: usize = 5 + 2 + 2;

/// How long what could not be put on disk waits before it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// How a message that was sent is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// By its packet identifier.
    Packet(PacketId),
    /// By the count of bytes written once it is.
    Bytes(u64),
}

impl Link<'_> {
    /// Subscribes, where the broker is connected.
    pub(crate) fn subscribe(
        &mut self,
        requests: &[(&str, SubscribeOptions)],
        properties: Properties<'_>,
    ) -> Result<PacketId, SendError> {
        self.online()?;
        let out = &mut self.net_out;
        let sent = self.session.subscribe_all(requests, properties, out);
        sent.map_err(|error| self.note(error))
    }

    /// The same of one filter that is not remembered.
    pub(crate) fn subscribe_unlisted(
        &mut self,
        filter: &str,
        qos: Qos,
    ) -> Result<PacketId, SendError> {
        self.online()?;
        let out = &mut self.net_out;
        let sent = self.session.subscribe_unlisted(filter, qos, out);
        sent.map_err(|error| self.note(error))
    }

    /// Unsubscribes, where the broker is connected.
    pub(crate) fn unsubscribe(
        &mut self,
        filters: &[&str],
        properties: Properties<'_>,
    ) -> Result<PacketId, SendError> {
        self.online()?;
        let out = &mut self.net_out;
        let sent = self.session.unsubscribe_all(filters, properties, out);
        sent.map_err(|error| self.note(error))
    }

    /// What the broker does not take is the last failure.
    #[cold]
    pub(super) fn note(&mut self, error: SendError) -> SendError {
        if let SendError::Unsupported(code @ 1..) = error {
            self.set_last_failure(code.into());
        }
        error
    }

    fn online(&self) -> Result<(), SendError> {
        if self.is_online() {
            Ok(())
        } else {
            Err(SendError::NotConnected)
        }
    }

    /// Sends a message.
    #[inline]
    pub(crate) fn publish(&mut self, publish: Publish<'_>) -> Result<Sent, SendError> {
        let out = &mut self.net_out;
        let id = match self.session.send(publish, out) {
            Ok(id) => id,
            Err(error) => return Err(self.note(error)),
        };
        Ok(id.map_or(Sent::Bytes(self.queued()), Sent::Packet))
    }

    /// The count of bytes written once everything queued now is.
    #[inline]
    pub(crate) fn queued(&self) -> u64 {
        self.written + self.net_out.len() as u64
    }

    /// Accepts a message, to be sent now or later.
    pub(crate) fn accept(
        &mut self,
        publish: &Publish<'_>,
        acceptance: Acceptance,
    ) -> Result<Accepted, SendError> {
        let out = &mut self.net_out;
        let accepted = self.session.accept(publish, acceptance, out);
        accepted.map_err(|error| self.note(error))
    }

    /// Whether the broker takes a message with `more` bytes of payload than it has, where it
    /// is connected.
    pub(crate) fn check(&mut self, publish: &Publish<'_>, more: usize) -> Result<(), SendError> {
        let checked = self.session.check(publish, more);
        checked.map_err(|error| self.note(error))
    }

    /// Whether a message with `more` bytes of payload than it has ever fits the output,
    /// and is accepted now, where it is promised something.
    pub(crate) fn has_room(
        &self,
        publish: &Publish<'_>,
        more: usize,
        acceptance: Option<Acceptance>,
    ) -> bool {
        let fits = |acceptance| self.session.has_room(publish, more, acceptance);
        let around = AROUND_PAYLOAD + publish.topic.len() + publish.properties.size();
        around + publish.payload.len() + more <= self.most_sent() && acceptance.is_none_or(fits)
    }

    /// The host has the message of this number.
    pub(crate) fn take_over(&mut self, number: u32) {
        self.session.take_over(number, &mut self.net_out);
    }

    /// Drops all messages that wait.
    pub(crate) fn drop_messages(&mut self) {
        self.session.drop_messages();
        self.session.poll_send(&mut self.net_out);
    }

    /// Drops the message of this name.
    pub(crate) fn drop_message(&mut self, name: u32) -> Result<(), DropError> {
        self.session.drop_message(name)?;
        self.session.poll_send(&mut self.net_out);
        Ok(())
    }

    /// The next message that will not be sent any more.
    pub(crate) fn poll_dropped(&mut self) -> Option<Dropped> {
        self.session.poll_dropped()
    }

    /// Makes the session that of the broker that is set, where it serves none now.
    pub(crate) fn prepare_session(&mut self, settings: &Settings<'_>) {
        if matches!(self.phase, Phase::Closed | Phase::Opening { .. }) {
            self.use_settings(settings);
        }
    }

    /// The caller put a record of the session on disk, or failed to.
    pub(crate) fn handle_stored(&mut self, now: Instant, record: RecordKey, ok: bool) -> Stored {
        let stored = self.session.stored(record, ok, &mut self.net_out);
        if self.session.is_stalled() && self.disk_retry.is_none() {
            self.disk_retry = Some(now + PAUSE);
        }
        stored
    }

    /// Tries again what could not be put on disk, if that is due.
    pub(crate) fn retry_disk(&mut self, now: Instant) {
        if self.disk_retry.is_some_and(|at| at <= now) {
            self.disk_retry = None;
            self.session.try_changes_again();
        }
    }
}
