//! The memory a modem runs on, and how one piece is shared out.

use super::further::FurtherLinks;
use crate::buffer::Buf;

/// The memory a modem runs on.
#[derive(Debug)]
pub struct Memory<'a> {
    /// The command line as it is typed: bounds the longest line.
    pub line: Buf<'a>,
    /// Values whose escapes were resolved: bounds what a command takes of its line, and the
    /// raw bytes it takes with them.
    pub values: Buf<'a>,
    /// Bytes for the host.
    pub host_out: Buf<'a>,
    /// Messages and events that wait for the host.
    pub inbox: Buf<'a>,
    /// Settings and certificates.
    pub settings: Buf<'a>,
    /// A packet that has come in part: bounds the largest packet received, which is
    /// its payload, its topic and 9 bytes at most.
    pub net_in: Buf<'a>,
    /// Bytes for the broker: bounds the largest packet sent.
    pub net_out: Buf<'a>,
    /// Outgoing messages in flight.
    pub in_flight: Buf<'a>,
    /// 8 bytes for each message from the broker whose flow has not ended, and 8 more; at
    /// least 16. With less than 512 KiB a broker of MQTT 5 is told how many it holds.
    pub received: Buf<'a>,
    /// Subscriptions.
    pub subscriptions: Buf<'a>,
    /// What a broker of MQTT 5 says, topics that aliases stand for, and the identifiers
    /// of more than ten messages in flight. There may be none.
    pub terms: Buf<'a>,
    /// Links beside the first.
    pub links: FurtherLinks<'a>,
}

/// The least memory [`Memory::lent`] takes, in bytes.
pub(super) const LEAST: usize = 32 * 1024;

/// What stands around a payload at most: fixed header, topic and packet id.
#[cfg(feature = "alloc")]
const AROUND_PAYLOAD: usize = 5 + 2 + 65_535 + 2;
/// What stands around a packet that is stored, or less.
#[cfg(feature = "alloc")]
const AROUND_STORED: usize = 64;
/// What stands around it as the host reads it: a topic of escapes, numbers.
#[cfg(feature = "alloc")]
const AROUND_SAID: usize = 3 * 65_535 + 1024;
/// Links beside the first, on the heap.
#[cfg(feature = "alloc")]
const FURTHER: u8 = 7;
/// The least for other answers and events, on the heap.
#[cfg(feature = "alloc")]
const HOST_LEAST: usize = 512 * 1024;

impl<'a> Memory<'a> {
    /// Shares out one piece of memory, at least 32 KiB; `None` if it is smaller.
    ///
    /// A quarter holds settings and certificates, an eighth answers to the host;
    /// with 32 KiB a line and a received packet may have 2,560 bytes each. The modem has
    /// one link then; [`links`](Self::links) gives memory for others.
    pub fn lent(memory: &'a mut [u8]) -> Option<Self> {
        if memory.len() < LEAST {
            return None;
        }
        let unit = memory.len() / 64;
        let mut rest = memory;
        let mut part = |units: usize| {
            let (part, behind) = core::mem::take(&mut rest).split_at_mut_checked(units * unit)?;
            rest = behind;
            Some(Buf::lent(part))
        };
        Some(Self {
            line: part(5)?,
            values: part(4)?,
            host_out: part(8)?,
            inbox: part(6)?,
            settings: part(16)?,
            net_in: part(5)?,
            net_out: part(6)?,
            in_flight: part(6)?,
            received: part(1)?,
            subscriptions: part(4)?,
            terms: part(3)?,
            links: FurtherLinks::none(),
        })
    }

    pub(crate) fn take_line(&mut self) -> Buf<'a> {
        core::mem::replace(&mut self.line, Buf::lent(&mut []))
    }

    pub(crate) fn take_values(&mut self) -> Buf<'a> {
        core::mem::replace(&mut self.values, Buf::lent(&mut []))
    }
}

#[cfg(feature = "alloc")]
impl Memory<'_> {
    /// Bounded pieces of the heap that grow on use: lines and messages sent up
    /// to 64 KiB, payloads received up to 256 KiB, 8 links.
    pub fn heap() -> Self {
        const KIB: usize = 1024;
        Self {
            line: Buf::heap(64 * KIB),
            values: Buf::heap(256 * KIB),
            host_out: Buf::heap(0),
            inbox: Buf::heap(0),
            settings: Buf::heap(1024 * KIB),
            net_in: Buf::heap(0),
            net_out: Buf::heap(256 * KIB),
            in_flight: Buf::heap(256 * KIB),
            received: Buf::heap(512 * KIB),
            subscriptions: Buf::heap(64 * KIB),
            terms: Buf::heap(1024 * KIB),
            links: FurtherLinks::heap(FURTHER),
        }
        .receiving(256 * KIB)
    }

    /// The same with bounds for packets to the broker of this many bytes, and what a host
    /// gives as raw bytes of them; one of them may wait in memory.
    pub fn sending(self, packet: usize) -> Self {
        Self {
            values: Buf::heap(packet.max(self.values.capacity())),
            net_out: Buf::heap(packet),
            in_flight: Buf::heap(packet + AROUND_STORED),
            ..self
        }
    }

    /// The same with bounds for received payloads of this many bytes, whatever their
    /// topic, and in whatever format the host reads them.
    pub fn receiving(self, payload: usize) -> Self {
        let packet = payload + AROUND_PAYLOAD;
        // An answer may use half of it.
        let said = 2 * (2 * payload + AROUND_SAID);
        Self {
            net_in: Buf::heap(packet),
            inbox: Buf::heap((2 * packet).max(HOST_LEAST)),
            host_out: Buf::heap(said.max(HOST_LEAST)),
            ..self
        }
    }
}
