//! Why a link is not up: a code, and the layer it happened in.

use super::code;
use super::network::{NetError, Stage};

/// A failure as the host is told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One of [`code::ALL`].
    pub code: u8,
    /// The layer it happened in: name, tcp, tls, mqtt or modem; none where nothing failed.
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
