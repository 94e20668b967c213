//! Chats played on ports and written down from them.

mod rig;
mod support;

use rig::Broker;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use support::Scratch;

/// A modem on a TCP port and where it is.
struct Modem {
    process: Child,
    port: String,
}

impl Modem {
    fn start() -> Self {
        Self::of("native")
    }

    fn of(dialect: &str) -> Self {
        let port = rig::free_port().to_string();
        let words = ["serve", "--tcp", &port, "--dialect", dialect];
        let process = mqmodem(&words).spawn().unwrap();
        while std::net::TcpStream::connect(format!("127.0.0.1:{port}")).is_err() {
            std::thread::yield_now();
        }
        Self { process, port }
    }
}

impl Drop for Modem {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn mqmodem(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.args(arguments).stdin(Stdio::null());
    command.stdout(Stdio::piped());
    command
}

/// Plays a chat on a port; whether it held, and what was said.
fn play(directory: &Path, text: &str, port: &str) -> (bool, String) {
    let file = directory.join("t.chat");
    std::fs::write(&file, text).unwrap();
    let file = file.display().to_string();
    said(mqmodem(&["chat", "run", &file, "--port", port]).output())
}

fn said(output: std::io::Result<Output>) -> (bool, String) {
    let output = output.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    (output.status.success(), said)
}

#[test]
fn a_chat_is_played_on_a_port_against_a_real_broker() {
    let (broker, modem, scratch) = (Broker::plain(), Modem::start(), Scratch::new());
    let text = format!(
        "# Publishing\n> AT+MQTTCONFIG=127.0.0.1,{},chat,1,60\n< OK\n\
         > AT+MQTTCONNECT\nbroker < CONNECT client=\"chat\" clean=1 keepalive=60\n\
         broker > CONNACK\n< +MQTTCONNECT:0\n< OK\n+100ms\nsilent\n\
         > AT+MQTTPUB=\"t\",1,0,\"hi\"\n< OK\n",
        broker.port
    );
    let (held, said) = play(scratch.path(), &text, &modem.port);
    assert!(held, "{said}");
    assert!(said.contains("left out: lines 5, 6"), "{said}");
}

#[test]
fn a_difference_is_shown() {
    let (modem, scratch) = (Modem::start(), Scratch::new());
    let text = "> AT\n< OK\n> AT+NOSUCH\n< OK\n> AT\n< OK\n";
    let (held, said) = play(scratch.path(), text, &modem.port);
    assert!(!held);
    assert!(said.contains("t.chat:3: (played on a port)"), "{said}");
    assert!(
        said.contains("->  < OK") && said.contains("->  < ERROR"),
        "{said}"
    );
    assert!(said.ends_with("0 chats passed, 1 failed\n"), "{said}");
}

#[test]
fn a_chat_that_needs_a_scripted_broker_is_refused() {
    let (modem, scratch) = (Modem::start(), Scratch::new());
    let (held, said) = play(scratch.path(), "> AT\n< OK\nbroker close\n", &modem.port);
    assert!(!held);
    assert!(said.contains("t.chat:3: only the host's side"), "{said}");
}

#[test]
fn without_a_port_a_chat_is_played_in_virtual_time() {
    let scratch = Scratch::new();
    let folder = scratch.path().display().to_string();
    std::fs::write(scratch.join("a.chat"), "> AT\n< OK\n+2min\nsilent\n").unwrap();
    let (held, told) = said(mqmodem(&["chat", "run", &folder]).output());
    assert!(held && told.contains("a.chat ... ok"), "{told}");
    assert!(told.ends_with("\n1 chat passed, 0 failed\n"), "{told}");
    std::fs::write(scratch.join("b.chat"), "> AT\n< NO\n").unwrap();
    assert!(!said(mqmodem(&["chat", "run", &folder]).output()).0);
}

#[test]
fn what_is_recorded_can_be_played() {
    let (modem, scratch) = (Modem::start(), Scratch::new());
    let file = scratch.join("recorded.chat").display().to_string();
    let mut recorder = mqmodem(&["chat", "record", &file, "--port", &modem.port]);
    let mut recorder = recorder.stdin(Stdio::piped()).spawn().unwrap();
    let mut lines = recorder.stdin.take().unwrap();
    lines
        .write_all(b"AT\nAT+CGMM;+NOSUCH\n+100ms\nATE0\nATI\nATE1\n")
        .unwrap();
    drop(lines);
    let (held, shown) = said(recorder.wait_with_output());
    assert!(held && shown.contains("mqmodem"), "{shown}");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("> AT\n< OK\n> AT+CGMM;+NOSUCH\n"), "{text}");
    assert!(
        text.contains("\n+100ms\n> ATE0\n< OK\necho off\n> ATI\n"),
        "{text}"
    );
    assert!(
        shown.ends_with("plays on a port and in virtual time\n"),
        "{shown}"
    );
    plays_both_ways(&file, &modem);
}

/// On the port it was recorded on, again and again, and in virtual time.
fn plays_both_ways(file: &str, modem: &Modem) {
    let text = std::fs::read_to_string(file).unwrap();
    for more in [&["--port", &*modem.port][..], &["--port", &modem.port], &[]] {
        let arguments = [&["chat", "run", file][..], more].concat();
        let (held, told) = said(mqmodem(&arguments).output());
        assert!(held, "{more:?}: {told}\n{text}");
    }
}

/// Records what is typed, and returns what was shown.
fn recorded(file: &str, modem: &Modem, typed: &str) -> String {
    recorded_in("native", file, modem, typed)
}

