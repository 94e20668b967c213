use super::*;
use serde::Deserialize;
use serde_json::{Value, json};

/// The cases both twins are tested by.
const CASES: &str = include_str!("cases.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    filter: String,
    #[serde(default)]
    event: Value,
    #[serde(default)]
    matches: bool,
    #[serde(default)]
    first: u64,
    #[serde(default)]
    took: Option<u64>,
    #[serde(default)]
    error: Option<String>,
}

#[test]
fn filters_do_what_the_table_says() {
    let cases: Vec<Case> = serde_json::from_str(CASES).unwrap();
    let mut errors = 0;
    for case in &cases {
        let filter = case.filter.parse::<Filter>();
        if let Some(error) = &case.error {
            assert_eq!(&filter.unwrap_err().to_string(), error, "{}", case.filter);
            errors += 1;
            continue;
        }
        let times = FilterTimes {
            first: case.first,
            took: case.took,
        };
        let matches = filter.unwrap().matches(&case.event, times);
        assert_eq!(matches, case.matches, "{} {}", case.filter, case.event);
    }
    assert!(errors > 8 && cases.len() - errors > 60, "{}", cases.len());
}

#[test]
fn a_sieve_knows_when_the_first_event_was_and_how_long_commands_took() {
    let line = |t: u64, modem: &str, kind: &str| json!({"type":"line","t":t,"modem":modem,"kind":kind,"text":"","command":1});
    let events = [
        line(1_000_000, "a", "command"),
        line(1_100_000, "b", "command"),
        line(1_200_000, "b", "info"),
        line(1_599_999, "b", "result"),
        line(1_700_000, "a", "result"),
        line(1_800_000, "a", "result"),
    ];
    let passed = |words: &str| {
        let mut sieve = Sieve::new(words.parse().unwrap());
        events.each_ref().map(|event| sieve.passes(event))
    };
    let [no, yes] = [false, true];
    assert_eq!(passed("slower:500ms"), [no, no, no, no, yes, no]);
    assert_eq!(passed("slower:499999us"), [no, no, no, yes, yes, no]);
    assert_eq!(passed("after:200ms"), [no, no, yes, yes, yes, yes]);
}

#[test]
fn no_filter_panics() {
    for text in [
        "-", "--", "-\"", "\"\\", ":", "a:", "-a:", "é:", "topic:*", "\u{7}",
    ] {
        if let Ok(filter) = text.parse::<Filter>() {
            filter.matches(&json!([]), FilterTimes::default());
        }
    }
}
