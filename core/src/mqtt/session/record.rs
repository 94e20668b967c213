//! The header of a message in the log.

use super::disk::Disk;
use crate::mqtt::PacketId;

/// Bytes of a header.
pub(super) const HEADER: usize = 24;

/// The longest packet a header can tell of.
const LONGEST: usize = (1 << 24) - 1;

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// PUBLISH is not acknowledged.
    Stored,
    /// PUBREC came: the message itself is needed no more.
    Released,
    /// Nothing is needed any more.
    Done,
}

/// The message is to be delivered whatever becomes of the session: the host was
/// told that it is accepted.
const PROMISED: u8 = 1;
/// The host wants to know how it ends.
const TRACKED: u8 = 2;
/// It may have been sent before.
const SENT: u8 = 4;
/// PUBREL is due once that PUBREC came is on disk.
const OWING: u8 = 8;
/// It was dropped, which is to be told.
const LOST: u8 = 16;
/// That it was dropped has been told.
const TOLD: u8 = 32;
/// What of this is kept on disk.
const KEPT: u8 = PROMISED | TRACKED;

/// A message in the log: what stands before its PUBLISH.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// Counts all messages; also their order.
    pub(super) number: u64,
    /// None with QoS 0.
    pub(super) id: Option<PacketId>,
    pub(super) stage: Stage,
    pub(super) disk: Disk,
    flags: u8,
    /// The identifier the host gave it, 0 if none.
    pub(super) host_id: u32,
    /// When it was accepted: seconds of the caller's clock.
    pub(super) time: u32,
    /// Why it was dropped.
    pub(super) code: u8,
    len: u32,
}

impl Record {
    pub(super) fn new(number: u64, id: Option<PacketId>, host_id: u32, time: u32) -> Self {
        Self {
            number,
            id,
            stage: Stage::Stored,
            disk: Disk::Same,
            flags: 0,
            host_id,
            time,
            code: 0,
            len: 0,
        }
    }

    /// With a packet of so many bytes; none if that is too long.
    pub(super) fn with_len(self, len: usize) -> Option<Self> {
        let len = (len <= LONGEST).then_some(len as u32)?;
        Some(Self { len, ..self })
    }

    /// Three words: length, code, stage, flags and identifier; the number; the
    /// host's identifier and the time.
    pub(super) fn from_bytes(bytes: &[u8; HEADER]) -> Option<Self> {
        let (words, []) = bytes.as_chunks() else {
            return None;
        };
        let &[first, number, last] = words else {
            return None;
        };
        let [l0, l1, l2, code, state, flags, i0, i1] = first;
        let last = u64::from_le_bytes(last);
        Some(Self {
            number: u64::from_le_bytes(number),
            id: PacketId::new(u16::from_le_bytes([i0, i1])),
            stage: match state >> 2 {
                0 => Stage::Stored,
                1 => Stage::Released,
                2 => Stage::Done,
                _ => return None,
            },
            disk: Disk::from_bits(state),
            flags,
            host_id: last as u32,
            time: (last >> 32) as u32,
            code,
            len: u32::from_le_bytes([l0, l1, l2, 0]),
        })
    }

    /// As [`from_bytes`](Self::from_bytes) reads it.
    pub(super) fn write(self, bytes: &mut [u8; HEADER]) {
        let stage = match self.stage {
            Stage::Stored => 0,
            Stage::Released => 4,
            Stage::Done => 8,
        };
        let [l0, l1, l2, _] = self.len.to_le_bytes();
        let [i0, i1] = self.id.map_or(0, PacketId::get).to_le_bytes();
        let first = [
            l0,
            l1,
            l2,
            self.code,
            stage | self.disk.bits(),
            self.flags,
            i0,
            i1,
        ];
        let last = u64::from(self.time) << 32 | u64::from(self.host_id);
        let words = [first, self.number.to_le_bytes(), last.to_le_bytes()];
        bytes.copy_from_slice(words.as_flattened());
    }

