//! Packets of both sides as bytes and back, and a session that gets any packets in
//! any state. The property tests run the same code.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqmodem_testkit::laws::{codec, session};

fuzz_target!(|bytes: &[u8]| {
    codec::check_stream(bytes);
    session::play(bytes);
});
