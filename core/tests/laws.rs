//! The laws of the core (ARCHITECTURE.md), as properties of arbitrary sessions.

#![allow(clippy::print_stdout)]

mod chaos;

use chaos::Session;
use chaos::rig::{Way, next, play};
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Strings of bytes, each of which is a session.
fn sessions() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..400)
}

/// The three ways to play a session come out the same. The rig checks the rest:
/// no panic, deadlines in the future, bounded work, output within the memory.
fn laws_hold(bytes: &[u8], cuts: u64) {
    let session = Session::decode(bytes);
    let plain = play(&session, Way::default());
    assert_eq!(
        plain,
        play(&session, Way::default()),
        "the same again: {bytes:?}"
    );
    let cut = Way {
        cuts: Some(cuts),
        ..Way::default()
    };
    assert_eq!(plain, play(&session, cut), "input cut: {bytes:?}");
    let impatient = Way {
        impatient: true,
        ..Way::default()
    };
    assert_eq!(
        plain,
        play(&session, impatient),
        "spurious timeouts: {bytes:?}"
    );
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn of_sessions(bytes in sessions(), cuts in any::<u64>()) {
        laws_hold(&bytes, cuts);
    }
}

/// `cargo xtask test` runs this for as long as `CHAOS_SECONDS` says.
#[test]
#[ignore = "runs for a given time: cargo xtask test --only fuzz-short"]
fn of_sessions_for_a_while() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let time = Duration::from_secs(number("CHAOS_SECONDS").unwrap_or(10));
    let mut seed = number("CHAOS_SEED").unwrap_or(1);
    let begin = Instant::now();
    let mut count = 0;
    while begin.elapsed() < time {
        let len = next(&mut seed) % 1500;
        let bytes: Vec<u8> = (0..len).map(|_| (next(&mut seed) >> 24) as u8).collect();
        laws_hold(&bytes, seed);
        count += 1;
    }
    println!("{count} sessions kept the laws");
}