    /// As it was when it was put on disk, if these bytes are one: a header, then
    /// the packet as long as it is needed.
    pub(super) fn restored(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (header, packet) = bytes.split_first_chunk()?;
        let record = Self::from_bytes(header)?;
        let packet = match record.stage {
            Stage::Stored if packet.len() == record.packet_len() => packet,
            Stage::Released if record.id.is_some() => &[],
            _ => return None,
        };
        let kept = Self {
            disk: Disk::Same,
            flags: record.flags & KEPT,
            code: 0,
            ..record
        };
        Some((kept.with_len(packet.len())?, packet))
    }

    /// Bytes of the packet behind the header.
    pub(super) fn packet_len(self) -> usize {
        self.len as usize
    }

    /// Bytes of all of it.
    pub(super) fn size(self) -> usize {
        HEADER + self.packet_len()
    }

    /// Bytes of it that are still needed.
    pub(super) fn needed(self) -> usize {
        match self.stage {
            Stage::Stored => self.size(),
            Stage::Done if self.is_over() => 0,
            _ => HEADER,
        }
    }

    /// Bytes of it that are needed for its delivery.
    pub(super) fn weight(self) -> usize {
        if self.is_live() { self.needed() } else { 0 }
    }

    /// Whether it can be forgotten.
    pub(super) fn is_over(self) -> bool {
        self.stage == Stage::Done && self.disk == Disk::Same && !self.is_lost()
    }

    pub(super) fn is_live(self) -> bool {
        self.stage != Stage::Done
    }

    /// Whether it is to be erased once the disk has answered for it.
    pub(super) fn is_late(self) -> bool {
        !self.is_live() && self.disk == Disk::Behind
    }

    /// What the host knows it by.
    pub(super) fn name(self) -> u32 {
        match self.host_id {
            0 => self.number as u32,
            given => given,
        }
    }

    /// Its name, if the host wants to know how it ends.
    pub(super) fn tracked(self) -> Option<u32> {
        (self.flags & TRACKED != 0).then_some(self.name())
    }

    /// Whether the message is on disk, or is kept in memory only.
    pub(super) fn is_on_disk(self) -> bool {
        self.stage != Stage::Stored || self.disk == Disk::Same
    }

    pub(super) fn is_promised(self) -> bool {
        self.flags & PROMISED != 0
    }

    pub(super) fn is_sent(self) -> bool {
        self.flags & SENT != 0
    }

    /// Whether it was sent, and a restart would find it on disk.
    pub(super) fn is_exposed(self) -> bool {
        self.is_sent() && (self.is_live() || self.disk != Disk::Same)
    }

    pub(super) fn is_owing(self) -> bool {
        self.flags & OWING != 0
    }

    pub(super) fn is_lost(self) -> bool {
        self.flags & LOST != 0
    }

    /// Whether it can be told that it was dropped: it does not come back.
    pub(super) fn is_told_lost(self) -> bool {
        self.is_lost() && (self.is_live() || self.disk == Disk::Same)
    }

    fn set(&mut self, flag: u8, on: bool) {
        self.flags = if on {
            self.flags | flag
        } else {
            self.flags & !flag
        };
    }

    pub(super) fn set_promised(&mut self, tracked: bool) {
        self.set(PROMISED, true);
        self.set(TRACKED, tracked);
    }

    pub(super) fn set_sent(&mut self) {
        self.set(SENT, true);
    }

    pub(super) fn set_owing(&mut self, on: bool) {
        self.set(OWING, on);
    }

    /// It was dropped for this reason, which is told once.
    pub(super) fn set_lost(&mut self, code: u8) {
        self.set(LOST, self.flags & TOLD == 0);
        self.code = code;
    }

    /// That it was dropped has been told.
    pub(super) fn set_told(&mut self) {
        self.set(LOST, false);
        self.set(TOLD, true);
    }
}
