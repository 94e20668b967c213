//! The error codes of 27.007 §9.2 that the modem uses.

/// Operation not allowed: not connected, already connected.
pub const NOT_ALLOWED: u16 = 3;
/// Operation not supported: a form the command does not have.
pub const NOT_SUPPORTED: u16 = 4;
/// Memory full.
pub const MEMORY_FULL: u16 = 20;
/// Invalid index: no message has this number.
pub const INVALID_INDEX: u16 = 21;
/// Memory failure: it could not be kept.
pub const MEMORY_FAILURE: u16 = 23;
/// Text string too long.
pub const TOO_LONG: u16 = 24;
/// Invalid characters in text string.
pub const INVALID_CHARACTERS: u16 = 25;
/// No network service: the radio is off.
pub const NO_SERVICE: u16 = 30;
/// Network timeout.
pub const NETWORK_TIMEOUT: u16 = 31;
/// Incorrect parameters.
pub const INCORRECT_PARAMETERS: u16 = 50;
/// Unknown.
pub const UNKNOWN: u16 = 100;

/// Every code in use with its words for `+CMEE=2`.
pub const ALL: &[(u16, &str)] = &[
    (NOT_ALLOWED, "operation not allowed"),
    (NOT_SUPPORTED, "operation not supported"),
    (MEMORY_FULL, "memory full"),
    (INVALID_INDEX, "invalid index"),
    (MEMORY_FAILURE, "memory failure"),
    (TOO_LONG, "text string too long"),
    (INVALID_CHARACTERS, "invalid characters in text string"),
    (NO_SERVICE, "no network service"),
    (NETWORK_TIMEOUT, "network timeout"),
    (INCORRECT_PARAMETERS, "Incorrect parameters"),
    (UNKNOWN, "unknown"),
];

/// The words of a code.
pub fn words(code: u16) -> Option<&'static str> {
    let entry = ALL.iter().find(|(known, _)| *known == code);
    entry.map(|(_, words)| *words)
}
