//! The laws of the core (ARCHITECTURE.md), as properties of arbitrary sessions.

use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;
use mqmodem_testkit::Random;
use mqmodem_testkit::dialect::PROOF;
use mqmodem_testkit::laws::{Operation, Scenario, Variation, play};
use mqmodem_testkit::speech;
use proptest::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Strings of bytes, each of which is a scenario.
fn sessions() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..400)
}

/// The ways to play a scenario come out the same. The rig checks the rest: no
/// panic, deadlines in the future, bounded work, output within the memory.
fn compare(scenario: &Scenario, cuts: u64) -> Result<(), String> {
    let plain = play(scenario, Variation::default());
    let cut = Variation {
        cuts: Some(cuts),
        ..Variation::default()
    };
    let impatient = Variation {
        impatient: true,
        ..Variation::default()
    };
    for (name, way) in [
        ("the same again", Variation::default()),
        ("input cut", cut),
        ("spurious timeouts, late events", impatient),
    ] {
        if let Some(difference) = plain.difference(&play(scenario, way)) {
            return Err(format!("{name} is not the same: {difference}"));
        }
    }
    Ok(())
}

/// What is wrong with a scenario, a panic being as wrong as a difference.
fn fault(scenario: &Scenario, cuts: u64) -> Option<String> {
    match catch_unwind(AssertUnwindSafe(|| compare(scenario, cuts))) {
        Ok(result) => result.err(),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Some(format!("panic: {}", text.unwrap_or("?")))
        }
    }
}

/// Plays a scenario; where it breaks a law, tells the shortest form of it that does.
fn laws_hold(dialect: &'static Dialect, bytes: &[u8], cuts: u64) -> Result<(), String> {
    let mut scenario = Scenario::decode_for(dialect, bytes);
    let Some(mut why) = fault(&scenario, cuts) else {
        return Ok(());
    };
    let mut at = 0;
    while at < scenario.operations.len() {
        let mut shorter = scenario.clone();
        shorter.operations.remove(at);
        match fault(&shorter, cuts) {
            Some(reason) => (scenario, why) = (shorter, reason),
            None => at += 1,
        }
    }
    Err(format!("{scenario:#?}\ncuts {cuts}\n{why}"))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn arbitrary_scenarios_keep_the_laws(bytes in sessions(), cuts in any::<u64>()) {
        laws_hold(dialect::DEFAULT, &bytes, cuts).map_err(TestCaseError::fail)?;
    }
}

/// Every command set but the default one, and one that differs from it in everything.
fn other_dialects() -> impl Iterator<Item = &'static Dialect> {
    let built_in = dialect::ALL.iter().copied();
    let others = built_in.filter(|it| it.name != dialect::DEFAULT.name);
    others.chain([&PROOF])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..config() })]

    #[test]
    fn scenarios_of_other_dialects_keep_the_laws(bytes in sessions(), cuts in any::<u64>()) {
        for dialect in other_dialects() {
            laws_hold(dialect, &bytes, cuts).map_err(TestCaseError::fail)?;
        }
    }
}

/// Else the deep states of a dialect are hardly ever reached.
#[test]
fn a_host_of_every_dialect_connects_and_publishes() {
    for dialect in dialect::ALL {
        let speech = speech::of(dialect).unwrap_or_else(|| {
            let name = dialect.full_name();
            panic!("{name} has no row in tests/testkit/src/speech.rs");
        });
        let begin = vec![Operation::Polite(true), Operation::line("ATE0")];
        let before = heard(dialect, begin.clone()).len();
        let said = speech.connect.iter().chain(speech.publish);
        let lines = said.clone().map(|(line, _)| speech::filled(line, "hi"));
        let ends = |line: String| {
            let wait = Operation::Wait(Duration::from_secs(1));
            [Operation::Host(line.into_bytes()), wait]
        };
        let all = begin.into_iter().chain(lines.flat_map(ends)).collect();
        let expected: String = said.map(|(_, answer)| *answer).collect();
        let heard = heard(dialect, all);
        let heard = String::from_utf8_lossy(&heard[before..]);
        assert_eq!(heard, expected, "{}", dialect.full_name());
    }
}

