//! Room is made within the log.

use super::MessageLog;
use crate::mqtt::PacketId;
use crate::mqtt::session::outgoing::header::HEADER;

impl MessageLog<'_> {
    /// Moves what is still needed together at the front, if that makes room; whether
    /// it did. `moved` is called for every record that got another place.
    #[cold]
    pub(in crate::mqtt::session::outgoing) fn squeeze(
        &mut self,
        mut moved: impl FnMut(PacketId, u32),
    ) -> bool {
        if self.counts.dead == 0 {
            return false;
        }
        let (mut from, mut to) = (0, 0);
        let (sent, asked, answered) = (self.sent, self.asked, self.answered);
        while let Some(record) = self.record(from) {
            let needed = record.needed();
            if from == sent {
                self.sent = to;
            }
            if from == asked {
                self.asked = to;
            }
            if from == answered {
                self.answered = to;
            }
            if let Some(len) = needed.checked_sub(HEADER) {
                // In bounds: the record at `from` is whole, and `to` is not behind it.
                self.buf.as_mut_slice().copy_within(from..from + needed, to);
                self.put(to, record.with_len(len).unwrap_or(record));
                if let Some(id) = record.id().filter(|_| record.is_live()) {
                    moved(id, self.place(to));
                }
                to += needed;
            }
            from += record.size();
        }
        if sent >= from {
            self.sent = to;
        }
        if asked >= from {
            self.asked = to;
        }
        if answered >= from {
            self.answered = to;
        }
        self.buf.truncate(to);
        self.counts.dead = 0;
        true
    }
}
