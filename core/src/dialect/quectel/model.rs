//! The models, where they differ.

use crate::modem::command::context::Context;

/// Which of the modules it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    Bg95,
    Ec25,
    Ec200,
    Bc26,
}

/// Where a BG95 says it is: area, cell, eMTC.
pub(super) const CELL_BG95: &str = "\"1A2B\",\"01A2B3C4\",8";
/// The same of the others: LTE.
pub(super) const CELL: &str = "\"1A2B\",\"01A2B3C4\",7";

impl Model {
    pub(super) fn of(cx: &Context) -> Self {
        match cx.dialect().model {
            "ec25" => Self::Ec25,
            "ec200" => Self::Ec200,
            "bc26" => Self::Bc26,
            _ => Self::Bg95,
        }
    }

    /// Whether it has the settings of newer firmware.
    pub(super) fn is_newer(self) -> bool {
        self == Self::Ec200
    }

    /// The version of MQTT until it is set.
    pub(super) fn version(self) -> u16 {
        if self == Self::Bc26 { 3 } else { 4 }
    }

    /// The greatest number of a packet context.
    pub(super) fn contexts(self) -> u16 {
        if self == Self::Ec200 { 15 } else { 16 }
    }

    /// Whether `+QMTCFG="timeout"` takes these.
    pub(super) fn takes_timeout(self, [packet, retries, _]: [u16; 3]) -> bool {
        if self == Self::Ec200 {
            retries >= 1
        } else {
            packet <= 60
        }
    }
}
