//! Command sets, one vendor per file.

pub mod native;
