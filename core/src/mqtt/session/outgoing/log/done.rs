//! Messages that are done, and the memory they give back.

use super::MessageLog;
use super::counts::Backing;
use crate::mqtt::session::durability::Durability;
use crate::mqtt::session::outgoing::header::{Flow, MessageHeader};

impl MessageLog<'_> {
    /// The message has been taken over for good, or is dropped.
    #[allow(
        clippy::inline_always,
        reason = "the common caller pays for no call and no copy of the header"
    )]
    #[inline(always)]
    pub(in crate::mqtt::session::outgoing) fn finish(
        &mut self,
        place: u32,
    ) -> Option<MessageHeader> {
        let at = self.offset(place);
        let record = self.record(at)?;
        // Mostly it is the oldest, sent once.
        if at == 0 && !self.stored && record.is_plain() {
            self.counts.end(record);
            self.give_back(record.size());
        } else {
            self.finish_any(at, record);
        }
        self.drop_front();
        Some(record)
    }

    #[inline(never)]
    fn finish_any(&mut self, at: usize, record: MessageHeader) {
        let backing = self.backing(at);
        let stays = backing == Backing::Asked || record.is_unreported() || !record.is_live();
        if at > 0 || stays {
            self.end(at, None);
        } else {
            self.counts.take(record, backing);
            self.give_back(record.size());
        }
    }

    pub(super) fn end(&mut self, at: usize, dropped: Option<u8>) {
        let backing = self.backing(at);
        self.update(at, |record| {
            if record.is_live() {
                record.set_flow(Flow::Done);
                // What never was on its way to the disk need not be erased.
                record.set_disk(match backing {
                    Backing::Asked => record.disk().changed(),
                    Backing::New | Backing::No => Durability::Same,
                });
                record.set_due(false);
                if let Some(code) = dropped {
                    record.set_dropped(code);
                }
            }
        });
    }

    /// Gives back what is over at the front.
    #[inline]
    pub(super) fn drop_front(&mut self) {
        if self.counts.dead > 0 {
            self.drop_dead();
        }
    }

    #[inline(never)]
    fn drop_dead(&mut self) {
        while let Some(record) = self.record(0).filter(|record| record.is_over()) {
            self.counts.take(record, self.backing(0));
            self.give_back(record.size());
        }
    }

    #[inline]
    fn give_back(&mut self, size: usize) {
        self.buf.consume(size);
        self.base = self.base.wrapping_add(size as u32);
        self.sent = self.sent.saturating_sub(size);
        self.asked = self.asked.saturating_sub(size);
        self.answered = self.answered.saturating_sub(size);
    }
}
