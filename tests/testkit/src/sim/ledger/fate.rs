//! What the host knows of a message it has sent.

/// What the host knows of a message it has sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Unknown,
    /// OK with `pubmode` 1: the modem will see to it.
    Accepted,
    /// ERROR with `pubmode` 1.
    Refused,
    /// The broker has it, as the modem reported.
    Delivered,
    /// It never got there, as the modem reported.
    Dropped,
    /// It was dropped as the host wished.
    CalledOff,
    /// The broker closes on it.
    SetAside,
    /// The broker does not take it, with this reason code.
    NotTaken(u8),
}

impl Fate {
    /// What `+MQTTPUBACK:<id>,<code>` says.
    pub(crate) fn of_code(code: u32) -> Self {
        match code {
            // 16: the broker has it, and nobody is subscribed.
            0 | 16 => Self::Delivered,
            39 => Self::SetAside,
            44 => Self::CalledOff,
            149 | 154 | 155 => Self::NotTaken(code as u8),
            _ => Self::Dropped,
        }
    }
}
