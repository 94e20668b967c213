//! The laws of the core (ARCHITECTURE.md), as properties of arbitrary sessions,
//! records and packets.

#![allow(clippy::print_stdout)]

mod blocks;
mod packets;
mod sessions;
mod stored_records;
