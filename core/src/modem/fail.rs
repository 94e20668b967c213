//! Why a command was not carried out.

use crate::at::cme;
use crate::at::param::Reject;
use crate::buffer::Full;
use crate::mqtt::SendError;
use crate::mqtt::reason;
use crate::mqtt::session::DropError;

/// Why a command was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fail {
    /// Plain ERROR whatever `+CMEE` says: it was no command.
    Plain,
    /// A reason of 27.007 §9.2, see [`cme`].
    Cme(u16),
    /// A reason that is told by its number, with `+CMEE=2` too.
    Number(u16),
}

impl Fail {
    /// Not connected, or already connected.
    pub const NOT_ALLOWED: Self = Self::Cme(cme::NOT_ALLOWED);
    /// A form the command does not have.
    pub const NO_SUCH_FORM: Self = Self::Cme(cme::NOT_SUPPORTED);
    /// The radio is off.
    pub const NO_SERVICE: Self = Self::Cme(cme::NO_SERVICE);
    /// What was to be kept does not fit.
    pub const MEMORY_FULL: Self = Self::Cme(cme::MEMORY_FULL);
    /// What is stored cannot be read.
    pub const UNREADABLE: Self = Self::Cme(cme::MEMORY_FAILURE);
    /// What the values say cannot be.
    pub const INCORRECT: Self = Self::Cme(cme::INCORRECT_PARAMETERS);
}

impl From<Reject> for Fail {
    fn from(reject: Reject) -> Self {
        Self::Cme(match reject {
            Reject::Value => cme::INCORRECT_PARAMETERS,
            Reject::TooLong => cme::TOO_LONG,
            Reject::Characters => cme::INVALID_CHARACTERS,
        })
    }
}

impl From<Full> for Fail {
    fn from(Full: Full) -> Self {
        Self::MEMORY_FULL
    }
}

impl From<SendError> for Fail {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NotConnected => Self::NOT_ALLOWED,
            SendError::WindowFull | SendError::Full => Self::MEMORY_FULL,
            SendError::Unsupported(reason::TOO_LARGE) => Self::Cme(cme::TOO_LONG),
            SendError::Unsupported(_) => Self::NO_SUCH_FORM,
            SendError::Invalid => Self::Cme(cme::INVALID_CHARACTERS),
        }
    }
}

impl From<DropError> for Fail {
    fn from(error: DropError) -> Self {
        match error {
            DropError::Unknown => Self::Cme(cme::INVALID_INDEX),
            DropError::TooLate => Self::NOT_ALLOWED,
        }
    }
}
