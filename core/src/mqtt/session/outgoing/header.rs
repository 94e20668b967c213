//! The header of a message in the log.

use crate::mqtt::PacketId;
use crate::mqtt::Version;
use crate::mqtt::session::durability::Durability;
use crate::mqtt::session::form::{FORM, WIDE};

/// Bytes of a header.
pub(super) const HEADER: usize = 24;

/// The longest packet a header can tell of.
const LONGEST: usize = 2 * LEN_MASK + 1;

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// PUBLISH is not acknowledged.
    Stored,
    /// PUBREC came: the message itself is needed no more.
    Released,
    /// Nothing is needed any more.
    Done,
}

/// The message is to be delivered whatever becomes of the session: the host was
/// answered that it is accepted.
const PROMISED: u8 = 1;
/// The host wants to know how it ends.
const TRACKED: u8 = 2;
/// It may have been sent before.
const SENT: u8 = 4;
/// PUBREL is due once that PUBREC came is on disk.
const DUE: u8 = 8;
/// It was dropped, which is to be reported.
const DROPPED: u8 = 16;
/// That it was dropped has been reported.
const REPORTED: u8 = 32;
/// It was sent on an earlier connection already.
const AGAIN: u8 = 64;
/// The highest bit of why it was dropped.
const CODE_HIGH: u8 = 128;
/// What of this is stored on disk, and that it was dropped.
const STORED: u8 = PROMISED | TRACKED;

/// Where in the first word what stands: the form, the lower 24 bits of the length of the
/// packet, durability, flow, why it was dropped, the mark, flags, and the identifier.
const LEN: u32 = 8;
const STATE: u32 = 32;
const FLOW: u32 = STATE + 2;
const CODE: u32 = STATE + 4;
const FLAGS: u32 = 40;
const ID: u32 = 48;

/// The lower bits of the length.
const LEN_MASK: usize = (1 << 24) - 1;
/// Its highest bit, in the byte of the form.
const LONG: u8 = 0x20;

/// Bits of [`CODE`].
const CODES: u64 = 7;
/// In place of why it was dropped: the broker took it over and nobody is subscribed.
const NOBODY: u8 = 15;
/// A message has a form. In version 0.1 this bit and those of [`CODE`] were 0, and
/// the length stood in the lowest 24 bits.
const MARK: u64 = 1 << (STATE + 7);

/// A message in the log: what stands before its PUBLISH. It is on disk as it is in
/// memory, three words, lowest byte first: most who look at one want a bit of
/// the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct MessageHeader {
    first: u64,
    /// Counts all messages; also their order.
    pub(super) number: u64,
    /// The identifier the host gave it, and when it was accepted.
    last: u64,
}

impl MessageHeader {
    pub(super) fn new(number: u64, id: Option<PacketId>, host_id: u32, time: u32) -> Self {
        Self {
            first: u64::from(id.map_or(0, PacketId::get)) << ID | MARK | u64::from(FORM),
            number,
            last: u64::from(time) << 32 | u64::from(host_id),
        }
    }

    /// Accepted at this time.
    pub(super) fn with_time(self, time: u32) -> Self {
        let host_id = self.last & u64::from(u32::MAX);
        let last = u64::from(time) << 32 | host_id;
        Self { last, ..self }
    }

    /// With a PUBLISH of this version.
    pub(super) fn with_version(self, version: Version) -> Self {
        let form = match version {
            Version::V311 => FORM,
            Version::V5 => WIDE,
        };
        let first = self.first & !u64::from(!LONG) | u64::from(form);
        Self { first, ..self }
    }

    /// The version its PUBLISH is of.
    #[inline]
    pub(super) fn version(self) -> Version {
        match self.byte(0) & !LONG {
            WIDE => Version::V5,
            _ => Version::V311,
        }
    }

    /// With a packet of so many bytes; none if that is too long.
    pub(super) fn with_len(self, len: usize) -> Option<Self> {
        let rest = self.first & !((LEN_MASK as u64) << LEN | u64::from(LONG));
        let high = if len > LEN_MASK { LONG } else { 0 };
        let first = rest | ((len & LEN_MASK) as u64) << LEN | u64::from(high);
        (len <= LONGEST).then_some(Self { first, ..self })
    }

