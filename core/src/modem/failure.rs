//! Why a link is not up: a code, and the layer it happened in.

use super::code;
use super::network::{NetError, Stage};
use core::fmt;

/// A failure as the host is told it. `Display` gives its words, with the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One of [`code::all`].
    pub code: u8,
    /// The layer it happened in: name, tcp, tls, mqtt or modem; none where nothing failed.
    pub layer: &'static str,
    /// What it means; of a reason code of MQTT 5 its name.
    pub words: &'static str,
    /// The status of HTTP that tells more; 0 where there is none.
    pub status: u16,
}

impl Failure {
    /// There was none.
    pub const NONE: Self = Self {
        code: code::DONE,
        layer: "none",
        words: "done",
        status: 0,
    };

    /// What this code means.
    pub fn of(code: u8) -> Self {
        Self {
            code,
            layer: code::layer(code),
            words: code::words(code),
            status: 0,
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
                status: 0,
            },
            Stage::Tcp => Self::of(code::TIMED_OUT),
            Stage::Tls => Self::timed_out("tls", "TLS: timed out"),
            Stage::Proxy => Self::timed_out("tcp", "proxy: timed out"),
            Stage::WebSocket => Self::timed_out("tcp", "websocket: timed out"),
        }
    }

    /// The transport is up, and the broker says nothing.
    pub const NO_CONNACK: Self = Self::timed_out("mqtt", "no CONNACK");

    const fn timed_out(layer: &'static str, words: &'static str) -> Self {
        Self {
            code: code::TIMED_OUT,
            layer,
            words,
            status: 0,
        }
    }

    /// The same with a status, said by whom it came from.
    fn with_status(self, words: &'static str, status: u16) -> Self {
        Self {
            words: if status == 0 { self.words } else { words },
            status,
            ..self
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if code::is_reason(self.code) {
            f.write_str("broker: ")?;
        }
        match self.status {
            0 => f.write_str(self.words),
            status => write!(f, "{}: {status}", self.words),
        }
    }
}

impl From<NetError> for Failure {
    fn from(error: NetError) -> Self {
        let failure = Self::of(code::of(error));
        match error {
            NetError::WebSocket { status } => failure.with_status("websocket", status),
            NetError::Proxy { status: 0 } => Self {
                words: "proxy refused",
                ..failure
            },
            NetError::Proxy { status } => failure.with_status("proxy", status),
            _ => failure,
        }
    }
}

impl From<u8> for Failure {
    fn from(code: u8) -> Self {
        Self::of(code)
    }
}
