//! Traces as the program writes them.

mod schema;
mod support;

use schema::Schema;
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use support::Scratch;

/// Serves a modem on standard input with these flags; what comes of it.
fn serve(flags: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mqmodem"))
        .args(["serve", "--stdio"])
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output
}

fn events(text: &str) -> Vec<Value> {
    let lines = text.lines().map(serde_json::from_str);
    lines.map(|line| line.expect("a line of JSON")).collect()
}

#[test]
fn a_trace_in_json_is_as_its_schema_says() {
    let scratch = Scratch::new();
    let trace = scratch.join("trace.jsonl");
    let input = "at\rAT+MQTTCONFIG=127.0.0.1,1,me,1,60,user,hunter2\rAT+MQTTCONNECT\rATV0\rAT\r";
    serve(&["--trace", trace.to_str().unwrap()], input.as_bytes());
    let text = std::fs::read_to_string(trace).unwrap();
    assert!(!text.contains("hunter2"), "{text}");
    let (schema, events) = (Schema::read(), events(&text));
    for event in &events {
        schema
            .check(event)
            .unwrap_or_else(|wrong| panic!("{wrong}: {event}"));
    }
    let kinds: Vec<_> = events
        .iter()
        .map(|it| it["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds[..4], ["trace", "setup", "power", "radio"]);
    for kind in ["link", "store"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    assert_eq!(kinds.last(), Some(&"power"));
    assert_eq!(events[0]["payload"], "all");
    let numbers = events.iter().filter_map(|it| it["seq"].as_u64());
    assert!(numbers.eq(1..events.len() as u64));
}

#[test]
fn the_schema_refuses_what_is_none() {
    let schema = Schema::read();
    for (line, why) in [
        (r#"{"type":"note","seq":1,"t":1,"modem":"m"}"#, "text"),
        (
            r#"{"type":"power","seq":0,"t":1,"modem":"m","what":"on"}"#,
            "seq",
        ),
        (
            r#"{"type":"power","seq":1,"t":1,"modem":"m","what":"dim"}"#,
            "what",
        ),
        (r#"{"type":"weather"}"#, "oneOf"),
    ] {
        let refused = schema
            .check(&serde_json::from_str(line).unwrap())
            .unwrap_err();
        assert!(refused.contains(why), "{line}: {refused}");
    }
}

#[test]
fn standard_output_is_for_the_trace_or_for_a_modem() {
    let program = env!("CARGO_BIN_EXE_mqmodem");
    let serve = Command::new(program)
        .args(["serve", "--stdio", "--trace=-"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&serve.stderr).into_owned();
    assert_eq!(serve.status.code(), Some(1), "{said}");
    assert!(
        said.contains("the trace") && said.contains("give each its own"),
        "{said}"
    );
}

#[test]
fn how_much_of_payloads_is_shown_is_said() {
    let scratch = Scratch::new();
    let trace = scratch.join("trace.jsonl");
    let flags = ["--trace", trace.to_str().unwrap(), "--trace-payload", "3"];
    serve(&flags, b"AT+MQTTWILL=t,0,0,x\r");
    let text = std::fs::read_to_string(trace).unwrap();
    assert_eq!(events(&text)[0]["payload"], "3");
    let wrong = ["serve", "--stdio", "--trace-payload", "some"];
    let refused = Command::new(env!("CARGO_BIN_EXE_mqmodem"))
        .args(wrong)
        .output()
        .unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains("--trace-payload") && said.contains("some"),
        "{said}"
    );
}
