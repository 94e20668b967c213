//! What became of bytes of the host.

use crate::at::line::Taken;

/// What the modem made of the host's bytes, for who looks at each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intake {
    /// Bytes taken.
    pub taken: usize,
    /// Bytes of echo that were added to the output for the host.
    pub echoed: usize,
    /// What they amounted to.
    pub kind: IntakeKind,
}

impl Intake {
    /// So many bytes that are no line.
    pub(super) fn data(taken: usize) -> Self {
        Self {
            taken,
            echoed: 0,
            kind: IntakeKind::Data,
        }
    }

    /// No byte was taken.
    pub const NOTHING: Self = Self {
        taken: 0,
        echoed: 0,
        kind: IntakeKind::Part,
    };
}

/// What bytes of the host amounted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntakeKind {
    /// A part of a line, or nothing that begins one.
    Part,
    /// The end of a line.
    Line,
    /// `A/`: the last line once more.
    Repeat,
    /// The end of a line that was too long, and is forgotten.
    TooLong,
    /// Bytes the host was asked for (rule R13), or that are dropped.
    Data,
}

impl From<Taken> for IntakeKind {
    fn from(taken: Taken) -> Self {
        match taken {
            Taken::Partial => Self::Part,
            Taken::Line => Self::Line,
            Taken::Repeat => Self::Repeat,
            Taken::TooLong => Self::TooLong,
        }
    }
}
