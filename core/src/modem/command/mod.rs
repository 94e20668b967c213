//! Command lines: what they are made of, how they are carried out and answered.

pub(super) mod answer;
pub(super) mod console;
pub mod context;
pub(super) mod data;
pub(super) mod execute;
pub mod handler;
pub mod intake;
pub(super) mod language;
pub(super) mod pending;
pub mod prompt;
pub(super) mod run;
pub mod scratch;
pub mod shown;
pub(super) mod tasks;
