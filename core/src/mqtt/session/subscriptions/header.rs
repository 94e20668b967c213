//! What is known of one subscription.

use super::terms::SubscriptionTerms;
use crate::mqtt::Qos;
use crate::mqtt::session::durability::Durability;
use crate::mqtt::session::form::{FORM, WIDE};

/// Bytes of a header in memory.
pub(super) const HEADER: usize = PLAIN + 4;
/// Bytes of one on disk where nothing but a QoS is asked for: the last ones.
const PLAIN: usize = 8;
/// In place of a QoS.
const NONE: u8 = 0xff;

/// What stands before a topic filter, in memory and on disk. Where nothing but a QoS is
/// asked for, it begins on disk with the fifth byte, the present form. Else the first byte
/// is the wide form, and the four behind it are the terms.
#[derive(Clone, Copy)]
pub(super) struct FilterHeader {
    /// The QoS the broker granted.
    pub(super) granted: Option<Qos>,
    /// The QoS to ask for again.
    pub(super) renew: Option<Qos>,
    /// SUBSCRIBEs and UNSUBSCRIBEs for it without an answer; not on disk.
    pub(super) pending: u8,
    /// Not on disk either.
    pub(super) disk: Durability,
    /// What it is known by on disk.
    pub(super) number: u16,
    /// Bytes of the filter.
    pub(super) len: u16,
    /// What the host asked for last.
    pub(super) terms: SubscriptionTerms,
}

impl FilterHeader {
    /// Of a filter that is neither granted nor asked for.
    pub(super) fn new(number: u16, len: u16) -> Self {
        Self {
            granted: None,
            renew: None,
            pending: 0,
            disk: Durability::Same,
            number,
            len,
            terms: SubscriptionTerms::default(),
        }
    }

    pub(super) fn from_bytes(bytes: [u8; HEADER]) -> Self {
        let [
            form,
            t0,
            t1,
            t2,
            t3,
            granted,
            renew,
            state,
            n0,
            n1,
            low,
            high,
        ] = bytes;
        let terms = match form {
            WIDE => SubscriptionTerms::from_bytes([t0, t1, t2, t3]),
            _ => None,
        };
        Self {
            granted: Qos::new(granted),
            renew: Qos::new(renew),
            pending: state >> 2,
            disk: Durability::from_bits(state),
            number: u16::from_le_bytes([n0, n1]),
            len: u16::from_le_bytes([low, high]),
            terms: terms.unwrap_or_default(),
        }
    }

    pub(super) fn to_bytes(self) -> [u8; HEADER] {
        let qos = |qos: Option<Qos>| qos.map_or(NONE, Qos::level);
        // No more than identifiers are unanswered at once.
        let state = self.pending << 2 | self.disk.bits();
        let [n0, n1] = self.number.to_le_bytes();
        let [low, high] = self.len.to_le_bytes();
        let (granted, renew) = (qos(self.granted), qos(self.renew));
        let [form, t0, t1, t2, t3] = match self.terms.to_bytes() {
            _ if self.is_plain() => [0, 0, 0, 0, FORM],
            [t0, t1, t2, t3] => [WIDE, t0, t1, t2, t3],
        };
        [
            form, t0, t1, t2, t3, granted, renew, state, n0, n1, low, high,
        ]
    }

    fn is_plain(self) -> bool {
        self.terms == SubscriptionTerms::default()
    }

    /// Bytes in memory that are left out on disk.
    pub(super) fn skipped(self) -> usize {
        if self.is_plain() { HEADER - PLAIN } else { 0 }
    }

    /// What was put on disk, if these bytes begin with that, and the filter behind it;
    /// nothing is unanswered.
    pub(super) fn restored(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let none = SubscriptionTerms::default();
        let (terms, granted, renew, rest) = match bytes {
            [WIDE, t0, t1, t2, t3, granted, renew, _, rest @ ..] => {
                let terms = SubscriptionTerms::from_bytes([*t0, *t1, *t2, *t3])?;
                (terms, *granted, *renew, rest)
            }
            [FORM, granted, renew, _, rest @ ..] => (none, *granted, *renew, rest),
            // Version 0.1 had no form.
            [granted, renew, _, _, rest @ ..] => (none, *granted, *renew, rest),
            _ => return None,
        };
        let (&[n0, n1, low, high], filter) = rest.split_first_chunk()?;
        let known = [granted, renew].iter().all(|qos| *qos <= 2 || *qos == NONE);
        let header = Self {
            granted: Qos::new(granted),
            renew: Qos::new(renew),
            terms,
            ..Self::new(
                u16::from_le_bytes([n0, n1]),
                u16::from_le_bytes([low, high]),
            )
        };
        (known && header.is_wanted()).then_some((header, filter))
    }

    /// Whether it is granted, or to be asked for again.
    pub(super) fn is_wanted(self) -> bool {
        self.granted.is_some() || self.renew.is_some()
    }

    /// Whether it is neither, nor asked for, nor on disk.
    pub(super) fn is_over(self) -> bool {
        self.pending == 0 && !self.is_wanted() && self.disk == Durability::Same
    }
}
