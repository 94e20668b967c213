//! PINGREQ and PINGRESP: the client shows that it is there, the broker too
//! (clauses 3.12 and 3.13).

/// The whole of PINGREQ.
pub(super) const PINGREQ: [u8; 2] = [0xc0, 0];
/// The whole of PINGRESP.
pub(super) const PINGRESP: [u8; 2] = [0xd0, 0];
