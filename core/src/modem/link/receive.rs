//! Bytes to and from the broker, and the time.

use super::framing::{BufferedPacket, FramingOutcome};
use super::phase::Phase;
use super::{Ended, Link};
use crate::modem::code;
use crate::modem::failure::Failure;
use crate::mqtt::session::Violation;
use crate::mqtt::{SessionEvent, Version};
use crate::time::Instant;

impl<'a> Link<'a> {
    /// Whether bytes from the broker mean anything now.
    #[inline]
    pub(crate) fn listens(&self) -> bool {
        matches!(self.phase, Phase::Greeting { .. } | Phase::Online)
    }

    /// Bytes came from the broker.
    pub(crate) fn note_received(&mut self, now: Instant) {
        if self.listens() {
            self.session.received(now);
            self.is_heard = true;
        }
    }

    /// Looks at bytes the broker sent; `max` is the largest packet taken whole.
    #[inline]
    pub(crate) fn input(&mut self, bytes: &[u8], max: usize) -> FramingOutcome {
        self.framing.input(bytes, max)
    }

    /// Bytes that a packet may have which comes in parts.
    pub(crate) fn max_partial(&self) -> usize {
        self.framing.capacity()
    }

    /// Whether a packet has come in part, or waits for room.
    #[inline]
    pub(crate) fn has_partial(&self) -> bool {
        !self.framing.is_empty()
    }

    /// Length of the PUBLISH that waits for room, 0 of another packet that does.
    #[inline]
    pub(crate) fn blocked(&self) -> Option<usize> {
        self.framing.blocked()
    }

    /// A packet waits for room, or none does.
    #[inline]
    pub(crate) fn set_blocked(&mut self, blocked: Option<usize>) {
        self.framing.set_blocked(blocked);
    }

    /// Stores a whole packet until there is room for it; returns how many bytes
    /// were taken.
    pub(crate) fn store_packet(&mut self, packet: &[u8]) -> usize {
        self.framing.store(packet)
    }

    /// Takes out the whole packet that waits, if there is one. It is to be put back.
    pub(crate) fn take_packet(&mut self) -> Option<BufferedPacket<'a>> {
        self.framing.take()
    }

    /// Puts a packet back; one that was handled is forgotten.
    pub(crate) fn put_packet_back(&mut self, buffered: BufferedPacket<'a>, handled: bool) {
        self.framing.put_back(buffered, handled);
    }

    /// Handles a whole packet: what it meant to the session. Whether the link is up or
    /// has ended by that is for the caller to ask next.
    #[inline]
    pub(crate) fn handle_packet<'p>(
        &mut self,
        now: Instant,
        packet: &'p [u8],
    ) -> Result<SessionEvent<'p>, Violation> {
        self.session.handle(now, packet, &mut self.net_out)
    }

    /// The broker refused CONNECT; how that ended the link, unless it is asked for an older
    /// version.
    #[cold]
    pub(crate) fn handle_refused(&mut self, now: Instant, code: u8) -> Option<Ended> {
        let is_old = matches!(code, 1 | code::UNSUPPORTED_VERSION);
        if is_old && self.session.version() == Version::V5 && self.fall_back(self.transport) {
            return None;
        }
        let ended = self.drop(now, code.into());
        self.has_reason = true;
        Some(ended)
    }

    /// The broker ended the connection by DISCONNECT.
    #[cold]
    pub(crate) fn handle_disconnected(&mut self, now: Instant, code: u8) -> Ended {
        let code = if code == 0 { code::CLOSED } else { code };
        let ended = self.drop(now, code.into());
        self.has_reason = self.last_failure() == code.into();
        ended
    }

    /// The bytes the broker sent break the protocol.
    #[cold]
    pub(crate) fn refuse_bytes(&mut self, now: Instant, violation: Violation) -> Ended {
        self.session.break_off(violation, &mut self.net_out);
        self.break_off(now)
    }

    /// The broker broke the protocol, and the session is lost by that: the link ends. In
    /// MQTT 5 DISCONNECT goes out first.
    #[cold]
    pub(crate) fn break_off(&mut self, now: Instant) -> Ended {
        let says_why = self.session.version() == Version::V5 && !self.net_out.is_empty();
        if says_why && self.phase != Phase::Opened {
            return self.part(now, code::PROTOCOL.into());
        }
        self.drop(now, code::PROTOCOL.into())
    }

    /// `count` bytes for the broker were written to the network; whether DISCONNECT
    /// was the last of them.
    pub(crate) fn handle_sent(&mut self, now: Instant, count: usize) -> bool {
        let count = count.min(self.net_out.len());
        self.net_out.consume(count);
        self.written += count as u64;
        if count > 0 {
            self.session.sent(now);
            self.session.poll_send(&mut self.net_out);
        }
        self.net_out.is_empty() && matches!(self.phase, Phase::Closing { .. })
    }

    /// DISCONNECT was sent: the transport is closed.
    pub(crate) fn finish_disconnect(&mut self, now: Instant) -> Ended {
        let code = match self.phase {
            Phase::Closing { code, .. } => code,
            _ => code::BY_COMMAND,
        };
        self.drop(now, code.into())
    }

    /// Does what is due; `unread` is whether the host blocks what the broker sends. How
    /// that ended the link, if it did.
    pub(crate) fn handle_timeout(&mut self, now: Instant, unread: bool) -> Option<Ended> {
        // Where the broker takes no bytes, it is not the host that blocks it.
        let blocked = unread && self.has_answer_room();
        let why = match self.phase {
            Phase::Opening { deadline, stage } if deadline <= now => Failure::late(stage),
            Phase::Greeting { deadline } if deadline <= now => Failure::NO_CONNACK,
            Phase::Closing { deadline, code } if deadline <= now => code.into(),
            Phase::Online => {
                let alive = self.session.handle_timeout(now, blocked, &mut self.net_out);
                match alive {
                    Ok(()) => return None,
                    Err(_) => code::KEEP_ALIVE.into(),
                }
            }
            _ => return None,
        };
        Some(self.drop(now, why))
    }
}
