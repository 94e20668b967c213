//! DISCONNECT: the client leaves in good order (clause 3.14).

/// The whole of DISCONNECT.
pub(super) const DISCONNECT: [u8; 2] = [0xe0, 0];
