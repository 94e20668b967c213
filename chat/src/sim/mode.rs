//! The ways a chat is played in.

use std::fmt;

/// How bytes are cut and time is told; the conversation must not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayMode {
    /// As it is written.
    Whole,
    /// The host's bytes come one by one.
    HostInBytes,
    /// LF stands behind the CR of each command line.
    LineFeeds,
    /// Such an LF comes once the modem has answered.
    LateLineFeeds,
    /// The broker's bytes come one by one.
    BrokerInBytes,
    /// Output is taken one byte at a time.
    OutputInBytes,
    /// Time-outs are announced that are none.
    SpuriousTimeouts,
    /// What came late of earlier connections is told.
    LateEvents,
    /// The modem runs on lent memory instead of the heap.
    LentMemory,
}

/// Every way each chat is played in.
pub const PLAY_MODES: [PlayMode; 9] = [
    PlayMode::Whole,
    PlayMode::HostInBytes,
    PlayMode::LineFeeds,
    PlayMode::LateLineFeeds,
    PlayMode::BrokerInBytes,
    PlayMode::OutputInBytes,
    PlayMode::SpuriousTimeouts,
    PlayMode::LateEvents,
    PlayMode::LentMemory,
];

impl PlayMode {
    /// Whether LF stands behind the CR of a command line.
    pub(super) fn has_line_feeds(self) -> bool {
        matches!(self, Self::LineFeeds | Self::LateLineFeeds)
    }
}

impl fmt::Display for PlayMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole => "as it is written",
            Self::HostInBytes => "with the host's bytes one by one",
            Self::LineFeeds => "with CR LF at the end of lines",
            Self::LateLineFeeds => "with an LF late behind the CR of lines",
            Self::BrokerInBytes => "with the broker's bytes one by one",
            Self::OutputInBytes => "with output taken byte by byte",
            Self::SpuriousTimeouts => "with spurious time-outs",
            Self::LateEvents => "with late events of earlier connections",
            Self::LentMemory => "on lent memory",
        })
    }
}
