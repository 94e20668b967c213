//! Arbitrary records on the disk of a modem that then connects and lives on. The
//! property tests run the same code.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqmodem_testkit::laws::records::Found;

fuzz_target!(|bytes: &[u8]| {
    let found = Found::decode(bytes);
    if let Err(why) = found.check() {
        panic!("{found:02x?}\n{why}");
    }
});
