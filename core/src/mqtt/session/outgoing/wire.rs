//! How a message is written on the present connection.

use crate::buffer::Buf;
use crate::mqtt::packet::{EncodeError, Packet, Publish, Rules};
use crate::mqtt::property::{self, Properties};
use crate::mqtt::session::aliases::{Alias, Aliases};
use crate::mqtt::session::event::{DropReason, SendError};
use crate::mqtt::session::terms::Grants;
use crate::mqtt::{Qos, Version, reason};

/// Bytes of an alias among the properties, which may need one more to tell their length.
const ALIAS: usize = 3 + 1;

/// Why a message of the log was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unwritten {
    /// There is no room for it now.
    Later,
    /// It never will be.
    Never(DropReason),
}

/// What the broker grants on the connection, and the aliases in use.
#[derive(Debug)]
pub(in crate::mqtt::session) struct WireTerms<'a> {
    grants: Grants,
    aliases: Aliases<'a>,
    /// Whether the broker has a new session: nothing was sent in it before.
    is_fresh: bool,
}

impl<'a> WireTerms<'a> {
    pub(super) fn new() -> Self {
        Self {
            grants: Grants::plain(0, false),
            aliases: Aliases::new(Buf::lent(&mut [])),
            is_fresh: false,
        }
    }

    /// Memory for topics that aliases stand for.
    pub(super) fn lend(&mut self, memory: Buf<'a>) {
        self.aliases = Aliases::new(memory);
    }

    /// The broker accepted a connection, on which so many aliases may be used.
    pub(super) fn begin(&mut self, grants: Grants, aliases: u16) {
        self.aliases.begin(aliases.min(grants.alias_out));
        self.is_fresh = grants.version == Version::V5 && !grants.session_present;
        self.grants = grants;
    }

    #[inline]
    pub(in crate::mqtt::session) fn grants(&self) -> &Grants {
        &self.grants
    }

    #[inline]
    pub(super) fn version(&self) -> Version {
        self.grants.version
    }

    pub(super) fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    pub(super) fn has_aliases(&self) -> bool {
        self.aliases.is_used()
    }

    /// Whether the broker takes a message with `more` bytes of payload than it has. Its
    /// packet identifier may be still to come.
    #[inline]
    pub(super) fn check(&self, publish: &Publish<'_>, more: usize) -> Result<(), SendError> {
        match self.grants.version {
            Version::V311 if publish.properties.is_empty() => Ok(()),
            Version::V311 => Err(SendError::Unsupported(0)),
            Version::V5 => self
                .refuses(publish, more)
                .map_or(Ok(()), |code| Err(SendError::Unsupported(code))),
        }
    }

    #[inline]
    fn refuses(&self, publish: &Publish<'_>, more: usize) -> Option<u8> {
        let id = if publish.id.is_none() && publish.qos != Qos::AtMostOnce {
            2
        } else {
            0
        };
        let grants = &self.grants;
        grants.refuses(publish).or_else(|| {
            // Most brokers take all there is.
            if grants.max_packet == u32::MAX {
                return None;
            }
            grants.refuses_len(publish.len_with(Version::V5, more.saturating_add(id)))
        })
    }

    /// Writes a message that the broker takes.
    #[inline]
    pub(super) fn write(
        &mut self,
        publish: &Publish<'_>,
        out: &mut Buf<'_>,
    ) -> Result<(), EncodeError> {
        if !self.aliases.is_used() {
            return publish.encode_as(self.grants.version, out);
        }
        self.write_aliased(publish, out)
    }

    #[cold]
    fn write_aliased(
        &mut self,
        publish: &Publish<'_>,
        out: &mut Buf<'_>,
    ) -> Result<(), EncodeError> {
        match self.aliases.of(publish.topic) {
            Alias::None => publish.encode_as(self.grants.version, out),
            Alias::Known(alias) => publish.encode_aliased("", alias, out),
            Alias::New(_) if self.is_full_with_alias(publish) => {
                publish.encode_as(self.grants.version, out)
            }
            Alias::New(alias) => {
                publish.encode_aliased(publish.topic, alias, out)?;
                Ok(self.aliases.set(alias, publish.topic)?)
            }
        }
    }

