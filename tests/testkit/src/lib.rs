//! What every simulation of a modem is made of.

#![allow(clippy::missing_panics_doc, reason = "a broken law is a panic")]

pub mod laws;
pub mod sim;
