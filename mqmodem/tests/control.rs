//! The control socket, and the verbs and flags for it.

mod fleet_process;
mod rig;
mod support;

use fleet_process::Fleet;
use mqmodem_faults::WORDS;
use rig::{Control, Modem, call_unix};
use rustix::process::Signal;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use support::Scratch;

#[test]
fn the_control_socket_answers_each_line() {
    let scratch = Scratch::new();
    let socket = scratch.join("control");
    let trace = scratch.join("trace.log");
    let arguments = [
        "--control",
        socket.to_str().unwrap(),
        "--trace",
        trace.to_str().unwrap(),
    ];
    let mut modem = Modem::with(&arguments);
    let mode = socket.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let mut control = Control::at(&socket);
    control.expect("list", "ok 0");
    control.expect("state", "ok power=on link.0=closed code=0");
    control.expect("send AT+CGMM", "ok mqmodem\\nOK");
    control.expect("note step 4", "ok");
    control.expect("fault reply lose to=+CGMM", "ok 1");
    control.expect(
        "fault seed 7 every=10s..60s net reset, broker lose PUBACK",
        "ok 2",
    );
    control.expect("list", "ok 2");
    assert_eq!(control.line(), "1 armed reply lose to=+CGMM");
    let plan = "2 armed seed 7 every=10s..1min net reset, broker lose PUBACK";
    assert_eq!(control.line(), plan);
    control.expect("wait 1 10ms", "error it has not acted in that time");
    control.expect("wait 3 10s", "error there is no fault 3");
    control.expect("clear 2", "ok 2");
    control.expect("wait 2 1s", "error fault 2 has ended and never acted");
    control.expect("clear 2", "error no fault 2 is in force");
    control.expect("clear", "ok");
    let answer = control.ask("fault net rest");
    assert!(
        answer.starts_with("error `rest` is no fault of `net`"),
        "{answer}"
    );
    let answer = control.ask("modem other state");
    assert!(
        answer.starts_with("error no modem \"other\" runs; there are "),
        "{answer}"
    );
    // The host has heard nothing of it.
    modem.ok("AT");
    assert_eq!(modem.end(Signal::TERM), Some(0));
    assert!(!socket.exists());
    let trace = std::fs::read_to_string(trace).unwrap();
    for part in [
        "note: step 4",
        "fault 1 armed: reply lose to=+CGMM",
        "fault 1 ended: ",
    ] {
        assert!(trace.contains(part), "no «{part}» in {trace}");
    }
}

#[test]
fn a_modem_without_power_ends_as_any_other() {
    let scratch = Scratch::new();
    let (socket, trace) = (scratch.join("control"), scratch.join("trace.jsonl"));
    let arguments = [
        "--control",
        socket.to_str().unwrap(),
        "--trace",
        trace.to_str().unwrap(),
    ];
    let modem = Modem::with(&arguments);
    let mut control = Control::at(&socket);
    control.expect("fault power cut", "ok 1");
    while !control.ask("state").contains("power=off") {}
    control.expect("note dark", "ok");
    assert_eq!(modem.end(Signal::TERM), Some(0));
    let trace = std::fs::read_to_string(trace).unwrap();
    let last = trace.lines().last().unwrap();
    assert!(
        last.contains("\"power\"") && last.contains("\"off\""),
        "{last}"
    );
}

#[test]
fn silent_and_flooding_clients_stop_nobody() {
    let scratch = Scratch::new();
    let socket = scratch.join("control");
    let mut modem = Modem::with(&["--control", socket.to_str().unwrap()]);
    let silent: Vec<UnixStream> = (0..100).map(|_| call_unix(&socket)).collect();
    let mut flood = call_unix(&socket);
    flood.set_nonblocking(true).unwrap();
    // It reads no answer: at some point nothing more is taken from it.
    while flood.write(&b"state\n".repeat(1000)).is_ok() {}
    modem.ok("AT");
    Control::at(&socket).expect("list", "ok 0");
    let mut long = Control::at(&socket);
    let answer = long.ask(&"x".repeat(10_000));
    assert_eq!(answer, "error a line has 8192 bytes at most");
    let mut odd = call_unix(&socket);
    odd.write_all(b"\xff\n").unwrap();
    let mut answer = String::new();
    BufReader::new(odd).read_line(&mut answer).unwrap();
    assert_eq!(answer, "error the line is no UTF-8\n");
    drop(silent);
    assert_eq!(modem.end(Signal::TERM), Some(0));
}

