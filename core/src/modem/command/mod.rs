//! Command lines: what they are made of, how they are carried out and answered.

pub mod context;
pub(crate) mod execute;
pub mod heard;
pub(super) mod pending;
pub mod table;
