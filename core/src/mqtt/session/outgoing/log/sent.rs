//! What was sent on this connection.

use super::MessageLog;
use crate::mqtt::session::outgoing::header::MessageHeader;

impl MessageLog<'_> {
    /// Whether the record at a place was sent on this connection.
    pub(in crate::mqtt::session) fn is_sent_now(&self, place: u32) -> bool {
        self.offset(place) < self.sent
    }

    fn open(&self) -> impl Iterator<Item = MessageHeader> {
        let sent = self.records().take_while(|(at, _)| *at < self.sent);
        sent.map(|(_, record)| record).filter(|it| it.is_live())
    }

    /// How many have no answer.
    pub(in crate::mqtt::session) fn unanswered(&self) -> usize {
        self.open().count()
    }

    /// The first that has no answer, if it was sent on an earlier connection too.
    pub(in crate::mqtt::session) fn unanswered_again(&self) -> Option<MessageHeader> {
        self.open().next().filter(|it| it.is_again())
    }
}
