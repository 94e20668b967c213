//! Raw bytes a command asks its host for (rule R13).

use crate::modem::fail::Fail;

/// Where raw bytes end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataFraming {
    /// After so many; with 0 at once.
    Length(usize),
    /// Before one of these bytes, which is not data.
    Terminator {
        /// Ends them.
        end: u8,
        /// Ends them too, and means that they are not wanted any more.
        cancel: Option<u8>,
    },
    /// Before `+++`. With a guard time, in milliseconds, nothing may come for so long
    /// before it and behind it; without one it ends them wherever it stands.
    Guard(u32),
    /// Before `+++`, wherever it stands. What came before a pause is a part of its own.
    Stream {
        /// How long nothing has to come, in milliseconds.
        pause: u32,
        /// The most bytes of a part.
        most: usize,
    },
    /// As a stream, but all of it is dropped.
    Skip,
}

/// What becomes of raw bytes of which no more come in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    /// They are dropped, and the command fails.
    Fail(Fail),
    /// They are taken for all of them.
    Finish,
}

/// Raw bytes of the host.
#[derive(Clone, Copy, Debug)]
pub struct Data<'d> {
    /// All of them.
    pub bytes: &'d [u8],
    /// How they ended.
    pub end: DataEnd,
}

/// How raw bytes ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataEnd {
    /// As they should.
    Complete,
    /// The host does not want them any more.
    Cancelled,
    /// No more came in time.
    Late,
    /// It is a part, behind which there was a pause.
    Part,
    /// There are more than a part may have.
    Overflow,
}
