//! `mqmodem trace`: a trace in other forms.

mod support;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use support::Scratch;

fn mqmodem(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    let piped = command.args(arguments).stdin(Stdio::piped());
    let piped = piped.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // It may want none of it.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// Converts a trace of standard input: the code, and what it said on each of its outputs.
fn converted(trace: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let output = mqmodem(&[&["trace", "-"], more].concat(), trace);
    let said = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (
        output.status.code(),
        said(output.stdout),
        said(output.stderr),
    )
}

const HEADER: &str =
    r#"{"type":"trace","version":1,"program":"x","run":"r","started":0,"payload":"all"}"#;

fn event(seq: u64, modem: &str, what: &str) -> String {
    format!("\n{{\"seq\":{seq},\"t\":1500000,\"modem\":\"{modem}\",{what}}}")
}

fn line(dir: &str, kind: &str, text: &str) -> String {
    format!(r#""type":"line","dir":"{dir}","kind":"{kind}","text":"{text}","bytes":9,"command":1"#)
}

#[test]
fn events_become_lines_for_people() {
    let events = [
        event(1, "a", r#""type":"power","what":"on""#),
        event(2, "a", &line("in", "command", "AT+X=***")),
        event(3, "a", &line("out", "echo", "AT+X=***")),
        event(
            4,
            "a",
            r#""type":"link","link":1,"what":"opening","to":"b:1883","transport":"tcp""#,
        ),
        event(
            5,
            "a",
            r#""type":"packet","dir":"out","link":1,"name":"PINGREQ","bytes":2,"text":"PINGREQ""#,
        ),
        event(
            6,
            "a",
            r#""type":"link","link":1,"what":"failed","code":21,"text":"refused""#,
        ),
        event(
            7,
            "a",
            r#""type":"fault","id":3,"state":"fired","words":"net reset""#,
        ),
        event(8, "a", r#""type":"new","key":1"#),
        event(1, "b", &line("out", "result", "OK")),
        "\n{\"type\":\"counters\",\"modem\":\"a\",\"t\":5}".to_owned(),
        "\n{\"type\":\"lost\",\"modem\":\"a\",\"from\":9,\"count\":3,\"why\":\"reader\"}"
            .to_owned(),
        event(12, "a", r#""type":"note","text":"one\ntwo","more":1"#),
        "\n{\"seq\":13,\"t\":1,\"mod".to_owned(),
    ];
    let trace = [HEADER.to_owned(), events.concat()].concat();
    let (code, text, said) = converted(&trace, &["--to", "text"]);
    assert_eq!((code, &*said), (Some(0), ""));
    let at = "1970-01-01T00:00:01.500000Z";
    let want = [
        &format!("{at} a modem  - power on\n"),
        &format!("{at} a host   > AT+X=***\n"),
        &format!("{at} a broker.1 - opening b:1883 over tcp\n"),
        &format!("{at} a broker.1 < PINGREQ\n"),
        &format!("{at} a broker.1 - failed: refused (21)\n"),
        &format!("{at} a modem  - fault 3 fired: net reset\n"),
        &format!("{at} b host   < OK\n"),
        "- 3 events of a are missing: its reader did not keep up\n",
        &format!("{at} a modem  - note: one\\ntwo\n"),
    ];
    assert_eq!(text, want.concat());
    let (_, text, _) = converted(&trace, &["--to", "text", "--modem", "b"]);
    assert_eq!(text, format!("{at} b host   < OK\n"));
    let (_, text, _) = converted(
        &trace,
        &["--to", "text", "--filter", "is:mqtt -PING -opening"],
    );
    assert_eq!(text.lines().count(), 2, "{text}");
    let (code, ..) = converted(&trace, &["--to", "pcapng"]);
    assert_eq!(code, Some(0));
}

#[test]
fn what_cannot_be_read_is_told_by_its_line() {
    let note = event(1, "a", r#""type":"note","text":"x""#);
    let all = |more: &str| [HEADER, &note, more, "\n"].concat();
    for (trace, what) in [
        (
            "",
            "standard input:1: it is empty; a trace begins with a header",
        ),
        ("\n", "standard input:2: it is empty"),
        (&*note, "standard input:2: there is no header"),
        (&all("\n{"), "standard input:3: it is no JSON: EOF"),
        (&all("\n[]"), "standard input:3: missing field `type`"),
        (
            &all(&event(2, "a", r#""type":"note""#)),
            "standard input:3: missing field `text`",
        ),
        (
            &all("\n{\"type\":\"note\",\"text\":\"x\"}"),
            "standard input:3: missing field `seq`",
        ),
        (
            &all(&event(2, "a", r#""type":"line","dir":"up""#)),
            "standard input:3: unknown variant `up`",
        ),
        (
            &HEADER.replace(":1,", ":2,"),
            "standard input:1: it is a trace of version 2",
        ),
    ] {
        let (code, _, said) = converted(trace, &["--to", "text"]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.starts_with(&format!("mqmodem: {what}")), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    let (code, _, said) = converted(&all(""), &["--to", "text", "--modem", "x"]);
    assert_eq!(
        (code, &*said),
        (
            Some(1),
            "mqmodem: standard input: there is no modem x in it; there is a\n"
        )
    );
    let (code, _, said) = converted(&all(""), &["--to", "text", "--filter", "id:x"]);
    let want = "mqmodem: --filter cannot be read: id: takes a number, such as id:7\n";
    assert_eq!((code, &*said), (Some(2), want));
}

#[test]
fn a_file_is_private_and_a_trace_is_not_written_over() {
    let scratch = Scratch::new();
    let [trace, out] = ["x.jsonl", "x.txt"].map(|name| scratch.path().join(name));
    let text = [HEADER, &event(1, "a", r#""type":"note","text":"x""#), "\n"].concat();
    std::fs::write(&trace, &text).unwrap();
    let convert = |to: &Path| {
        let arguments = [
            "trace",
            trace.to_str().unwrap(),
            "--to",
            "text",
            "-o",
            to.to_str().unwrap(),
        ];
        mqmodem(&arguments, "").status.code()
    };
    assert_eq!(convert(&trace), Some(1));
    assert_eq!(std::fs::read_to_string(&trace).unwrap(), text);
    assert_eq!(convert(&out), Some(0));
    let mode = std::os::unix::fs::PermissionsExt::mode(&out.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_number_makes_nothing_that_the_trace_does_not_have() {
    let published = |bytes: &str| {
        let what = format!(
            r#""type":"packet","dir":"in","link":0,"name":"PUBLISH","topic":"t","payload":"a","payload_bytes":{bytes},"bytes":9,"text":"x""#
        );
        event(1, "p", &what)
    };
    let hidden = |bytes: &str| {
        let what = format!(
            r#""type":"line","dir":"in","kind":"data","text":"***","bytes":{bytes},"hidden":{bytes}"#
        );
        event(1, "p", &what)
    };
    for bytes in ["4294967295", "4611686018427387904", "18446744073709551615"] {
        for (form, trace) in [("pcapng", published(bytes)), ("chat", hidden(bytes))] {
            let trace = format!("{HEADER}{trace}\n");
            let (code, _, wrong) = converted(&trace, &["--to", form]);
            assert_eq!(code, Some(1), "{bytes} {wrong}");
            let wanted = ":2: up to here more than 64 MiB are left out";
            assert!(wrong.contains(wanted), "{wrong}");
        }
    }
    // Longer than any modem takes.
    let trace = format!("{HEADER}{}\n", published("20000000"));
    let (code, capture, _) = converted(&trace, &["--to", "pcapng"]);
    assert!(code == Some(0) && capture.len() < 4096, "{}", capture.len());
}

#[test]
fn a_chat_has_no_more_memory_or_starts_than_it_can_use() {
    let set = r#""type":"setup","set":["memory line=99999999999999"]"#;
    let trace = format!(
        "{HEADER}{}{}\n",
        event(1, "p", set),
        event(2, "p", &line("in", "command", "AT"))
    );
    let (code, _, wrong) = converted(&trace, &["--to", "chat"]);
    assert!(
        code == Some(1) && wrong.contains("write a number of bytes up to"),
        "{wrong}"
    );
    let on_and_off = |n| {
        event(
            n,
            "p",
            if n % 2 == 0 {
                r#""type":"power","what":"on""#
            } else {
                r#""type":"power","what":"off""#
            },
        )
    };
    let trace: String = (1..=600).map(on_and_off).collect();
    let (code, _, wrong) = converted(&format!("{HEADER}{trace}\n"), &["--to", "chat"]);
    assert!(
        code == Some(1) && wrong.contains("more than 256 times"),
        "{wrong}"
    );
}
