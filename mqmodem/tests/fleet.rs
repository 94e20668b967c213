//! Many modems in one process.

mod fleet_process;
mod rig;
mod support;

use fleet_process::{Fleet, ask, chats, ended, run};
use rig::{Broker, PATIENCE, call, call_unix, free_port};
use rustix::process::Signal;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Instant;
use support::Scratch;

const OK: &str = "\r\nOK\r\n";

#[test]
fn hosts_inside_the_process_repeat_their_script() {
    let (broker, scratch) = (Broker::plain(), Scratch::new());
    chats(scratch.path(), broker.port);
    let arguments = [
        "--modems",
        "50",
        "--setup",
        "setup.chat",
        "--script",
        "round.chat",
    ];
    let (well, said) = run(
        scratch.path(),
        &[&arguments[..], &["--repeat", "3"]].concat(),
    );
    assert!(well, "{said}");
    assert_eq!(said, "50 modems, 50 set up, 150 rounds played, 0 failed\n");
    broker.wait_for_log("from m00049 (d0, q1, r0, ");
}

#[test]
fn a_broker_that_refuses_half_leaves_the_others_working() {
    let scratch = Scratch::new();
    let passwords = scratch.join("passwords");
    let known = (0..10)
        .step_by(2)
        .map(|index| format!("m{index:05}:right\n"));
    fs::write(&passwords, known.collect::<String>()).unwrap();
    let mut hash = Command::new("mosquitto_passwd");
    assert!(hash.arg("-U").arg(&passwords).status().unwrap().success());
    let file = format!("password_file {}", passwords.display());
    let broker = Broker::with(&["allow_anonymous false", &file]);
    chats(scratch.path(), broker.port);
    let setup = fs::read_to_string(scratch.join("setup.chat")).unwrap();
    let setup = setup.replace(",1,60", ",1,60,{name},right");
    fs::write(scratch.join("setup.chat"), setup).unwrap();
    let arguments = [
        "--modems",
        "10",
        "--setup",
        "setup.chat",
        "--script",
        "round.chat",
    ];
    let mut fleet = Fleet::start(
        scratch.path(),
        &[&arguments[..], &["--repeat", "2"]].concat(),
    );
    let log = fleet.until("+MQTTCONNECT:5");
    assert!(log.contains("setup.chat:"), "{log}");
    for index in (0..10).step_by(2) {
        broker.wait_for_log(&format!("Received DISCONNECT from m{index:05}"));
    }
    fleet.signal(Signal::TERM);
    let summary = fleet.line();
    assert!(
        summary.starts_with("10 modems, 5 set up, 10 rounds played, "),
        "{summary}"
    );
    // One cause, however many fail and how often.
    let want = " failed: setup.chat:6: +MQTTCONNECT:5 in place of +MQTTCONNECT:0";
    let cause = fleet.line();
    assert!(cause.ends_with(want), "{cause}");
    assert_eq!(fleet.line(), "");
    assert_eq!(fleet.process.wait().unwrap().code(), Some(1));
}

#[test]
fn a_port_in_use_names_its_modem_and_stops_no_other() {
    let scratch = Scratch::new();
    let (first, last) = four_ports();
    let taken = std::net::TcpListener::bind(("127.0.0.1", first + 1)).unwrap();
    let pattern = format!("127.0.0.1:{{{first}..{last}}}");
    let mut fleet = Fleet::start(scratch.path(), &["--tcp", &pattern]);
    let log = fleet.until("4 of 4 modems");
    let name = format!("m{} is left out: cannot listen on", first + 1);
    assert!(log.contains(&name), "{log}");
    drop(taken);
    for port in [first, first + 2, last] {
        let mut host = TcpStream::connect(("127.0.0.1", port)).unwrap();
        ask(&mut host, "ATE0", &format!("ATE0\r{OK}"));
    }
    assert_eq!(fleet.end(), Some(1), "one was left out");
}

/// Four ports in a row that were free a moment ago.
fn four_ports() -> (u16, u16) {
    loop {
        let first = free_port();
        let all = first.checked_add(3).map(|last| first..=last);
        let free = |port| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
        if let Some(mut all) = all
            && all.all(free)
        {
            return (first, first + 3);
        }
    }
}

