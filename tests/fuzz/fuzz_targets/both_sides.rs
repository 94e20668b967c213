//! Host bytes, broker bytes, network events and time, interleaved by one string of
//! bytes. It is read and played by the code the property tests use, which checks
//! the laws as it goes; here the session is also played cut up and impatiently.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqmodem_testkit::Random;
use mqmodem_testkit::laws::{Scenario, Variation, play};

fuzz_target!(|bytes: &[u8]| {
    let scenario = Scenario::decode(bytes);
    let mut random = Random::new(bytes.len() as u64);
    let variation = Variation {
        cuts: Some(random.number()),
        impatient: true,
    };
    let plain = play(&scenario, Variation::default());
    if let Some(difference) = plain.difference(&play(&scenario, variation)) {
        panic!("{scenario:#?}\n{difference}");
    }
});
