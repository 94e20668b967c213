//! The manual of a command set, made from its declarations.

mod json;
mod markdown;
mod tables;
mod words;

pub use json::json;
pub use markdown::markdown;