#[test]
fn too_few_open_files_are_said_at_once() {
    let scratch = Scratch::new();
    chats(scratch.path(), 1);
    let mut shell = Command::new("sh");
    let line = "ulimit -n 100 && exec \"$0\" fleet --modems 100 --setup setup.chat";
    shell.args(["-c", line, env!("CARGO_BIN_EXE_mqmodem")]);
    let (well, said) = ended(shell.current_dir(scratch.path()).output());
    assert!(!well);
    let want = "mqmodem: 100 modems need 260 open files, and 100 are allowed: raise the limit";
    assert!(
        said.starts_with(want) && said.lines().count() == 1,
        "{said}"
    );
    // A soft limit is no limit.
    let mut shell = Command::new("sh");
    let line = "ulimit -Sn 100 && exec \"$0\" fleet --modems 100 --script round.chat --repeat 1";
    shell.args(["-c", line, env!("CARGO_BIN_EXE_mqmodem")]);
    let (_, said) = ended(shell.current_dir(scratch.path()).output());
    assert!(said.contains("100 modems, 100 set up"), "{said}");
}

#[test]
fn hosts_find_their_modems_on_unix_sockets() {
    let scratch = Scratch::new();
    // A socket of a process that was killed.
    drop(std::os::unix::net::UnixListener::bind(scratch.join("m03")).unwrap());
    let mut fleet = Fleet::start(scratch.path(), &["--unix", "m{00..19}"]);
    fleet.until("20 of 20 modems");
    for name in ["m00", "m03", "m19"] {
        let mut host = call_unix(&scratch.join(name));
        ask(&mut host, "AT", &format!("AT\r{OK}"));
    }
    assert_eq!(fleet.end(), Some(0));
    assert!(!scratch.join("m00").exists());
}

#[test]
fn each_connection_to_one_port_is_a_modem() {
    let scratch = Scratch::new();
    let text =
        "[fleet]\nmodems = 2\nport = { tcp = \"0\" }\n[fleet.identity]\nmodel = \"M-{index}\"\n";
    fs::write(scratch.join("mqmodem.toml"), text).unwrap();
    let mut fleet = Fleet::start(scratch.path(), &[]);
    let address = fleet.line();
    let connect = || call(&address);
    let (mut first, mut second) = (connect(), connect());
    ask(
        &mut first,
        "AT+CGMM",
        &format!("AT+CGMM\r\r\nM-00000\r\n{OK}"),
    );
    ask(
        &mut second,
        "AT+CGMM",
        &format!("AT+CGMM\r\r\nM-00001\r\n{OK}"),
    );
    // There are two.
    assert_eq!(connect().read(&mut [0]).unwrap(), 0);
    ask(&mut first, "ATE0", &format!("ATE0\r{OK}"));
    drop(first);
    fleet.until("host disconnected");
    // The next host is that of the same modem, as it was left.
    let mut third = connect();
    ask(&mut third, "AT+CGMM", &format!("\r\nM-00000\r\n{OK}"));
    assert_eq!(fleet.end(), Some(0));
}

#[test]
fn the_first_line_names_the_modem() {
    let scratch = Scratch::new();
    let text = "[fleet]\nmodems = 100\nport = { tcp = \"0\" }\nidentify = \"line\"\n\
        [fleet.identity]\nmodel = \"{name}\"\n";
    fs::write(scratch.join("mqmodem.toml"), text).unwrap();
    let mut fleet = Fleet::start(scratch.path(), &[]);
    let address = fleet.line();
    let mut host = TcpStream::connect(&address).unwrap();
    // The modem has what comes behind it in the same packet.
    ask(
        &mut host,
        "m00042\r\nATE0+CGMM",
        &format!("ATE0+CGMM\r\r\nm00042\r\n{OK}"),
    );
    let mut stranger = TcpStream::connect(&address).unwrap();
    stranger.write_all(b"m00100\n").unwrap();
    let mut said = String::new();
    stranger.read_to_string(&mut said).unwrap();
    assert_eq!(said, "\r\nERROR\r\n");
    ask(&mut host, "AT", OK);
    assert_eq!(fleet.end(), Some(0));
}

