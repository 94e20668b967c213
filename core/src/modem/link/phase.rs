//! How far a link is, and what it does about being closed.

use crate::modem::network::{LinkState, Stage};
use crate::time::Instant;

/// How far a link has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Closed,
    /// The caller opens the transport.
    Opening {
        deadline: Instant,
        stage: Stage,
    },
    /// The transport is up, and the host connects in a step of its own.
    Opened,
    /// CONNECT was written, CONNACK is awaited.
    Greeting {
        deadline: Instant,
    },
    Online,
    /// DISCONNECT was written and is on its way to the network.
    Closing {
        deadline: Instant,
        /// The code by which the transport is closed then.
        code: u8,
    },
}

impl Phase {
    /// Whether the connection is being made, up to CONNACK.
    pub(super) fn is_opening(self) -> bool {
        matches!(
            self,
            Self::Opening { .. } | Self::Opened | Self::Greeting { .. }
        )
    }

    /// How far that is for who watches from outside.
    pub(super) fn state(self) -> LinkState {
        match self {
            Self::Closed => LinkState::Closed,
            Self::Opening { .. } | Self::Opened | Self::Greeting { .. } => LinkState::Opening,
            Self::Online => LinkState::Online,
            Self::Closing { .. } => LinkState::Closing,
        }
    }
}

/// What the caller knows of the present connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    /// There is none.
    None,
    /// The caller is to be asked for it.
    Wanted,
    /// The caller was asked for it.
    Asked,
}

/// Who wants the link to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The host, by a command that waits for it.
    Host,
    /// The modem itself.
    Automatic,
}

/// What a link does about not being connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reconnect {
    /// Nothing: it stays closed, or it is connected.
    Off,
    /// It comes back once the radio is on again.
    WithRadio,
    /// The next attempt is due then.
    Waiting { at: Instant },
    /// It is being opened.
    Trying {
        by: By,
        /// Whether another attempt follows if this one fails.
        again: bool,
    },
}
