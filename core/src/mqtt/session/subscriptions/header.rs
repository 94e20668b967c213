//! What is known of one subscription.

use crate::mqtt::Qos;
use crate::mqtt::session::durability::Durability;
use crate::mqtt::session::form::FORM;

/// Bytes of a header.
pub(super) const HEADER: usize = 8;
/// In place of a QoS.
const NONE: u8 = 0xff;

/// What stands before a topic filter, in memory and on disk.
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
        }
    }

    pub(super) fn from_bytes(bytes: [u8; HEADER]) -> Self {
        let [_, granted, renew, state, n0, n1, low, high] = bytes;
        Self {
            granted: Qos::new(granted),
            renew: Qos::new(renew),
            pending: state >> 2,
            disk: Durability::from_bits(state),
            number: u16::from_le_bytes([n0, n1]),
            len: u16::from_le_bytes([low, high]),
        }
    }

    pub(super) fn to_bytes(self) -> [u8; HEADER] {
        let qos = |qos: Option<Qos>| qos.map_or(NONE, Qos::level);
        // No more than identifiers are unanswered at once.
        let state = self.pending << 2 | self.disk.bits();
        let [n0, n1] = self.number.to_le_bytes();
        let [low, high] = self.len.to_le_bytes();
        let (granted, renew) = (qos(self.granted), qos(self.renew));
        [FORM, granted, renew, state, n0, n1, low, high]
    }

    /// What was put on disk, if these bytes are that; nothing is unanswered.
    pub(super) fn restored(bytes: [u8; HEADER]) -> Option<Self> {
        let [form, b1, b2, _, tail @ ..] = bytes;
        // Version 0.1 had no form.
        let (granted, renew) = if form == FORM { (b1, b2) } else { (form, b1) };
        let known = [granted, renew].iter().all(|qos| *qos <= 2 || *qos == NONE);
        let [n0, n1, low, high] = tail;
        let header = Self::from_bytes([FORM, granted, renew, 0, n0, n1, low, high]);
        (known && header.is_wanted()).then_some(header)
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
