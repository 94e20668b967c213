//! Command lines: what they are made of, how they are carried out and answered.

mod asked;
mod beside;
mod conclude;
pub(super) mod console;
pub mod context;
pub(super) mod data;
pub mod dialect;
pub(super) mod execute;
pub mod intake;
pub(super) mod language;
pub mod prompt;
mod rejected;
pub mod shown;
