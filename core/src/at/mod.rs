//! The AT language (ITU-T V.250, 3GPP TS 27.007): reading lines, what commands
//! look like, wording answers. Knows no MQTT and no modem.

pub mod args;
pub mod cme;
mod find;
pub mod framing;
pub mod grammar;
pub mod help;
pub mod line;
pub mod param;
pub mod reply;
pub(crate) mod scan;
pub mod schema;
pub mod split;
pub mod text;
pub(crate) mod values;