    #[inline]
    pub(super) fn from_bytes(bytes: &[u8; HEADER]) -> Self {
        let (words, _) = bytes.as_chunks();
        let [first, number, last] = match words {
            &[first, number, last] => [first, number, last].map(u64::from_le_bytes),
            _ => [0; 3],
        };
        Self {
            first,
            number,
            last,
        }
    }

    /// As [`from_bytes`](Self::from_bytes) reads it.
    #[inline]
    pub(super) fn to_bytes(self) -> [[u8; 8]; 3] {
        [self.first, self.number, self.last].map(u64::to_le_bytes)
    }

    fn byte(self, shift: u32) -> u8 {
        (self.first >> shift) as u8
    }

    fn set_code(&mut self, code: u8) {
        self.first = self.first & !(CODES << CODE) | (u64::from(code) & CODES) << CODE;
        self.set(CODE_HIGH, u64::from(code) > CODES);
    }

    /// None with QoS 0.
    pub(super) fn id(self) -> Option<PacketId> {
        PacketId::new((self.first >> ID) as u16)
    }

    pub(super) fn flow(self) -> Flow {
        match self.byte(FLOW) & 3 {
            0 => Flow::Stored,
            1 => Flow::Released,
            _ => Flow::Done,
        }
    }

    pub(super) fn set_flow(&mut self, flow: Flow) {
        let flow = match flow {
            Flow::Stored => 0,
            Flow::Released => 1,
            Flow::Done => 2,
        };
        self.first = self.first & !(3 << FLOW) | flow << FLOW;
    }

    pub(super) fn disk(self) -> Durability {
        Durability::from_bits(self.byte(STATE))
    }

    pub(super) fn set_disk(&mut self, disk: Durability) {
        self.first = self.first & !(3 << STATE) | u64::from(disk.bits()) << STATE;
    }

    /// The identifier the host gave it, 0 if none.
    pub(super) fn host_id(self) -> u32 {
        self.last as u32
    }

    /// When it was accepted: seconds of the caller's clock.
    pub(super) fn time(self) -> u32 {
        (self.last >> 32) as u32
    }

    /// Why it was dropped.
    pub(super) fn code(self) -> u8 {
        let high = (self.flags() & CODE_HIGH) >> 4;
        (self.first >> CODE & CODES) as u8 | high
    }

    /// Whether the broker said that nobody is subscribed.
    pub(super) fn has_nobody(self) -> bool {
        self.code() == NOBODY && !self.was_dropped()
    }

    /// The broker took it over and said that nobody is subscribed.
    pub(super) fn set_nobody(&mut self) {
        if !self.was_dropped() {
            self.set_code(NOBODY);
        }
    }

    fn flags(self) -> u8 {
        self.byte(FLAGS)
    }

    /// As a message of the present form has it, if its form is known.
    fn in_present_form(self) -> Option<Self> {
        let is_marked = self.first & MARK != 0;
        match self.byte(0) & !LONG {
            FORM | WIDE if is_marked => Some(self),
            _ if is_marked || self.code() != 0 => None,
            _ => {
                let len = self.first & LEN_MASK as u64;
                let rest = self.first >> STATE << STATE;
                let first = rest | MARK | len << LEN | u64::from(FORM);
                Some(Self { first, ..self })
            }
        }
    }

    /// As it was when it was put on disk, if these bytes are one: a header, then
    /// the packet as long as it is needed.
    pub(super) fn restored(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (header, packet) = bytes.split_first_chunk()?;
        let mut record = Self::from_bytes(header).in_present_form()?;
        let packet = match record.flow() {
            Flow::Stored if packet.len() == record.packet_len() => packet,
            Flow::Released if record.id().is_some() => &[],
            _ => return None,
        };
        let dropped = record.was_dropped();
        let code = if record.has_nobody() { NOBODY } else { 0 };
        record.set_disk(Durability::Same);
        record.first &= !(u64::from(!STORED) << FLAGS);
        record.set(REPORTED, dropped);
        record.set_code(code);
        Some((record.with_len(packet.len())?, packet))
    }

