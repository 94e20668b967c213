//! The form of a record on disk: its first byte.
//!
//! Records of version 0.1 have no such byte; each kind of record tells them apart
//! by its length or by a byte that never was this one, and reads them. What is
//! changed is put on disk in the present form.

/// The present form. A message is the PUBLISH of MQTT 3.1.1. No record of version 0.1 of
/// the identity, the suspect or a subscription begins with this byte.
pub(super) const FORM: u8 = 0x10;

/// The form of a record with something more in it than one of the present form: an
/// older version could not read it. A message is the PUBLISH of MQTT 5.
pub(super) const WIDE: u8 = 0x11;

/// What stands behind the first byte of a record of the present form.
pub(super) fn content(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [FORM, content @ ..] => Some(content),
        _ => None,
    }
}
