//! The answers to SUBSCRIBE and UNSUBSCRIBE.

use super::outgoing::{Awaited, NOWHERE};
use super::subscriptions::Removed;
use super::{Session, SessionEvent, Violation};
use crate::mqtt::packet::{Rules, Suback, Unsuback};
use crate::mqtt::{PacketId, Qos, Version, reason};

impl Session<'_> {
    pub(super) fn on_suback<'p>(
        &mut self,
        suback: Suback<'p>,
    ) -> Result<SessionEvent<'p>, Violation> {
        let id = suback.id;
        self.acknowledged = true;
        self.check_problem(&suback.properties)?;
        let Some(at) = self.outgoing.request(id, Awaited::Suback) else {
            return Ok(self.ignore());
        };
        let codes = self.codes_of(id, suback.codes, self.rules.under(self.version))?;
        let places = core::iter::once(at).chain(self.further.places(id));
        for (at, code) in places.zip(codes) {
            match Qos::new(*code) {
                None => {
                    self.subscriptions.end_renewal(at);
                    self.words.store_reason(&suback.properties);
                }
                granted => self.subscriptions.set_granted(at, granted),
            }
        }
        let granted = codes.iter().find_map(|code| Qos::new(*code));
        let refused = codes.first().copied().unwrap_or(reason::UNSPECIFIED);
        let event = SessionEvent::Subscribed {
            id,
            granted: granted.ok_or(refused),
            codes,
        };
        Ok(if self.end_request(id, at) {
            event
        } else {
            SessionEvent::Nothing
        })
    }

    /// The codes of an answer, one for each filter of its request.
    fn codes_of<'p>(
        &self,
        id: PacketId,
        codes: &'p [u8],
        rules: Rules,
    ) -> Result<&'p [u8], Violation> {
        let filters = 1 + self.further.places(id).count();
        let (all, surplus) = codes
            .split_at_checked(filters)
            .ok_or(Violation::Unexpected)?;
        if surplus.is_empty() || rules == Rules::Lenient {
            Ok(all)
        } else {
            Err(Violation::Unexpected)
        }
    }

    pub(super) fn on_unsuback(
        &mut self,
        unsuback: Unsuback<'_>,
    ) -> Result<SessionEvent<'static>, Violation> {
        let id = unsuback.id;
        self.acknowledged = true;
        self.check_problem(&unsuback.properties)?;
        let Some(at) = self.outgoing.request(id, Awaited::Unsuback) else {
            return Ok(self.ignore());
        };
        let codes = match self.version {
            Version::V311 => &[],
            Version::V5 => self.codes_of(id, unsuback.codes, Rules::Strict)?,
        };
        let fails = |code: &u8| *code >= reason::UNSPECIFIED;
        let refused = codes.iter().copied().find(fails);
        if refused.is_some() {
            self.words.store_reason(&unsuback.properties);
        }
        let places = core::iter::once(at).chain(self.further.places(id));
        for (index, at) in places.enumerate() {
            if at != NOWHERE && !codes.get(index).is_some_and(fails) {
                self.subscriptions.set_granted(at, None);
            }
        }
        let tracked = None;
        Ok(match (self.end_request(id, at), refused) {
            (true, Some(code)) => SessionEvent::Rejected { id, tracked, code },
            (true, None) => SessionEvent::Unsubscribed(id),
            (false, _) => SessionEvent::Nothing,
        })
    }

    /// A SUBSCRIBE or UNSUBSCRIBE for the filter at `at` and those behind it is over; whether
    /// to report it.
    pub(super) fn end_request(&mut self, id: PacketId, at: u32) -> bool {
        let reports = self.outgoing.end_request(id);
        if self.is_connected() {
            self.recheck_suspect();
        }
        // Those behind the first move while it is there.
        let mut first = at;
        while let Some(further) = self.further.pop(id) {
            if further != NOWHERE
                && let Some(removed) = self.sweep_subscription(further)
                && first != NOWHERE
                && first > removed.at
            {
                first -= removed.len;
            }
        }
        if first != NOWHERE {
            self.sweep_subscription(first);
        }
        reports
    }

    /// Nothing is asked for the filter at `at` any more.
    pub(super) fn sweep_subscription(&mut self, at: u32) -> Option<Removed> {
        let removed = self.subscriptions.end_request(at)?;
        self.move_requests(removed);
        Some(removed)
    }

    /// An entry was taken out of the list of subscriptions.
    pub(super) fn move_requests(&mut self, Removed { at, len }: Removed) {
        self.outgoing.move_requests(at, len);
        self.further.shift(at, len, NOWHERE);
    }

    /// The connection ended: SUBSCRIBE and UNSUBSCRIBE get no answer any more.
    pub(super) fn end_requests(&mut self) {
        while let Some((id, at)) = self.outgoing.first_request() {
            self.end_request(id, at);
        }
    }
}
