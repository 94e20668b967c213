//! Host bytes, broker bytes, network events and time, interleaved by one string of
//! bytes. It is read and played by the code the property tests use, which checks
//! the laws as it goes; here the session is also played cut up and impatiently.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqmodem_testkit::laws::Session;
use mqmodem_testkit::laws::cuts::next;
use mqmodem_testkit::laws::rig::{Way, play};

fuzz_target!(|bytes: &[u8]| {
    let session = Session::decode(bytes);
    let mut seed = bytes.len() as u64;
    let way = Way {
        cuts: Some(next(&mut seed)),
        impatient: true,
    };
    let plain = play(&session, Way::default());
    if let Some(difference) = plain.difference(&play(&session, way)) {
        panic!("{session:#?}\n{difference}");
    }
});
