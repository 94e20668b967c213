//! The fields packets are made of (clauses 1.5 and 2).

use super::PacketId;
use super::error::DecodeError::{self, Malformed};
use super::error::EncodeError;
use crate::buffer::Buf;

/// The largest remaining length four bytes can tell (clause 2.2.3).
pub(super) const LARGEST: usize = 268_435_455;

/// Reads fields one after the other; every one may be missing.
pub(super) struct Reader<'p> {
    rest: &'p [u8],
}

impl<'p> Reader<'p> {
    pub(super) fn new(bytes: &'p [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Bytes that are left.
    pub(super) fn len(&self) -> usize {
        self.rest.len()
    }

    /// All that is left.
    pub(super) fn rest(self) -> &'p [u8] {
        self.rest
    }

    /// Nothing may be left.
    pub(super) fn end(self) -> Result<(), DecodeError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    pub(super) fn take(&mut self, n: usize) -> Result<&'p [u8], DecodeError> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, DecodeError> {
        let (&byte, rest) = self.rest.split_first().ok_or(Malformed)?;
        self.rest = rest;
        Ok(byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, DecodeError> {
        let (&bytes, rest) = self.rest.split_first_chunk().ok_or(Malformed)?;
        self.rest = rest;
        Ok(u16::from_be_bytes(bytes))
    }

    pub(super) fn u32(&mut self) -> Result<u32, DecodeError> {
        let (&bytes, rest) = self.rest.split_first_chunk().ok_or(Malformed)?;
        self.rest = rest;
        Ok(u32::from_be_bytes(bytes))
    }

    /// A number in one to four bytes, in as few as it needs `[MQTT-1.5.5-1]`.
    pub(super) fn varint(&mut self) -> Result<u32, DecodeError> {
        let mut number = 0;
        for place in 0..4 {
            let byte = self.u8()?;
            number |= u32::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                let overlong = place > 0 && byte == 0;
                return if overlong { Err(Malformed) } else { Ok(number) };
            }
        }
        Err(Malformed)
    }

    /// A packet identifier, not 0 `[MQTT-2.3.1-1]`.
    pub(super) fn id(&mut self) -> Result<PacketId, DecodeError> {
        PacketId::new(self.u16()?).ok_or(Malformed)
    }

    /// Bytes preceded by their count.
    pub(super) fn binary(&mut self) -> Result<&'p [u8], DecodeError> {
        let len = self.u16()?;
        self.take(usize::from(len))
    }

    /// Well-formed UTF-8 without NUL `[MQTT-1.5.3-1]`, `[MQTT-1.5.3-2]`.
    pub(super) fn string(&mut self) -> Result<&'p str, DecodeError> {
        let text = core::str::from_utf8(self.binary()?).map_err(|_| Malformed)?;
        if is_text(text) {
            Ok(text)
        } else {
            Err(Malformed)
        }
    }
}

/// Whether `text` may stand in a packet: no NUL `[MQTT-1.5.3-2]`, not longer
/// than its count can tell.
pub(super) fn is_text(text: &str) -> bool {
    u16::try_from(text.len()).is_ok() && !text.bytes().any(|b| b == 0)
}

/// Bytes that `bytes` takes with its count before it.
pub(super) fn counted(bytes: &[u8]) -> usize {
    bytes.len().saturating_add(2)
}

/// Bytes of a packet with `remaining` bytes after its fixed header.
pub(super) fn whole(remaining: usize) -> usize {
    remaining
        .saturating_add(1)
        .saturating_add(varint(remaining))
}

/// Bytes that `number` takes as a variable byte integer.
pub(super) fn varint(number: usize) -> usize {
    match number {
        0..=127 => 1,
        128..=16_383 => 2,
        16_384..=2_097_151 => 3,
        _ => 4,
    }
}

/// Writes one packet, in room that is made for all of it at once.
pub(super) struct Writer<'b> {
    rest: &'b mut [u8],
}

impl<'b> Writer<'b> {
    /// Writes the fixed header of a packet with `remaining` bytes after it, all of
    /// which have to be written then; or nothing at all if the whole does not fit.
    #[inline]
    pub(super) fn start(
        out: &'b mut Buf<'_>,
        first: u8,
        remaining: usize,
    ) -> Result<Self, EncodeError> {
        match remaining {
            // Most packets are short.
            0..=127 => Self::open(out, [first, remaining as u8], remaining),
            _ => Self::start_long(out, first, remaining),
        }
    }

    fn start_long(out: &'b mut Buf<'_>, first: u8, remaining: usize) -> Result<Self, EncodeError> {
        let more = |shift: u32| (remaining >> shift) as u8 | 0x80;
        let last = |shift: u32| (remaining >> shift) as u8 & 0x7f;
        match remaining {
            0..=16_383 => Self::open(out, [first, more(0), last(7)], remaining),
            16_384..=2_097_151 => {
                let header = [first, more(0), more(7), last(14)];
                Self::open(out, header, remaining)
            }
            2_097_152..=LARGEST => {
                let header = [first, more(0), more(7), more(14), last(21)];
                Self::open(out, header, remaining)
            }
            _ => Err(EncodeError::Invalid),
        }
    }

    /// Room for `len` bytes that are a part of a packet, all of which have to be
    /// written then.
    pub(super) fn part(out: &'b mut Buf<'_>, len: usize) -> Result<Self, EncodeError> {
        let rest = out.extend_by(len)?;
        Ok(Self { rest })
    }

    /// Room for a packet, its fixed header written.
    #[inline]
    fn open<const N: usize>(
        out: &'b mut Buf<'_>,
        header: [u8; N],
        remaining: usize,
    ) -> Result<Self, EncodeError> {
        let rest = out.extend_by(N + remaining)?;
        let mut writer = Self { rest };
        writer.array(header)?;
        Ok(writer)
    }

    /// As [`bytes`](Self::bytes), for a length known here, which is less work.
    #[inline]
    fn array<const N: usize>(&mut self, bytes: [u8; N]) -> Result<(), EncodeError> {
        let rest = core::mem::take(&mut self.rest);
        let (place, rest) = rest.split_first_chunk_mut().ok_or(EncodeError::Full)?;
        *place = bytes;
        self.rest = rest;
        Ok(())
    }

    /// Fails only if more is written than was said.
    #[inline]
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        let rest = core::mem::take(&mut self.rest);
        let (place, rest) = rest
            .split_at_mut_checked(bytes.len())
            .ok_or(EncodeError::Full)?;
        place.copy_from_slice(bytes);
        self.rest = rest;
        Ok(())
    }

    pub(super) fn u8(&mut self, byte: u8) -> Result<(), EncodeError> {
        self.array([byte])
    }

    pub(super) fn u16(&mut self, number: u16) -> Result<(), EncodeError> {
        self.array(number.to_be_bytes())
    }

    /// A variable byte integer. The caller has checked that four bytes can tell it.
    pub(super) fn varint(&mut self, mut number: usize) -> Result<(), EncodeError> {
        while number > 0x7f {
            self.u8(number as u8 | 0x80)?;
            number >>= 7;
        }
        self.u8(number as u8)
    }

    pub(super) fn id(&mut self, id: PacketId) -> Result<(), EncodeError> {
        self.u16(id.get())
    }

    /// Bytes preceded by their count. The caller has checked the length.
    pub(super) fn binary(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.u16(u16::try_from(bytes.len()).map_err(|_| EncodeError::Invalid)?)?;
        self.bytes(bytes)
    }
}