/// What a host with memory enough hears.
fn heard(dialect: &'static Dialect, operations: Vec<Operation>) -> Vec<u8> {
    let scenario = Scenario {
        dialect,
        operations,
        ..asking(&[], 16_384, None)
    };
    play(&scenario, Variation::default()).host
}

/// A packet for which there is no room waits in the same place, however it came.
#[test]
fn a_scenario_with_little_room_keeps_the_laws() {
    let host = |line: &str| Operation::Host(line.as_bytes().to_vec());
    let message = |head: &[u8], len| Operation::Net {
        bytes: [head, &vec![b'\r'; len]].concat(),
        link: 0,
        rude: false,
    };
    let scenario = Scenario {
        dialect: dialect::DEFAULT,
        memory: 128,
        strict: false,
        stores: true,
        operations: vec![
            Operation::Polite(true),
            host("AT+MQTTCONFIG=broker,1883,me,1,9\r"),
            host("AT+MQTTCONNECT\r"),
            Operation::Polite(false),
            host("AT+MQTTPUB=\"topic\",1,0,\"open\n"),
            message(b"0\x1a\x00\x03a/\"", 21),
            host("AT+MQTTPUB=\"t\",0,0,\"m\"\r"),
            message(b"<%\x00\x03a/\"\x00\xde", 30),
            host("AT+MQTTCONNECT\r"),
            Operation::Wait(Duration::from_secs(24)),
        ],
    };
    assert_eq!(compare(&scenario, 2_195_006_130_760_340_132), Ok(()));
}

/// An event goes out before the line behind an `A` that began none.
#[test]
fn an_event_before_an_incomplete_at_keeps_the_laws() {
    let host = |line: &str| Operation::Host(line.as_bytes().to_vec());
    let scenario = Scenario {
        dialect: dialect::DEFAULT,
        memory: 1024,
        strict: false,
        stores: true,
        operations: vec![
            Operation::Polite(true),
            host("AT+MQTTCONFIG=broker,1883,me,1,9\r"),
            host("AT+MQTTCONNECT\r"),
            host(" a"),
            Operation::Event(0, mqmodem_core::NetEvent::Closed),
            host(" AT+CSQ"),
        ],
    };
    for cuts in 1..20 {
        assert_eq!(compare(&scenario, cuts), Ok(()));
    }
}

/// What an attentive host sees of these commands line by line, plus `ERROR`.
const ASKED: [&str; 6] = [
    "AT",
    "AT+CGMM",
    "AT+CSQ;+CFUN?",
    "AT+MQTTSUB=?",
    "AT+NO",
    "AT+CLAC",
];

/// A scenario in which a host asks and reads so many bytes at a time.
fn asking(which: &[usize], memory: usize, takes: Option<usize>) -> Scenario {
    let mut operations = vec![
        Operation::Host(b"ATE0\r".to_vec()),
        Operation::HostTakes(takes),
    ];
    operations.extend(
        which
            .iter()
            .map(|i| Operation::Host(format!("{}\r", ASKED[*i]).into_bytes())),
    );
    // Whatever is left is read in the end.
    operations.push(Operation::HostTakes(None));
    Scenario {
        dialect: dialect::DEFAULT,
        memory,
        strict: false,
        stores: true,
        operations,
    }
}

/// The answers without their frames; a panic where a frame is not whole.
fn lines(mut bytes: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    while !bytes.is_empty() {
        let text = bytes
            .strip_prefix(b"\r\n")
            .expect("a line starts with CR LF");
        let end = text
            .windows(2)
            .position(|pair| pair == b"\r\n")
            .expect("a line ends with CR LF");
        lines.push(String::from_utf8_lossy(&text[..end]).into_owned());
        bytes = &text[end + 2..];
    }
    lines
}

