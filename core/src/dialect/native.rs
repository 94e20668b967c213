//! The native command set.

use crate::modem::table::Dialect;

/// The native command set.
pub static NATIVE: Dialect = Dialect {
    name: "native",
    title: "The native command set",
    tables: &[],
    urcs: &[],
};
