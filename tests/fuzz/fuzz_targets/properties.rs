//! Blocks of properties of MQTT 5 as bytes and back, for whatever may carry them. The
//! property tests run the same code.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqmodem_testkit::laws::block;

fuzz_target!(|bytes: &[u8]| block::check(bytes));
