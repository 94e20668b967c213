//! What of a session is on disk, so that it survives a restart.
//!
//! Each change is handed to the caller once, in the order in which it must become
//! durable, and counts when the caller says that it is: a message is sent, and an
//! acknowledgement written, not before.

use super::{RecordKey, Session, SessionChange, State, Stored};
use crate::buffer::Buf;

impl Session<'_> {
    /// From now on the session is on disk as well, as
    /// [`poll_change`](Self::poll_change) says.
    pub fn persist(&mut self) {
        self.journal.persist();
        self.outgoing.persist();
        self.numbers.persist();
        self.follow_clean();
    }

    /// Whether [`poll_change`](Self::poll_change) has something to say.
    #[inline]
    pub fn has_changes(&self) -> bool {
        self.journal.is_stored() && self.is_changed()
    }

    fn is_changed(&self) -> bool {
        let changed = self.outgoing.has_changes()
            || self.incoming.has_changes()
            || self.numbers.has_changes()
            || self.subscriptions.has_changes()
            || self.journal.wants_forgetting();
        changed && self.journal.may_ask()
    }

    /// The next change to be made on disk; the caller answers with
    /// [`stored`](Self::stored). None may become durable without those before it.
    pub fn poll_change(&mut self) -> Option<SessionChange<'_>> {
        if !self.has_changes() {
            return None;
        }
        if self.journal.ask_forgetting() {
            return Some(SessionChange::Forget);
        }
        if self.numbers.has_changes() {
            let identity = self.numbers.ask();
            return Some(SessionChange::Put(RecordKey::Identity, identity));
        }
        if self.outgoing.has_delivered_changed() {
            let (place, bytes) = self.outgoing.ask_delivered()?;
            return Some(SessionChange::Put(RecordKey::Seen(place), bytes));
        }
        // Before the message whose identifier it reserves is erased.
        if self.outgoing.has_suspect_changed() {
            let suspect = self.outgoing.ask_suspect();
            return Some(SessionChange::of(RecordKey::Suspect, suspect));
        }
        if self.outgoing.has_older_changes() {
            return self.message_change();
        }
        if self.incoming.has_changes() {
            let (id, bytes) = self.incoming.ask()?;
            return Some(SessionChange::of(RecordKey::Received(id), bytes));
        }
        if self.subscriptions.has_changes() {
            let (number, bytes) = self.subscriptions.ask()?;
            return Some(SessionChange::of(RecordKey::Subscription(number), bytes));
        }
        // New ones come last: one there is no room for fails what stands behind it,
        // each time the host gives it again.
        self.message_change()
    }

    fn message_change(&mut self) -> Option<SessionChange<'_>> {
        let (number, bytes) = self.outgoing.ask_message()?;
        Some(SessionChange::of(RecordKey::Outgoing(number), bytes))
    }

    /// The caller made a change on disk, or failed to. What is not durable is
    /// asked for again after [`try_changes_again`](Self::try_changes_again), but
    /// for new messages: those are refused.
    pub fn stored(&mut self, record: RecordKey, ok: bool, out: &mut Buf<'_>) -> Stored {
        self.journal.answered(ok);
        // An identity asked for before is answered before.
        let is_earlier = record == RecordKey::Identity && self.numbers.is_asked();
        if self.journal.is_forgetting() && !is_earlier {
            // Answers for anything else are about what is to be forgotten.
            if record == RecordKey::Identity {
                self.journal.forgotten(ok);
            }
            return Stored::Nothing;
        }
        match record {
            RecordKey::Identity => {
                self.numbers.answered(ok);
                self.follow_window();
            }
            RecordKey::Outgoing(number) => {
                if let Err(id) = self.outgoing.message_answered(number, ok) {
                    return Stored::Refused { number, id };
                }
            }
            RecordKey::Received(id) => self.incoming.answered(id, ok),
            RecordKey::Subscription(number) => {
                if let Some(removed) = self.subscriptions.answered(number, ok) {
                    self.move_requests(removed);
                }
            }
            RecordKey::Seen(place) => self.outgoing.delivered_answered(place, ok),
            RecordKey::Suspect => self.outgoing.suspect_answered(ok),
        }
        self.poll_send(out);
        Stored::Nothing
    }

    /// Whether a change could not be made and waits to be tried again.
    pub fn is_stalled(&self) -> bool {
        self.journal.is_stalled()
    }

    /// What could not be put on disk is asked for once more.
    pub fn try_changes_again(&mut self) {
        self.journal.try_again();
    }

    /// Takes back a record; whether it is one. The identity comes first, messages
    /// in the order of their numbers, all of it before the first connect.
    #[must_use = "a record that is refused is lost"]
    pub fn restore(&mut self, record: RecordKey, bytes: &[u8]) -> bool {
        let begun = self.numbers.is_restored() || record == RecordKey::Identity;
        if self.state != State::Idle || !begun {
            return false;
        }
        match record {
            RecordKey::Identity => self.restore_identity(bytes),
            RecordKey::Outgoing(number) => {
                let given = self.numbers.is_given(number);
                given && self.outgoing.restore_message(number, bytes).is_some()
            }
            RecordKey::Received(id) => self.incoming.restore(id, bytes, &self.numbers).is_some(),
            RecordKey::Subscription(number) => self.subscriptions.restore(number, bytes),
            RecordKey::Seen(place) => self.outgoing.restore_delivered(place, bytes),
            RecordKey::Suspect => self.outgoing.restore_suspect(bytes),
        }
    }

    /// What is stored is a session that is not clean: the next one ends it. The broker may
    /// have it even where nothing of it is left here, as a subscription that was granted
    /// when the power failed.
    fn restore_identity(&mut self, bytes: &[u8]) -> bool {
        let restored = self.numbers.restore(bytes);
        if restored {
            self.clean = false;
            self.holds = !self.numbers.is_ended();
            self.follow_clean();
            self.outgoing.set_exposed(self.numbers.exposed());
        }
        restored
    }
}
