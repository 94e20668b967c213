//! Commands every dialect shares, one family per file.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic
    )
)]

pub mod basic;
pub mod error;
pub mod ident;
pub mod radio;

use crate::modem::table::Table;

/// The families a host may expect of any module.
pub const BASIC: Table = Table {
    title: "The line and the profile (ITU-T V.250)",
    commands: basic::COMMANDS,
};
/// Who the modem is.
pub const IDENTITY: Table = Table {
    title: "Identity (V.250, 3GPP TS 27.007)",
    commands: ident::COMMANDS,
};
/// The radio and the network.
pub const RADIO: Table = Table {
    title: "Radio and network (3GPP TS 27.007)",
    commands: radio::COMMANDS,
};
/// Errors and the list of commands.
pub const ERROR: Table = Table {
    title: "Errors and commands (3GPP TS 27.007)",
    commands: error::COMMANDS,
};