#[test]
fn credentials_that_everyone_can_read_are_warned_of_at_the_start() {
    let scratch = Scratch::new();
    fs::write(scratch.join("round.chat"), "> ATE0\n< OK\necho off\n").unwrap();
    fs::write(scratch.join("list.csv"), "m1,u1,hunter2\n").unwrap();
    let config = "[broker]\nhost = \"127.0.0.1\"\nport = 1\n\
                  [fleet]\ncredentials = \"list.csv\"\nscript = \"round.chat\"\nrepeat = 1\n";
    fs::write(scratch.join("m.toml"), config).unwrap();
    for (mode, warnings) in [(0o644, 1), (0o640, 0)] {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        fs::set_permissions(scratch.join("list.csv"), mode).unwrap();
        let (well, said) = run(scratch.path(), &["--config", "m.toml"]);
        assert!(well && !said.contains("hunter2"), "{said}");
        let told = said.matches("everyone on this machine can read").count();
        assert_eq!(told, warnings, "{said}");
    }
}

#[test]
fn arguments_that_do_not_fit_are_refused_in_one_sentence() {
    let scratch = Scratch::new();
    fs::write(scratch.join("bad.chat"), "> AT\nbroker close\n").unwrap();
    fs::write(scratch.join("worse.chat"), "AT\n").unwrap();
    for (arguments, hint) in [
        (&[][..], "a fleet needs a number of modems"),
        (&["--tcp", "{7000..6000}"], "as in m{0000..0199}"),
        (
            &["--modems", "2", "--script", "none.chat"],
            "cannot read none.chat",
        ),
        (
            &["--modems", "2", "--script", "bad.chat"],
            "bad.chat:2: only the host's side",
        ),
        (
            &["--modems", "2", "--script", "worse.chat"],
            "worse.chat:1: `AT` is nothing",
        ),
    ] {
        let (well, said) = run(scratch.path(), arguments);
        assert!(!well);
        assert!(said.contains(hint) && said.lines().count() == 1, "{said}");
    }
}

#[test]
fn all_end_in_order_when_told_to() {
    let (broker, scratch) = (Broker::plain(), Scratch::new());
    chats(scratch.path(), broker.port);
    let mut fleet = Fleet::start(scratch.path(), &["--modems", "50", "--setup", "setup.chat"]);
    let mut log = fleet.until("50 of 50 modems");
    // That the broker has sent CONNACK does not say that it has come.
    for index in ["00000", "00049"] {
        while !log.contains(&format!("m{index}: connected to")) {
            log += &fleet.until(": connected to");
        }
    }
    assert_eq!(fleet.end(), Some(0));
    for index in ["00000", "00049"] {
        broker.wait_for_log(&format!("Received DISCONNECT from m{index}"));
    }
}

#[test]
fn metrics_are_served() {
    let (broker, scratch) = (Broker::plain(), Scratch::new());
    chats(scratch.path(), broker.port);
    let arguments = [
        "--modems",
        "20",
        "--setup",
        "setup.chat",
        "--script",
        "round.chat",
    ];
    let endless = [&arguments[..], &["--every", "3600", "--metrics", "0"]].concat();
    let mut fleet = Fleet::start(scratch.path(), &endless);
    let log = fleet.until("metrics at http://");
    let (_, rest) = log.split_once("http://").unwrap();
    let (address, _) = rest.split_once('/').unwrap();
    let get = |request: &str| {
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        answer
    };
    let begin = Instant::now();
    let page = loop {
        let page = get("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        if page.contains("\nmqmodem_connections 20\n") {
            break page;
        }
        assert!(begin.elapsed() < PATIENCE, "{page}");
    };
    assert!(
        page.starts_with("HTTP/1.1 200 OK\r\ncontent-type: text/plain"),
        "{page}"
    );
    for line in [
        "mqmodem_modems 20",
        "mqmodem_connects_total 20",
        "mqmodem_retries_total 0",
    ] {
        assert!(
            page.lines().any(|it| it == line),
            "{line} is not in\n{page}"
        );
    }
    assert!(get("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
    assert!(get("POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
    drop(broker);
    let lost = "mqmodem_links_lost_total{layer=\"broker\"} 20";
    let begin = Instant::now();
    while !get("GET /metrics?x HTTP/1.0\r\n\r\n").contains(lost) {
        assert!(begin.elapsed() < PATIENCE, "no {lost}");
    }
    assert_eq!(fleet.end(), Some(0));
}
