//! What was sent on this connection.

use super::MessageLog;
use crate::mqtt::session::outgoing::header::MessageHeader;

impl MessageLog<'_> {
    /// Whether the PUBREL of a later message is due that has to be sent before that of this
    /// one, for which PUBREC comes now `[MQTT-4.6.0-4]`. Those that are due are sent in the
    /// order of the log.
    pub(in crate::mqtt::session::outgoing) fn is_overtaken(&self, place: u32) -> bool {
        let overtakes = |record: MessageHeader| record.number < self.last_due;
        self.counts.due > 0 && self.get(place).is_some_and(overtakes)
    }

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