    /// Whether a message is too large for the broker with an alias beside its topic.
    fn is_full_with_alias(&self, publish: &Publish<'_>) -> bool {
        let len = publish.len_with(Version::V5, ALIAS);
        self.grants.refuses_len(len).is_some()
    }

    /// Writes a message of the log, which has waited for `age` seconds: `again` if it was
    /// sent before, with DUP then `[MQTT-3.3.1-1]`, but not in a new session.
    pub(super) fn write_stored(
        &mut self,
        form: Version,
        packet: &[u8],
        again: bool,
        age: u32,
        out: &mut Buf<'_>,
    ) -> Result<(), Unwritten> {
        if form == Version::V311 && self.grants.version == Version::V311 {
            return write_plain(packet, again, out);
        }
        // What was stored can be read.
        let Ok(Packet::Publish(mut publish)) = Packet::decode_as(form, Rules::Strict, packet)
        else {
            return Err(Unwritten::Never(DropReason::NoRoom));
        };
        let expiry = publish.properties.number(&property::EXPIRY);
        let left = expiry.map(|expiry| expiry.saturating_sub(age));
        if left == Some(0) && age > 0 && !again {
            return Err(Unwritten::Never(DropReason::Expired));
        }
        if self.grants.version == Version::V311 {
            publish.properties = Properties::NONE;
        } else if let Some(code) = self.refuses(&publish, 0) {
            return Err(Unwritten::Never(reason_of(code)));
        }
        publish.dup = again && !self.is_fresh && publish.qos != Qos::AtMostOnce;
        match self.write(&publish, out) {
            Ok(()) => {}
            Err(_) if out.is_empty() => return Err(Unwritten::Never(DropReason::NoRoom)),
            Err(_) => return Err(Unwritten::Later),
        }
        if let (Some(left), Some(whole)) = (left, expiry) {
            // Of one that was sent before, it is never too late.
            set_expiry(&publish, left.max(whole.min(1)), out);
        }
        Ok(())
    }

    pub(super) fn trim(&mut self) -> usize {
        self.aliases.trim()
    }
}

/// Writes a stored PUBLISH of 3.1.1 as it is, but for DUP; never with QoS 0
/// `[MQTT-3.3.1-2]`.
#[inline]
fn write_plain(packet: &[u8], again: bool, out: &mut Buf<'_>) -> Result<(), Unwritten> {
    const DUP: u8 = crate::mqtt::packet::DUP;
    let start = out.len();
    if out.extend(packet).is_err() {
        return Err(if packet.len() > out.capacity() {
            Unwritten::Never(DropReason::NoRoom)
        } else {
            Unwritten::Later
        });
    }
    if let Some(first) = out.as_mut_slice().get_mut(start).filter(|_| again) {
        *first |= if *first & 0x06 == 0 { 0 } else { DUP };
    }
    Ok(())
}

/// Changes how long a message that was just written is valid.
fn set_expiry(publish: &Publish<'_>, expiry: u32, out: &mut Buf<'_>) {
    let Some(place) = publish.properties.place_of(&property::EXPIRY) else {
        return;
    };
    // The properties of the host are the last thing before the payload.
    let behind = publish.properties.as_bytes().len() - place + publish.payload.len();
    let at = out.len().saturating_sub(behind);
    let bytes = out.as_mut_slice().get_mut(at..);
    if let Some(bytes) = bytes.and_then(<[u8]>::first_chunk_mut) {
        *bytes = expiry.to_be_bytes();
    }
}

/// Why a message is dropped that the broker does not take.
fn reason_of(code: u8) -> DropReason {
    match code {
        reason::NO_QOS => DropReason::NoQos,
        reason::NO_RETAIN => DropReason::NoRetain,
        _ => DropReason::TooLarge,
    }
}
