//! Modems that are served while ports and the configuration change.

mod fleet_process;
mod rig;
mod support;

use fleet_process::{Fleet, ask};
use rig::call_unix;
use rustix::process::Signal;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use support::Scratch;

const OK: &str = "\r\nOK\r\n";

#[test]
fn a_modem_waits_for_its_port_and_the_others_run() {
    let scratch = Scratch::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let port = address.port().to_string();
    let serial = scratch.join("adapter");
    let arguments = ["--tcp", &port, "--unix", "other", "--serial", "adapter"];
    let mut modems = Fleet::serve(scratch.path(), &arguments);
    assert_eq!(modems.line(), "other");
    let log = modems.until("adapter waits for its port: cannot open adapter");
    let told = format!("tcp {port} waits for its port: cannot listen on {address}");
    assert!(log.contains(&told), "{log}");
    ask(
        &mut call_unix(&scratch.join("other")),
        "AT",
        &format!("AT\r{OK}"),
    );
    drop(taken);
    assert_eq!(modems.line(), address.to_string());
    let mut host = TcpStream::connect(address).unwrap();
    ask(&mut host, "AT", &format!("AT\r{OK}"));
    // An adapter that is plugged in later.
    let cable = rustix::pty::openpt(rustix::pty::OpenptFlags::RDWR).unwrap();
    rustix::pty::unlockpt(&cable).unwrap();
    let device = rustix::pty::ptsname(&cable, Vec::new()).unwrap();
    std::os::unix::fs::symlink(device.to_str().unwrap(), serial).unwrap();
    modems.until("ready: adapter");
    assert_eq!(modems.end(), Some(0));
}

#[test]
fn sighup_adds_removes_and_restarts_modems() {
    let scratch = Scratch::new();
    let file = |modems: &[(&str, &str)]| {
        let modem = |(name, more): &(&str, &str)| {
            format!("[[modem]]\nname = \"the {name}\"\nport = {{ unix = \"{name}\" }}\n{more}\n")
        };
        let modems: String = modems.iter().map(modem).collect();
        let text = format!("state_dir = \"state\"\n{modems}[broker]\nhost = \"a\"\n");
        fs::write(scratch.join("mqmodem.toml"), text).unwrap();
    };
    let at = |name: &str| call_unix(&scratch.join(name));
    file(&[("goes", ""), ("stays", ""), ("changes", "")]);
    let mut modems = Fleet::serve(scratch.path(), &[]);
    for name in ["./goes", "./stays", "./changes"] {
        assert_eq!(modems.line(), name);
    }
    let (mut stays, mut changes) = (at("stays"), at("changes"));
    ask(&mut stays, "ATE0", &format!("ATE0\r{OK}"));
    let line = "ATE0+MQTTCONFIG=kept,1,me,1,60";
    ask(&mut changes, line, &format!("{line}\r{OK}"));
    file(&[
        ("stays", ""),
        ("comes", ""),
        ("changes", "identity = { model = \"M2\" }"),
    ]);
    modems.signal(Signal::HUP);
    modems.until("3 modems, 3 before; 1 go on as they were");
    // Where it stands in the file now makes no other modem of it.
    ask(&mut stays, "AT", OK);
    assert_eq!(changes.read(&mut [0]).unwrap(), 0);
    let answer =
        format!("AT+CGMM;+MQTTCONFIG?\r\r\nM2\r\n\r\n+MQTTCONFIG:kept,1,me,1,60,,\r\n{OK}");
    ask(&mut at("changes"), "AT+CGMM;+MQTTCONFIG?", &answer);
    ask(&mut at("comes"), "AT", &format!("AT\r{OK}"));
    assert!(UnixStream::connect(scratch.join("goes")).is_err());
    // What is wrong changes nothing.
    file(&[("stays", "nonsense = 1")]);
    modems.signal(Signal::HUP);
    modems.until("the configuration stays as it was: ./mqmodem.toml:");
    ask(&mut stays, "AT", OK);
    // Another password is another broker.
    let text = fs::read_to_string(scratch.join("mqmodem.toml")).unwrap();
    let broker = "host = \"a\"\nusername = \"u\"\npassword = \"p\"";
    let text = text
        .replace("nonsense = 1", "")
        .replace("host = \"a\"", broker);
    fs::write(scratch.join("mqmodem.toml"), text).unwrap();
    modems.signal(Signal::HUP);
    modems.until("1 modems, 3 before; 0 go on as they were");
    let mut answer = String::new();
    let mut stays = at("stays");
    stays.write_all(b"ATE0+MQTTCONFIG?\r").unwrap();
    while !answer.ends_with(OK) {
        let mut byte = [0];
        stays.read_exact(&mut byte).unwrap();
        answer.push(byte[0].into());
    }
    assert!(answer.contains(",u,***\r\n"), "{answer}");
    assert_eq!(modems.end(), Some(0));
}

#[test]
fn sighup_ends_modems_that_no_file_describes() {
    let scratch = Scratch::new();
    let mut modems = Fleet::serve(scratch.path(), &["--unix", "m"]);
    assert_eq!(modems.line(), "m");
    modems.signal(Signal::HUP);
    modems.until("switching off");
    assert_eq!(modems.process.wait().unwrap().code(), Some(0));
    assert!(!scratch.join("m").exists());
}

#[test]
fn what_anyone_can_reach_is_warned_of_and_metrics_are_served() {
    let scratch = Scratch::new();
    let arguments = [
        "--metrics",
        "0.0.0.0:0",
        "--rfc2217",
        "[::]:0",
        "--tcp",
        "0.0.0.0:0",
        "--tcp",
        "[::1]:0",
    ];
    let mut modems = Fleet::serve(scratch.path(), &arguments);
    let log = modems.until("can read the metrics there");
    let (_, address) = log.split_once("http://0.0.0.0:").unwrap();
    let (port, _) = address.split_once('/').unwrap();
    let mut client = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let log = modems.until("WARN anyone who can reach 0.0.0.0:");
    assert!(!log.contains("[::1]"), "{log}");
    let log = log + &modems.until("WARN anyone who can reach [::]:");
    assert_eq!(log.matches("can use the modem there").count(), 2, "{log}");
    for _ in 0..3 {
        modems.line();
    }
    client.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
    let mut page = String::new();
    client.read_to_string(&mut page).unwrap();
    assert!(page.contains("\nmqmodem_modems 3\n"), "{page}");
    assert_eq!(modems.end(), Some(0));
}

#[test]
fn a_fleet_that_anyone_can_reach_is_warned_of_once() {
    let scratch = Scratch::new();
    let one_port = ["--tcp", "0.0.0.0:0", "--modems", "2"];
    let mut fleet = Fleet::start(scratch.path(), &one_port);
    let log = fleet.until("can use the modems there");
    assert!(log.contains("WARN anyone who can reach 0.0.0.0:"), "{log}");
    assert_eq!(fleet.end(), Some(0));
    let port = rig::free_port();
    let pattern = format!("[::]:{{{port}..{}}}", port.saturating_add(2));
    let mut fleet = Fleet::start(
        scratch.path(),
        &["--tcp", &pattern, "--metrics", "0.0.0.0:0"],
    );
    let log = fleet.until("3 of 3 modems");
    assert_eq!(
        log.matches("WARN anyone who can reach [::]:").count(),
        1,
        "{log}"
    );
    assert!(log.contains("can read the metrics there"), "{log}");
    drop(fleet);
}
