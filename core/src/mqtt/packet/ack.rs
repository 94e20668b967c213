//! The packets that acknowledge a message: PUBACK, PUBREC, PUBREL and PUBCOMP
//! (clauses 3.4–3.7).

use super::shown::ShownCode;
use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::error::DecodeError::{self, Malformed};
use crate::mqtt::error::EncodeError;
use crate::mqtt::property::Properties;
use crate::mqtt::wire::{Reader, Writer};
use crate::mqtt::{PacketId, Version, reason};
use core::fmt;

/// Which of them it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AckKind {
    /// Answers a QoS 1 PUBLISH.
    Puback,
    /// Answers a QoS 2 PUBLISH.
    Pubrec,
    /// Answers PUBREC.
    Pubrel,
    /// Answers PUBREL.
    Pubcomp,
}

impl AckKind {
    /// Type and flags; PUBREL alone has flags 0010 `[MQTT-3.6.1-1]`.
    const fn first(self) -> u8 {
        match self {
            Self::Puback => 0x40,
            Self::Pubrec => 0x50,
            Self::Pubrel => 0x62,
            Self::Pubcomp => 0x70,
        }
    }

    const fn carrier(self) -> Carrier {
        match self {
            Self::Puback => Carrier::Puback,
            Self::Pubrec => Carrier::Pubrec,
            Self::Pubrel => Carrier::Pubrel,
            Self::Pubcomp => Carrier::Pubcomp,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Puback => "PUBACK",
            Self::Pubrec => "PUBREC",
            Self::Pubrel => "PUBREL",
            Self::Pubcomp => "PUBCOMP",
        }
    }
}

/// An acknowledgement of the packet that carried `id` `[MQTT-2.3.1-6]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack<'p> {
    /// Which of them it is.
    pub kind: AckKind,
    /// What it acknowledges.
    pub id: PacketId,
    /// Reason code; 0 in 3.1.1.
    pub code: u8,
    /// None in 3.1.1.
    pub properties: Properties<'p>,
}

impl<'p> Ack<'p> {
    /// One of success, without properties: the same bytes in every version.
    #[inline]
    pub const fn new(kind: AckKind, id: PacketId) -> Self {
        Self {
            kind,
            id,
            code: reason::SUCCESS,
            properties: Properties::NONE,
        }
    }

    /// Reads one of success without properties, the same bytes in every version; none
    /// if these are something else. Most of what comes is this.
    #[inline]
    pub(in crate::mqtt) fn decode_plain(packet: &[u8]) -> Option<(AckKind, PacketId)> {
        let &[first, 2, high, low] = packet else {
            return None;
        };
        let kind = match first {
            0x40 => AckKind::Puback,
            0x50 => AckKind::Pubrec,
            0x62 => AckKind::Pubrel,
            0x70 => AckKind::Pubcomp,
            _ => return None,
        };
        Some((kind, PacketId::new(u16::from_be_bytes([high, low]))?))
    }

    #[inline]
    pub(super) fn decode(
        version: Version,
        kind: AckKind,
        body: &'p [u8],
    ) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(body);
        let ack = Self::new(kind, reader.id()?);
        if reader.is_empty() {
            return Ok(ack);
        }
        match version {
            Version::V311 => Err(Malformed),
            Version::V5 => ack.decode_more(reader),
        }
    }

    #[inline(never)]
    fn decode_more(self, mut reader: Reader<'p>) -> Result<Self, DecodeError> {
        let code = reader.u8()?;
        if !reason::is_of(code, self.kind.carrier()) {
            return Err(Malformed);
        }
        let properties = Properties::read_last(self.kind.carrier(), reader)?;
        Ok(Self {
            code,
            properties,
            ..self
        })
    }

    /// Appends [`new`](Self::new) of these, as every version has it.
    #[inline]
    pub(in crate::mqtt) fn encode_plain(
        kind: AckKind,
        id: PacketId,
        out: &mut Buf<'_>,
    ) -> Result<(), EncodeError> {
        let [high, low] = id.get().to_be_bytes();
        Ok(out.extend(&[kind.first(), 2, high, low])?)
    }

    pub(super) fn encode(&self, version: Version, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        if self.code == reason::SUCCESS && self.properties.is_empty() {
            return Self::encode_plain(self.kind, self.id, out);
        }
        let carrier = self.kind.carrier();
        let allowed = reason::is_of(self.code, carrier) && self.properties.fit(carrier);
        if version == Version::V311 || !allowed {
            return Err(EncodeError::Invalid);
        }
        let block = self.properties.size_last();
        let mut writer = Writer::start(out, self.kind.first(), block.saturating_add(3))?;
        writer.id(self.id)?;
        writer.u8(self.code)?;
        self.properties.write_last(&mut writer)
    }
}

impl fmt::Display for Ack<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} id={}", self.kind.name(), self.id)?;
        let properties = self.properties.shown(self.kind.carrier());
        write!(f, "{}{properties}", ShownCode::unless_success(self.code))
    }
}