fn program(directory: &Path, arguments: &[&str], control: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.args(arguments).current_dir(directory);
    command.env_remove("MQMODEM_CONTROL");
    if let Some(path) = control {
        command.env("MQMODEM_CONTROL", path);
    }
    command.output().unwrap()
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [&output.stdout[..], &output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn the_command_line_asks_for_faults() {
    let scratch = Scratch::new();
    let run = |arguments: &[&str], control| said(&program(scratch.path(), arguments, control));
    let mut modems = Fleet::serve(
        scratch.path(),
        &["--unix", "a", "--unix", "b", "--control", "c"],
    );
    assert_eq!([modems.line(), modems.line()], ["a", "b"]);
    let (code, text) = run(&["fault", "c", "net", "reset"], None);
    assert_eq!(code, Some(1));
    assert_eq!(
        text,
        "mqmodem: write `modem NAME` before it; there are a, b\n"
    );
    let ok = |text: &str| (Some(0), text.to_owned());
    let lose = ["fault", "c", "modem", "a", "broker", "lose", "PUBACK"];
    assert_eq!(run(&lose, None), ok("1\n"));
    let urc = [
        "control",
        "modem",
        "a",
        "fault",
        "urc",
        "+CREG: 2",
        "every=10s",
    ];
    assert_eq!(run(&urc, Some("c")), ok("2\n"));
    let list = "2\n1 armed broker lose PUBACK\n2 armed urc \"+CREG: 2\" every=10s\n";
    assert_eq!(
        run(&["control", "./c", "modem", "a", "list"], Some("none")),
        ok(list)
    );
    assert_eq!(
        run(&["control", "c", "modem", "b", "list"], None),
        ok("0\n")
    );
    let listed = ["fault", "c", "modem", "a", "list"];
    assert_eq!(run(&listed, None), ok(list));
    assert_eq!(run(&["fault", "c", "modem", "b", "clear"], None), ok(""));
    let (code, text) = run(&["control", "c"], None);
    assert_eq!(code, Some(2));
    assert!(
        text.contains("nothing behind the control socket c"),
        "{text}"
    );
    let (code, text) = run(&["fault", "nowhere", "list"], None);
    assert_eq!(code, Some(1));
    assert!(text.contains("nobody listens at nowhere"), "{text}");
    let (code, text) = run(&["fault", "--help"], None);
    assert_eq!(code, Some(0));
    for word in WORDS {
        assert!(text.contains(word.words), "no {} in {text}", word.words);
    }
    // Two programs at one socket would take each other's lines.
    let (code, text) = run(&["serve", "--unix", "other", "--control", "c"], None);
    assert_eq!(code, Some(1));
    let taken = "cannot listen on c: the path is in use; stop what uses it, or choose another path for --control";
    assert!(text.contains(taken), "{text}");
    assert_eq!(modems.end(), Some(0));
    assert!(!scratch.join("c").exists());
}

#[test]
fn a_path_that_is_left_out_or_taken_for_a_word_is_told() {
    let scratch = Scratch::new();
    let run = |arguments: &[&str], control| said(&program(scratch.path(), arguments, control));
    let mut modems = Fleet::serve(scratch.path(), &["--unix", "a", "--control", "c"]);
    assert_eq!(modems.line(), "a");
    let placed = "the path of the control socket stands before the words, or in $MQMODEM_CONTROL";
    for arguments in [&["fault", "net", "reset"][..], &["fault", "list"]] {
        let (_, text) = run(arguments, None);
        assert!(text.contains(placed), "{text}");
    }
    let (code, text) = run(&["control", "c", "state"], Some("c"));
    assert_eq!(code, Some(1));
    assert!(text.contains("write ./c for that socket"), "{text}");
    let (code, text) = run(&["fault", "c.sock", "list"], Some("none"));
    assert_eq!(code, Some(1));
    assert!(text.contains("write ./c.sock for that socket"), "{text}");
    assert_eq!(modems.end(), Some(0));
}

#[test]
fn a_socket_that_nobody_listens_at_is_replaced_and_no_other_file_is() {
    let scratch = Scratch::new();
    drop(UnixListener::bind(scratch.join("c")).unwrap());
    std::fs::write(scratch.join("file"), "kept").unwrap();
    let mut modems = Fleet::serve(scratch.path(), &["--unix", "a", "--control", "c"]);
    assert_eq!(modems.line(), "a");
    Control::at(&scratch.join("c")).expect("list", "ok 0");
    // What another puts in its place is another's.
    std::fs::remove_file(scratch.join("c")).unwrap();
    let other = UnixListener::bind(scratch.join("c")).unwrap();
    assert_eq!(modems.end(), Some(0));
    assert!(
        scratch
            .join("c")
            .symlink_metadata()
            .unwrap()
            .file_type()
            .is_socket()
    );
    drop(other);
    let arguments = ["serve", "--unix", "a", "--control", "file"];
    let (code, text) = said(&program(scratch.path(), &arguments, None));
    assert_eq!(code, Some(1));
    assert!(text.contains("cannot listen on file: "), "{text}");
    assert_eq!(
        std::fs::read_to_string(scratch.join("file")).unwrap(),
        "kept"
    );
}

#[test]
fn flags_and_file_say_what_goes_wrong_from_the_start() {
    let scratch = Scratch::new();
    let file = "control = \"c\"\n[faults]\nseed = 7\nwords = [\"reply instead \\\"A\\\"\"]\n\
                [[modem]]\nname = \"a\"\nport = { unix = \"a\" }\n\
                [[modem]]\nname = \"b\"\nport = { unix = \"b\" }\n";
    std::fs::write(scratch.join("mqmodem.toml"), file).unwrap();
    let answer = |modem: &str| {
        let mut host = call_unix(&scratch.join(modem));
        fleet_process::ask(&mut host, "ATE0", &format!("ATE0\r\r\n{}\r\n", "A"));
    };
    let mut modems = Fleet::serve(scratch.path(), &[]);
    assert_eq!([modems.line(), modems.line()], ["./a", "./b"]);
    answer("a");
    answer("b");
    let other = file.replace("seed = 7", "seed = 8");
    std::fs::write(scratch.join("mqmodem.toml"), other).unwrap();
    modems.signal(Signal::HUP);
    modems.until("faults have changed, which takes effect at the next start");
    assert_eq!(modems.end(), Some(0));
    std::fs::write(scratch.join("mqmodem.toml"), file).unwrap();
    let fault = [
        "--fault",
        "port noise 1",
        "--fault",
        "reply lose",
        "--fault-seed",
        "8",
    ];
    let mut modems = Fleet::serve(scratch.path(), &fault);
    let log = modems.until("each modem has a fault, seed 8: reply lose");
    assert!(
        log.contains("each modem has a fault, seed 8: port noise 1"),
        "{log}"
    );
    assert_eq!([modems.line(), modems.line()], ["./a", "./b"]);
    Control::at(&scratch.join("c")).expect("modem b list", "ok 1");
    assert_eq!(modems.end(), Some(0));
    let wrong = ["serve", "--unix", "x", "--fault", "net rest"];
    let (code, text) = said(&program(scratch.path(), &wrong, None));
    assert_eq!(code, Some(2));
    assert!(text.contains("did you mean `reset`?"), "{text}");
    std::fs::write(
        scratch.join("mqmodem.toml"),
        "[faults]\nwords = [\"net rest\"]\n",
    )
    .unwrap();
    let (code, text) = said(&program(scratch.path(), &["serve"], None));
    assert_eq!(code, Some(1));
    assert!(
        text.contains("mqmodem.toml:2") && text.contains("did you mean `reset`?"),
        "{text}"
    );
}

#[test]
fn what_is_slow_still_comes_when_the_host_has_said_all() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    let arguments = ["serve", "--stdio", "--fault", "port slow 200"];
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut modem = command.spawn().unwrap();
    let mut host = modem.stdin.take().unwrap();
    host.write_all(b"ATE0\rAT+CGMM\r").unwrap();
    drop(host);
    let (code, text) = said(&modem.wait_with_output().unwrap());
    assert_eq!(code, Some(0));
    assert_eq!(text, "ATE0\r\r\nOK\r\n\r\nmqmodem\r\n\r\nOK\r\n");
}

#[test]
fn a_fleet_has_a_control_socket_too() {
    let scratch = Scratch::new();
    let arguments = [
        "--unix",
        "m{0..1}",
        "--control",
        "c",
        "--fault",
        "reply lose",
    ];
    let mut modems = Fleet::start(scratch.path(), &arguments);
    modems.until("2 of 2 modems started");
    let mut control = Control::at(&scratch.join("c"));
    control.expect("modem m1 list", "ok 1");
    assert_eq!(control.line(), "1 armed reply lose");
    assert_eq!(modems.end(), Some(0));
    assert!(!scratch.join("c").exists());
}
