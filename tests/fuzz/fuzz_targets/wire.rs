//! Packets of both sides as bytes and back, and a session that gets any packets in
//! any state. The property tests run the same code.
#![no_main]
#![allow(dead_code, reason = "other targets use the rest of `chaos`")]

#[path = "../../../core/tests/chaos/mod.rs"]
mod chaos;

use chaos::{codec, wire};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    codec::check_stream(bytes);
    wire::play(bytes);
});