/// The same with a modem of a dialect.
fn recorded_in(dialect: &str, file: &str, modem: &Modem, typed: &str) -> String {
    let words = ["chat", "record", file, "--port", &modem.port];
    let mut recorder = mqmodem(&[&words[..], &["--force", "--dialect", dialect]].concat());
    let mut recorder = recorder.stdin(Stdio::piped()).spawn().unwrap();
    let mut lines = recorder.stdin.take().unwrap();
    lines.write_all(typed.as_bytes()).unwrap();
    drop(lines);
    let (held, shown) = said(recorder.wait_with_output());
    assert!(held, "{shown}");
    shown
}

#[test]
fn what_is_recorded_plays_both_ways_whatever_the_modem_was_left_at() {
    let (modem, scratch) = (Modem::start(), Scratch::new());
    let file = scratch.join("recorded.chat").display().to_string();
    // The second begins with the echo off and errors in words.
    for typed in [
        "ATE0\nAT+CMEE=2\nATI\n",
        "ATI\nAT+MQTTPUB=t,0,0,x\n",
        "ATV0\nAT\n",
        "AT\n",
    ] {
        recorded(&file, &modem, typed);
        plays_both_ways(&file, &modem);
    }
}

#[test]
fn dialects_are_recorded_with_the_data_behind_their_prompts() {
    let scratch = Scratch::new();
    let file = scratch.join("recorded.chat").display().to_string();
    for (dialect, typed, text) in [
        (
            "quectel:ec25",
            "ATI\nAT+QFUPL=\"a.txt\",5\nhello\nAT+QFLST\n",
            "set dialect quectel:ec25\n",
        ),
        ("esp-at", "AT+GMR\nAT+MQTTCONN?\n", "set dialect esp-at\n"),
        ("luat", "ATI\nAT+CSQ\n>> AT\\x0D\n", "\n>> AT\\r\n"),
        (
            "nordic:slm",
            "AT%XSIM?\nAT#XMQTTCFG=?\n",
            "set dialect nordic:slm\n",
        ),
        ("simcom-sm", "AT+CMEE=2\nAT+NOSUCH\n", "\n> AT+NOSUCH\n"),
        (
            "ublox:sara-r410m",
            "AT+UMQTT=?\nATE0\nATI\n",
            "\necho off\n> ATI\n",
        ),
    ] {
        let modem = Modem::of(dialect);
        recorded_in(dialect, &file, &modem, typed);
        let recording = std::fs::read_to_string(&file).unwrap();
        assert!(recording.contains(text), "{recording}");
        plays_both_ways(&file, &modem);
    }
}

#[test]
fn a_record_that_needs_a_broker_says_where_it_plays() {
    let (broker, modem, scratch) = (Broker::plain(), Modem::start(), Scratch::new());
    let file = scratch.join("recorded.chat").display().to_string();
    let typed = format!(
        "AT+MQTTCONFIG=127.0.0.1,{},rec,1,60\nAT+MQTTCONNECT\nAT+MQTTDISCONNECT\n",
        broker.port
    );
    let shown = recorded(&file, &modem, &typed);
    assert!(
        shown.contains("plays on a port; in virtual time line 4"),
        "{shown}"
    );
    let (held, told) = said(mqmodem(&["chat", "run", &file, "--port", &modem.port]).output());
    assert!(held, "{told}");
}

#[test]
fn a_recording_is_kept_where_nothing_is_said_or_its_name_is_taken() {
    let (modem, scratch) = (Modem::start(), Scratch::new());
    let file = scratch.join("recorded.chat").display().to_string();
    let refused = |more: &[&str]| {
        let words = ["chat", "record", &file, "--port", &modem.port];
        let output = mqmodem(&[&words[..], more].concat())
            .stderr(Stdio::piped())
            .output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let why = refused(&[]);
    assert!(why.contains("nothing was said"), "{why}");
    assert!(!Path::new(&file).exists());
    recorded(&file, &modem, "AT\n");
    let recording = std::fs::read_to_string(&file).unwrap();
    for (more, says) in [
        (
            &[][..],
            "is there already; choose another name, or write over it with --force",
        ),
        (&["--force"], "nothing was said"),
    ] {
        let why = refused(more);
        assert!(why.contains(says), "{why}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), recording);
    }
}

#[test]
fn what_a_port_cannot_do_is_told_with_its_line() {
    let (modem, scratch) = (Modem::start(), Scratch::new());
    for (text, said) in [
        (
            "> AT\n< OK\ndtr off\n",
            "t.chat:3: this port has no control lines",
        ),
        (
            "set strict\n> AT\n< OK\n",
            "t.chat:1: `set` makes the modem of virtual time",
        ),
    ] {
        let (held, told) = play(scratch.path(), text, &modem.port);
        assert!(!held && told.contains(said), "{told}");
    }
}

#[test]
fn a_chat_is_played_on_a_pseudo_terminal() {
    let scratch = Scratch::new();
    let link = scratch.join("pty").display().to_string();
    let mut modem = mqmodem(&["serve", &format!("--pty={link}")])
        .spawn()
        .unwrap();
    while !Path::new(&link).exists() {
        std::thread::yield_now();
    }
    let played = play(
        scratch.path(),
        "> ATE0\n< OK\necho off\n> AT\n< OK\n",
        &link,
    );
    let _ = modem.kill();
    let _ = modem.wait();
    assert!(played.0, "{}", played.1);
}
