//! What of the modem's state the V.250 and 27.007 commands set.

use crate::at::line::{ECHO_LIMIT, Format};
use crate::at::reply::{Final, Style};
use crate::modem::table::Fail;

/// The profile: what `&F` sets to its factory values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    /// `E`
    pub(crate) echo: bool,
    /// `V`
    pub(crate) verbose: bool,
    /// `Q`
    pub(crate) quiet: bool,
    /// `X`
    pub(crate) progress: u8,
    /// `&C`
    pub(crate) dcd: u8,
    /// `&D`
    pub(crate) dtr: u8,
    /// `+CMEE`
    pub(crate) cmee: u8,
    /// `+CREG`, `+CGREG`, `+CEREG`: whether and how changes are reported.
    pub(crate) registration: [u8; 3],
    /// S0 to S12.
    pub(crate) registers: [u8; 13],
}

/// S3, the line terminator.
pub(crate) const S3: usize = 3;
/// S4, the response formatting character.
pub(crate) const S4: usize = 4;
/// S5, the editing character.
pub(crate) const S5: usize = 5;

impl Profile {
    /// What a new modem starts with.
    pub(crate) const FACTORY: Self = Self {
        echo: true,
        verbose: true,
        quiet: false,
        progress: 4,
        dcd: 1,
        dtr: 1,
        cmee: 0,
        registration: [0; 3],
        registers: [0, 0, b'+', b'\r', b'\n', 8, 2, 50, 2, 6, 14, 95, 50],
    };

    pub(crate) fn register(&self, index: usize) -> u8 {
        self.registers.get(index).copied().unwrap_or_default()
    }

    pub(crate) fn style(&self) -> Style {
        Style {
            verbose: self.verbose,
            quiet: self.quiet,
            cr: self.register(S3),
            lf: self.register(S4),
        }
    }

    /// How lines are read; `room` is what the output holds of an echo.
    pub(crate) fn format(&self, strict: bool, room: usize) -> Format {
        Format {
            cr: self.register(S3),
            backspace: self.register(S5),
            echo: self.echo.then_some(room.saturating_sub(1).min(ECHO_LIMIT)),
            strict,
        }
    }

    /// How a failure is said, as `+CMEE` wants it.
    pub(crate) fn wording(&self, fail: Fail) -> Final {
        match (fail, self.cmee) {
            (Fail::Plain, _) | (Fail::Cme(_), 0) => Final::Error,
            (Fail::Cme(code), level) => Final::Cme {
                code,
                words: level == 2,
            },
        }
    }
}

/// `+CFUN`: how much of the modem is on (27.007 §8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Functionality {
    /// 0: least power, no radio.
    Minimum,
    /// 1: everything.
    Full,
    /// 4: no radio.
    RadioOff,
}
