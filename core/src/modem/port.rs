//! The port a modem's host is at: its lines, speed and format.

/// The lines a host drives (V.24 circuits 108 and 105).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostLines {
    /// Data terminal ready: a host is there.
    pub dtr: bool,
    /// Request to send.
    pub rts: bool,
}

/// The lines a modem drives (V.24 circuits 109, 107 and 106).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModemLines {
    /// Data carrier detect.
    pub dcd: bool,
    /// Data set ready.
    pub dsr: bool,
}

/// Speed, format and flow control of the port (V.250 §6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Serial {
    /// Bits per second; 0 leaves the speed as it is (`+IPR=0`, autobauding).
    pub baud: u32,
    /// Data bits, 7 or 8.
    pub data_bits: u8,
    /// Parity bit.
    pub parity: Parity,
    /// Stop bits, 1 or 2.
    pub stop_bits: u8,
    /// Whether RTS and CTS hold the other side back (`+IFC=2,2`).
    pub rts_cts: bool,
    /// Whether XON and XOFF do (`+IFC=1,1`).
    pub xon_xoff: bool,
}

/// The parity bit of `+ICF`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// There is none.
    None,
    /// It makes the number of ones odd.
    Odd,
    /// It makes the number of ones even.
    Even,
}

/// What the modem knows of its port.
#[derive(Debug)]
pub(crate) struct PortState {
    /// Whether the host has its port open.
    has_host: bool,
    /// Whether the port has to follow the profile.
    is_changed: bool,
    /// The lines as the port's owner knows them.
    lines: Option<ModemLines>,
}

impl PortState {
    pub(crate) fn new() -> Self {
        Self {
            has_host: true,
            is_changed: false,
            lines: None,
        }
    }

    /// The host opened its port or closed it; whether it has come.
    pub(crate) fn set_host(&mut self, is_there: bool) -> bool {
        let was_there = core::mem::replace(&mut self.has_host, is_there);
        is_there && !was_there
    }

    /// The port has to follow the profile.
    pub(crate) fn change(&mut self) {
        self.is_changed = true;
    }

    /// Whether it has to.
    #[inline]
    pub(crate) fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// Whether it has to, once.
    pub(crate) fn take_change(&mut self) -> bool {
        core::mem::take(&mut self.is_changed)
    }

    /// Whether the lines are to be moved.
    #[inline]
    pub(crate) fn differs(&self, wanted: ModemLines) -> bool {
        self.lines != Some(wanted)
    }

    /// The port's owner is told these lines; whether they are new to it.
    pub(crate) fn set_lines(&mut self, wanted: ModemLines) -> bool {
        self.lines.replace(wanted) != Some(wanted)
    }
}
