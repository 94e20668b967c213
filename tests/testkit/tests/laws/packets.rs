//! Packets of both sides, and a session that gets any of them in any state;
//! `tests/fuzz/` runs the same code for longer.

use mqmodem_testkit::Random;
use mqmodem_testkit::laws::{codec, phrases, session};
use proptest::prelude::*;

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

#[test]
fn packets_of_every_length_are_framed() {
    for bytes in [1, 2, 3, 4] {
        let last = (1_usize << (7 * bytes)) - 1;
        for body in [last, last >> 7] {
            let mut packet = vec![0x30];
            let mut rest = body;
            while rest >= 0x80 {
                packet.push((rest & 0x7f) as u8 | 0x80);
                rest >>= 7;
            }
            packet.push(rest as u8);
            codec::check(&packet);
        }
    }
}

#[test]
fn a_session_survives_random_packets() {
    let mut random = Random::new(5);
    for _ in 0..3000 {
        let len = random.below(300);
        session::play(&random.bytes(len));
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn arbitrary_bytes_are_framed_alike(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        codec::check_stream(&bytes);
    }

    #[test]
    fn a_packet_with_a_byte_changed_is_framed_alike(
        which in any::<u8>(),
        id in any::<u8>(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut packet = phrases::net(which, id);
        codec::check(&packet);
        let at = at.index(packet.len());
        packet[at] = byte;
        codec::check(&packet);
    }
}

/// What the fuzzer found, as short as it gets.
#[test]
#[ignore = "replays the file that CHAOS_FILE names"]
fn a_session_survives_the_packets_in_a_file() {
    let file = std::env::var("CHAOS_FILE").expect("CHAOS_FILE names a file");
    let mut bytes = std::fs::read(file).expect("a file");
    let fails = |bytes: &[u8]| std::panic::catch_unwind(|| session::play(bytes)).is_err();
    for len in [64, 16, 4, 2, 1] {
        let mut at = 0;
        while at < bytes.len() && fails(&bytes) {
            let mut shorter = bytes.clone();
            shorter.drain(at..(at + len).min(bytes.len()));
            if fails(&shorter) {
                bytes = shorter;
            } else {
                at += len;
            }
        }
    }
    assert!(!fails(&bytes), "{bytes:?}");
}