/// What was answered after the echo of `ATE0`.
fn answers(scenario: &Scenario) -> Vec<String> {
    let host = play(scenario, Variation::default()).host;
    lines(host.strip_prefix(b"ATE0\r").expect("an echo"))
}

proptest! {
    #![proptest_config(config())]

    /// Law 5: a line goes out whole or not at all, however little memory there is
    /// and however slowly the host reads.
    #[test]
    fn every_answer_is_a_whole_line_in_any_memory(
        which in prop::collection::vec(0..ASKED.len(), 1..20),
        memory in 24..2048_usize,
        takes in 0..64_usize,
    ) {
        let whole: Vec<usize> = (0..ASKED.len()).collect();
        let known = answers(&asking(&whole, 16_384, None));
        for line in answers(&asking(&which, memory, Some(takes))) {
            prop_assert!(known.contains(&line), "{line:?} is no whole line");
        }
    }
}

/// What stands before the payload of a packet of MQTT 5 reaches beyond its end.
#[test]
fn a_topic_longer_than_its_packet_keeps_the_laws() {
    let host = |line: &str| Operation::Host(line.as_bytes().to_vec());
    let scenario = Scenario {
        dialect: dialect::DEFAULT,
        memory: 128,
        strict: false,
        stores: true,
        operations: vec![
            host("AT+MQTTOPT=\"version\",5\r"),
            Operation::Polite(true),
            host("AT+MQTTCONFIG=broker,1883,me,1,9\r"),
            host("AT+MQTTCONNECT\r"),
            Operation::Net {
                bytes: [&b"=]\xbe@"[..], &[b'x'; 168]].concat(),
                link: 0,
                rude: false,
            },
        ],
    };
    for cuts in 0..100 {
        assert_eq!(fault(&scenario, cuts), None, "cuts {cuts}");
    }
}

/// A certificate is missing: the caller is not asked for a connection, and none is counted.
#[test]
fn a_certificate_that_is_missing_keeps_the_laws() {
    let lines = [
        "AT+MQTTCONFIG=broker.example,8883,c1,1,60;+MQTTTLS=1",
        "AT+MQTTOPT=\"ca\",\"site\"",
        "AT+MQTTCONNECT",
        "AT+MQTTTLS=0",
        "AT+MQTTCONNECT",
    ];
    let scenario = Scenario {
        operations: lines.map(Operation::line).into(),
        ..asking(&[], 16_384, None)
    };
    assert_eq!(compare(&scenario, 1), Ok(()));
}

/// `cargo xtask test` runs this for as long as `CHAOS_SECONDS` says.
#[test]
#[ignore = "runs for a given time: cargo xtask test --only fuzz-short"]
fn random_scenarios_keep_the_laws_for_a_while() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let time = Duration::from_secs(number("CHAOS_SECONDS").unwrap_or(10));
    let mut random = Random::new(number("CHAOS_SEED").unwrap_or(1));
    let begin = Instant::now();
    let mut count = 0;
    while begin.elapsed() < time {
        let len = random.below(1500);
        let bytes = random.bytes(len);
        let other = random.below(4) == 0;
        let dialects = other_dialects().filter(|_| other);
        for dialect in dialects.chain([dialect::DEFAULT]) {
            let result = laws_hold(dialect, &bytes, random.number());
            result.unwrap_or_else(|why| panic!("{why}"));
        }
        count += 1;
    }
    println!("{count} sessions kept the laws");
}

/// What the fuzzer found, in its shortest form.
#[test]
#[ignore = "replays the file that CHAOS_FILE names"]
fn the_scenario_in_a_file_keeps_the_laws() {
    let file = std::env::var("CHAOS_FILE").expect("CHAOS_FILE names a file");
    let bytes = std::fs::read(file).expect("a file");
    // As the fuzz target cuts it.
    let mut random = Random::new(bytes.len() as u64);
    let result = laws_hold(dialect::DEFAULT, &bytes, random.number());
    result.unwrap_or_else(|why| panic!("{why}"));
}
