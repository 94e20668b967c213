//! How a modem is, in a word.

use serde::{Serialize, Serializer};

/// How a modem is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ModemState {
    /// A broker has accepted.
    Connected,
    /// A link is being opened.
    Connecting,
    /// A link is tried again after a pause.
    Waiting,
    /// No link is up, and none is tried.
    Down,
    /// It is without power or radio.
    Off,
}

impl ModemState {
    #[cfg(feature = "inspector")]
    /// All of them, from what is best.
    pub(crate) const ALL: [Self; 5] = [
        Self::Connected,
        Self::Connecting,
        Self::Waiting,
        Self::Down,
        Self::Off,
    ];

    /// Its word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Connecting => "connecting",
            Self::Waiting => "waiting",
            Self::Down => "down",
            Self::Off => "off",
        }
    }
}

impl Serialize for ModemState {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.word())
    }
}
