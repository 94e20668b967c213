//! The program, as it is called.

mod support;

use std::io::Write;
use std::process::{Command, Output, Stdio};
use support::Scratch;

fn mqmodem(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command
        .args(arguments)
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    mqmodem(arguments).output().unwrap()
}

/// Runs what must fail; returns the one sentence it says.
fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(output.stdout.is_empty());
    said
}

#[test]
fn what_cannot_be_done_is_said_in_one_sentence() {
    let scratch = Scratch::new();
    let file = scratch.join("file");
    std::fs::write(&file, "").unwrap();
    let in_the_way = format!("--pty={}", file.display());
    let cases: &[(&[&str], &str)] = &[
        (&["serve"], "mqmodem serve --pty=/tmp/modem"),
        (&["serve", &in_the_way], "choose another name"),
        (&["serve", "--pty=/nowhere/modem"], "check the name"),
        (
            &["serve", "--pty", "--group", "no-such-group"],
            "give its number",
        ),
        (
            &["serve", "--tcp", "192.0.2.1:7000"],
            "address of this machine",
        ),
        (
            &["serve", "--serial", "/dev/no-such-device"],
            "check the name",
        ),
        (
            &["serve", "--pty", "--name", "a\nb"],
            "printable characters",
        ),
        (&["serve", "--trace", "/", "--pty"], "name a file in it"),
        (&["serve", "--config", "/no\nsuch"], "/no\\nsuch"),
        // No terminal at all.
        (&["serve", "--serial", "/dev/null"], "give a serial device"),
        (
            &["serve", "--stdio", "--trace", "/nowhere/trace.log"],
            "check the name",
        ),
    ];
    for (arguments, hint) in cases {
        let said = refused(arguments);
        assert!(said.contains(hint), "{arguments:?}: {said}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert!(refused(&["serve", "--tcp", &port]).contains("choose another port"));
}

#[test]
fn help_shows_examples() {
    for subcommand in [
        "serve",
        "try",
        "fleet",
        "chat",
        #[cfg(feature = "broker")]
        "broker",
        "trace",
        "state",
        "doctor",
        "commands",
        "completions",
        "man",
        "help",
    ] {
        let output = run(&[subcommand, "--help"]);
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success());
        assert!(help.contains("Examples:\n  mqmodem "), "{help}");
        let told = run(&["help", subcommand]).stdout;
        assert_eq!(String::from_utf8(told).unwrap(), help);
    }
    assert_eq!(run(&["chat", "help", "run"]), run(&["help", "chat", "run"]));
}

#[test]
fn a_command_line_that_is_not_understood_is_told_in_one_sentence_and_is_code_2() {
    for (arguments, hint) in [
        (&["serve", "--pty", "/tmp/x"][..], "write --pty=/tmp/x"),
        (&["fleet", "--rate", "0"], "from 1 to 4294967295"),
        (&["chat", "run"], "for example: mqmodem chat run"),
        (&["sevre"], "perhaps serve is meant"),
        (&["help", "chat", "rnu"], "there are run, record"),
        (&["man", "sevre"], "there are serve, try, fleet, chat"),
        (&["serve", "--tcp", "nonsense"], "such as 7000"),
        (&["serve", "--tcp", "70000"], "such as 7000"),
        (&["serve", "--tcp", ":7000"], "0.0.0.0:7000"),
        (&["serve", "--rfc2217", "nonsense"], "rfc2217 takes a port"),
        (
            &["serve", "--tcp", "0", "--metrics", "x"],
            "--metrics takes",
        ),
        (&["fleet", "--tcp", "x"], "such as 7000"),
        (
            &["fleet", "--tcp", "0", "--metrics", "x"],
            "--metrics takes",
        ),
        (
            &["serve", "--serial", "/dev/ttyS0,fast"],
            "such as /dev/ttyUSB0,9600",
        ),
        (
            &["serve", "--serial", "/dev/ttyS0,9600,9X9"],
            "\"9X9\" is none of them",
        ),
        (&["chat", "run", "x", "--within", "0"], "--within"),
        (&["chat", "run", "x", "--within", "5"], "--port"),
    ] {
        let output = run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.starts_with("mqmodem: ") && said.contains(hint),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn what_cannot_be_written_fails() {
    for arguments in [&["--version"][..], &["help"], &["man"], &["commands"]] {
        let mut command = mqmodem(arguments);
        let full = std::fs::File::create("/dev/full").unwrap();
        let output = command.stdout(full).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn version_and_completions_are_printed() {
    let version = String::from_utf8(run(&["--version"]).stdout).unwrap();
    assert_eq!(
        version,
        concat!("mqmodem ", env!("CARGO_PKG_VERSION"), "\n")
    );
    let script = String::from_utf8(run(&["completions", "bash"]).stdout).unwrap();
    assert!(script.contains("--mask-secrets"));
}

#[test]
fn manual_pages_are_printed() {
    let page = String::from_utf8(run(&["man"]).stdout).unwrap();
    assert!(page.contains(".TH mqmodem 1"), "{page}");
    assert!(page.contains("mqmodem\\-doctor"), "{page}");
    let page = String::from_utf8(run(&["man", "chat", "run"]).stdout).unwrap();
    assert!(page.contains(".TH mqmodem-chat-run 1"), "{page}");
    assert!(page.contains(".SH \"EXIT STATUS\"\n.TP\n0\n"), "{page}");
    let page = String::from_utf8(run(&["man", "serve"]).stdout).unwrap();
    assert!(page.contains(".TH mqmodem-serve 1"), "{page}");
    assert!(page.contains("mask\\-secrets"), "{page}");
}

#[test]
fn a_closed_standard_output_is_harmless() {
    for arguments in [
        &["commands"][..],
        &["--help"],
        &["help", "serve"],
        &["man"],
        &["completions", "zsh"],
    ] {
        let mut child = mqmodem(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    }
}

#[test]
fn the_completions_of_bash_load_and_complete() {
    let script = String::from_utf8(run(&["completions", "bash"]).stdout).unwrap();
    let asked = "COMP_WORDS=(mqmodem serve --ma); COMP_CWORD=2; \
        _mqmodem mqmodem --ma serve; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", &format!("{script}\n{asked}")]);
    let output = bash.output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "--mask-secrets\n"
    );
}

/// What a modem on standard input and output answers.
fn over_stdio(arguments: &[&str], input: &[u8]) -> String {
    let mut child = mqmodem(&["serve", "--stdio"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_end_of_input_ends_the_modem_after_its_last_answer() {
    assert_eq!(over_stdio(&[], b""), "");
    assert_eq!(over_stdio(&[], b"ATE0\rAT\r"), "ATE0\r\r\nOK\r\n\r\nOK\r\n");
    // No one listens there: the answer comes only once that is known.
    let unreachable = b"ATE0\rAT+MQTTCONFIG=127.0.0.1,1,me,1,60\rAT+MQTTCONNECT\r";
    let said = over_stdio(&[], unreachable);
    assert!(
        said.ends_with("\r\n+MQTTCONNECT:21\r\n\r\nERROR\r\n"),
        "{said:?}"
    );
}

#[test]
fn a_trace_holds_no_secrets() {
    let scratch = Scratch::new();
    let trace = scratch.join("trace.log");
    let lines = "AT+MQTTCONFIG=127.0.0.1,1,me,1,60,user,hunter2\r\
        AT+MQTTCONFIG?\r\
        at + mqttconfig = 127.0.0.1, 1, me, 1, 60, user, hunter2\r\
        AT+MQTTTLS=1,2,\"-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\",62\r\
        AT+MQTTCONNECT\r";
    let said = over_stdio(&["--trace", trace.to_str().unwrap()], lines.as_bytes());
    assert!(said.contains("hunter2"));
    let traced = std::fs::read_to_string(trace).unwrap();
    assert!(!traced.contains("hunter2"), "{traced}");
    assert!(
        traced.contains("host   > AT+MQTTCONFIG=127.0.0.1,1,me,1,60,user,***"),
        "{traced}"
    );
    assert!(traced.contains("host   < OK"), "{traced}");
}

#[cfg(feature = "broker")]
#[test]
fn a_whole_session_can_be_tried() {
    let output = run(&["try"]);
    let transcript = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{transcript}");
    assert!(!transcript.contains('\x1b'));
    assert_eq!(
        transcript
            .matches("> AT+MQTTCONNECT\n< +MQTTCONNECT:0\n< OK\n")
            .count(),
        2
    );
    assert!(
        transcript
            .lines()
            .last()
            .is_some_and(|line| line.contains("Next: mqmodem serve"))
    );
}

#[cfg(feature = "broker")]
#[test]
fn a_session_of_mqtt_5_can_be_tried() {
    let output = run(&["try", "--mqtt5", "--no-prompt"]);
    let transcript = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{transcript}");
    for told in [
        "< +MQTTRECVPROP:\"user\",\"unit\",\"celsius\"\n",
        "< +MQTTERR:mqtt,135,",
    ] {
        assert_eq!(transcript.matches(told).count(), 2, "{told}");
    }
}

#[test]
fn the_manual_is_printed_in_both_formats() {
    let page = String::from_utf8(run(&["commands"]).stdout).unwrap();
    let json = String::from_utf8(run(&["commands", "--format", "json"]).stdout).unwrap();
    for name in ["+MQTTTLS", "+MQTTCONFIG", "+MQTTPUB", "+MQTTSUB", "+CFUN"] {
        assert!(page.contains(&format!("### `AT{name}`")), "{name}");
        assert!(json.contains(&format!("\"name\": \"{name}\"")), "{name}");
    }
    // What must not be logged is declared so.
    for secret in ["password", "cert file content"] {
        let at = json.find(&format!("\"name\": \"{secret}\"")).expect(secret);
        assert!(
            json[at..]
                .split('}')
                .next()
                .unwrap()
                .contains("\"secret\": true"),
            "{secret}"
        );
    }
}

#[test]
fn the_modem_has_the_clock_of_the_machine() {
    let mut process = mqmodem(&["serve", "--stdio"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = process.stdin.take().unwrap();
    stdin.write_all(b"ATE0+CCLK?\r").unwrap();
    drop(stdin);
    let output = process.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let (_, time) = said.split_once("+CCLK: \"").expect(&said);
    // Without a clock it is 1970.
    assert!(
        (24..70).contains(&time[..2].parse::<u8>().unwrap()),
        "{said}"
    );
}
