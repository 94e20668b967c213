//! Why a link is not up: a code, and the layer it happened in.

use super::Modem;
use super::api::{LinkId, NetError};
use super::code;
use super::link::Phase;

/// What a connection that is being opened waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its turn: the caller opens only so many at once.
    Turn,
    /// The broker's address.
    Name,
    /// TCP.
    Tcp,
    /// TLS.
    Tls,
}

/// A failure as the host is told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One of [`code::ALL`].
    pub code: u8,
    /// The layer it happened in: name, tcp, tls, mqtt or modem.
    pub layer: &'static str,
    /// What it means.
    pub words: &'static str,
}

impl Failure {
    /// There was none.
    pub const NONE: Self = Self {
        code: code::DONE,
        layer: "none",
        words: "done",
    };

    /// What this code means.
    pub fn of(code: u8) -> Self {
        Self {
            code,
            layer: code::layer(code),
            words: code::words(code),
        }
    }

    /// What was waited for did not come in time.
    pub fn late(stage: Stage) -> Self {
        match stage {
            Stage::Turn => Self::timed_out("modem", "timed out before its turn"),
            Stage::Name => Self {
                code: code::NAME_NOT_FOUND,
                layer: "name",
                words: "name not found in time",
            },
            Stage::Tcp => Self::of(code::TIMED_OUT),
            Stage::Tls => Self::timed_out("tls", "TLS: timed out"),
        }
    }

    /// The transport is up, and the broker says nothing.
    pub const NO_CONNACK: Self = Self::timed_out("mqtt", "no CONNACK");

    const fn timed_out(layer: &'static str, words: &'static str) -> Self {
        Self {
            code: code::TIMED_OUT,
            layer,
            words,
        }
    }
}

/// How far a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// There is none.
    Closed,
    /// It is being made, up to the broker's CONNACK.
    Opening,
    /// The broker is connected.
    Online,
    /// It is being left in order.
    Closing,
}

impl Modem<'_> {
    /// How far a link is, for who watches it from outside.
    #[inline]
    pub fn link_state(&self, link: LinkId) -> LinkState {
        let link = self.machine.links.get(usize::from(link.0));
        match link.map(|link| link.phase) {
            None | Some(Phase::Closed) => LinkState::Closed,
            Some(Phase::Opening { .. } | Phase::Greeting { .. }) => LinkState::Opening,
            Some(Phase::Online) => LinkState::Online,
            Some(Phase::Closing { .. }) => LinkState::Closing,
        }
    }

    /// Why the link is not up, or was not when it last failed.
    pub fn last_failure(&self) -> Failure {
        self.machine.last_failure
    }
}

impl From<NetError> for Failure {
    fn from(error: NetError) -> Self {
        Self::of(code::of(error))
    }
}

impl From<u8> for Failure {
    fn from(code: u8) -> Self {
        Self::of(code)
    }
}
