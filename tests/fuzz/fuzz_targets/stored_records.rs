//! Arbitrary records on the disk of a modem that then connects and lives on. The
//! property tests run the same code.
#![no_main]
#![allow(dead_code, reason = "other targets use the rest of `chaos`")]

#[path = "../../../core/tests/chaos/mod.rs"]
mod chaos;

use chaos::records::Found;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let found = Found::decode(bytes);
    if let Err(why) = found.check() {
        panic!("{found:02x?}\n{why}");
    }
});
