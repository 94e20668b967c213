//! What may be the cause of the end of a connection, and what is done about it.

use super::Outgoing;
use super::suspicion::Suspect;
use crate::mqtt::session::event::DropReason;

/// What becomes of the connection's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mqtt::session) enum Verdict {
    /// Nothing is set aside, or a message, which is dropped.
    Settled,
    /// The subscription of this number is not to be asked for again.
    SetAside(u16),
}

impl Outgoing<'_> {
    /// How often the connection has to end with the same message, subscription or
    /// packet before it is set aside; 0 is never.
    pub(in crate::mqtt::session) fn set_give_up(&mut self, tries: u8) {
        self.suspicion.set_limit(tries);
    }

    /// The connection is about to be lost. Where the broker `ended` it, the first of
    /// what was sent again and not answered may be the cause: a message, else one of
    /// the subscriptions that are `renewing`.
    pub(in crate::mqtt::session) fn judge(
        &mut self,
        ended: bool,
        mut renewing: impl Iterator<Item = u16>,
    ) -> Verdict {
        let message = self.log.unanswered_again().filter(|_| ended);
        let message = message.map(|record| Suspect::Message(record.number));
        let first = renewing.next();
        let subscription = first.filter(|_| ended).map(Suspect::Subscription);
        let suspect = message.or(subscription);
        let Some(suspect) = suspect.filter(|_| self.suspicion.limit() > 0) else {
            self.rule_out_all();
            return Verdict::Settled;
        };
        let others = self.log.unanswered() + usize::from(first.is_some()) + renewing.count() > 1;
        let alone = self.suspicion.isolated() == suspect || !others;
        if self.suspicion.count_failure(suspect, alone) < self.suspicion.limit() {
            return Verdict::Settled;
        }
        self.suspicion.rule_out(suspect);
        self.set_aside(suspect)
    }

    fn set_aside(&mut self, suspect: Suspect) -> Verdict {
        match suspect {
            Suspect::Message(number) => {
                if let Some((place, record)) = self.log.find(|it| it.number == number) {
                    self.abandon(place, record, DropReason::SetAside, true);
                }
                Verdict::Settled
            }
            Suspect::Subscription(number) => Verdict::SetAside(number),
            Suspect::Nothing | Suspect::Packet(_) => Verdict::Settled,
        }
    }

    /// The suspect while nothing else may be sent.
    #[inline]
    pub(in crate::mqtt::session) fn isolated(&self) -> Suspect {
        self.suspicion.isolated()
    }

    pub(super) fn rule_out_message(&mut self, number: u64) {
        self.suspicion.rule_out(Suspect::Message(number));
    }

    /// Nothing that was sent is the cause.
    fn rule_out_all(&mut self) {
        if !matches!(self.suspicion.suspect(), Suspect::Packet(_)) {
            self.suspicion.rule_out(self.suspicion.suspect());
        }
    }

    /// The suspect may be gone: then nothing waits for it. Whether a subscription is
    /// still to be renewed is for `is_renewal` to say.
    pub(in crate::mqtt::session) fn recheck_suspect(&mut self, is_renewal: impl Fn(u16) -> bool) {
        let stays = match self.suspicion.suspect() {
            Suspect::Nothing | Suspect::Packet(_) => true,
            Suspect::Message(number) => self.log.find(|it| it.number == number).is_some(),
            Suspect::Subscription(number) => is_renewal(number),
        };
        if !stays || self.suspicion.limit() == 0 {
            self.suspicion.rule_out(self.suspicion.suspect());
        }
    }

    /// A packet with this fingerprint came that cannot be read; whether it ended the
    /// connection too often, so that it is to be taken for received.
    pub(in crate::mqtt::session) fn suspect_packet(&mut self, fingerprint: u64) -> bool {
        let limit = self.suspicion.limit();
        let suspect = Suspect::Packet(fingerprint);
        limit > 0 && self.suspicion.count_failure(suspect, true) > limit
    }
}