    /// Bytes of the packet behind the header.
    pub(super) fn packet_len(self) -> usize {
        let high = usize::from(self.byte(0) & LONG);
        (self.first as u32 >> LEN) as usize | high << 19
    }

    /// Bytes of all of it.
    pub(super) fn size(self) -> usize {
        HEADER + self.packet_len()
    }

    /// Bytes of it that are still needed.
    pub(super) fn needed(self) -> usize {
        match self.flow() {
            Flow::Stored => self.size(),
            Flow::Done if self.is_over() => 0,
            _ => HEADER,
        }
    }

    /// Bytes of it that are needed for its delivery.
    pub(super) fn weight(self) -> usize {
        if self.is_live() { self.needed() } else { 0 }
    }

    /// Whether it can be forgotten.
    pub(super) fn is_over(self) -> bool {
        self.flow() == Flow::Done && self.disk() == Durability::Same && !self.is_unreported()
    }

    /// Whether it waits for its first answer, and nothing is to be reported of it.
    #[inline]
    pub(super) fn is_plain(self) -> bool {
        self.first & (3 << FLOW | u64::from(DROPPED) << FLAGS) == 0
    }

    pub(super) fn is_live(self) -> bool {
        self.flow() != Flow::Done
    }

    /// Whether it is to be erased once the disk has answered for it.
    pub(super) fn is_late(self) -> bool {
        !self.is_live() && self.disk() == Durability::Behind
    }

    /// What the host knows it by.
    pub(super) fn name(self) -> u32 {
        match self.host_id() {
            0 => self.number as u32,
            given => given,
        }
    }

    /// Its name, if the host wants to know how it ends.
    pub(super) fn tracked(self) -> Option<u32> {
        (self.flags() & TRACKED != 0).then_some(self.name())
    }

    /// Whether the message is on disk, or is stored in memory only.
    pub(super) fn is_on_disk(self) -> bool {
        self.flow() != Flow::Stored || self.disk() == Durability::Same
    }

    pub(super) fn is_promised(self) -> bool {
        self.flags() & PROMISED != 0
    }

    pub(super) fn is_sent(self) -> bool {
        self.flags() & SENT != 0
    }

    /// Whether it was sent, and a restart would find it on disk.
    pub(super) fn is_exposed(self) -> bool {
        self.is_sent() && (self.is_live() || self.disk() != Durability::Same)
    }

    pub(super) fn is_due(self) -> bool {
        self.flags() & DUE != 0
    }

    pub(super) fn is_unreported(self) -> bool {
        self.flags() & DROPPED != 0
    }

    /// Whether it counts as dropped, reported or not: its flow may go on all the same.
    pub(super) fn was_dropped(self) -> bool {
        self.flags() & (DROPPED | REPORTED) != 0
    }

    /// Whether it can be reported that it was dropped: it does not come back.
    pub(super) fn is_reportable(self) -> bool {
        self.is_unreported() && (self.is_live() || self.disk() == Durability::Same)
    }

    fn set(&mut self, flag: u8, on: bool) {
        let bit = u64::from(flag) << FLAGS;
        self.first = if on {
            self.first | bit
        } else {
            self.first & !bit
        };
    }

    pub(super) fn set_promised(&mut self, tracked: bool) {
        self.set(PROMISED, true);
        self.set(TRACKED, tracked);
    }

    pub(super) fn set_tracked(&mut self) {
        self.set(TRACKED, true);
    }

    pub(super) fn set_sent(&mut self) {
        self.set(SENT, true);
    }

    /// Whether it was sent before this connection began.
    pub(super) fn is_again(self) -> bool {
        self.flags() & AGAIN != 0
    }

    /// A connection begins.
    pub(super) fn set_again(&mut self) {
        self.set(AGAIN, self.is_sent());
    }

    pub(super) fn set_due(&mut self, on: bool) {
        self.set(DUE, on);
    }

    /// It was dropped for this reason, which is reported once.
    pub(super) fn set_dropped(&mut self, code: u8) {
        self.set(DROPPED, self.flags() & REPORTED == 0);
        self.set_code(code);
    }

    /// That it was dropped has been reported.
    pub(super) fn set_reported(&mut self) {
        self.set(DROPPED, false);
        self.set(REPORTED, true);
    }
}
