//! How the proxy cuts a connection.

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// RST to both sides: what they had not read is gone.
    Reset,
    /// FIN to both sides.
    Close,
    /// FIN one way, while the other way goes on.
    HalfClose,
    /// Nothing at all: no byte passes any more and nothing is closed.
    BlackHole,
}

impl Cut {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Reset, Self::Close, Self::HalfClose, Self::BlackHole];

    /// As the report names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reset => "RST",
            Self::Close => "FIN",
            Self::HalfClose => "half FIN",
            Self::BlackHole => "black hole",
        }
    }
}
