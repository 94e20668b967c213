//! Whoever holds a connection and says nothing shuts nobody out.

mod rig;
mod support;

use rig::{PATIENCE, call, spawn};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{Read, Write};
use std::process::{Child, Command};
use std::time::Instant;
use support::Scratch;

/// A fleet that may have so few files open that 290 hosts are too many.
fn fleet(scratch: &Scratch, table: &str) -> (Child, String) {
    fs::write(scratch.join("mqmodem.toml"), format!("[fleet]\n{table}")).unwrap();
    let program = env!("CARGO_BIN_EXE_mqmodem");
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            &format!("ulimit -n 250; exec {program} fleet --metrics 0 -v"),
        ])
        .current_dir(scratch.path())
        .stderr(fs::File::create(scratch.join("log")).unwrap());
    let (process, _, address) = spawn(&mut command);
    (process, address)
}

/// Where the metrics are, once that is in the log.
fn metrics(scratch: &Scratch) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let logged = fs::read_to_string(scratch.join("log")).unwrap();
        let url = logged.split_once("http://").map(|(_, url)| url);
        if let Some((address, _)) = url.and_then(|url| url.split_once('/')) {
            return address.to_owned();
        }
        assert!(Instant::now() < deadline, "no address: {logged}");
        std::thread::yield_now();
    }
}

/// Ends it in order; what it has logged.
fn log(mut process: Child, scratch: &Scratch) -> String {
    kill_process(Pid::from_child(&process), Signal::TERM).unwrap();
    assert!(process.wait().unwrap().success());
    fs::read_to_string(scratch.join("log")).unwrap()
}

#[test]
fn hosts_that_never_say_who_they_are_shut_no_other_out() {
    let scratch = Scratch::new();
    let table = "modems = 3\nport = { tcp = \"0\" }\nidentify = \"line\"\n";
    let (process, address) = fleet(&scratch, table);
    let silent: Vec<_> = (0..290).map(|_| call(&address)).collect();
    let mut host = call(&address);
    host.write_all(b"m00001\nATE0\r").unwrap();
    let mut said = Vec::new();
    while !said.ends_with(b"OK\r\n") {
        let mut buf = [0; 64];
        let count = host.read(&mut buf).expect("an answer");
        assert!(count > 0, "sent away");
        said.extend_from_slice(&buf[..count]);
    }
    // One that names no modem may have said a password.
    let mut other = call(&address);
    other
        .write_all(b"AT+MQTTCONFIG=b,1,me,1,60,user,hunter2\n")
        .unwrap();
    let mut answer = String::new();
    other.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "\r\nERROR\r\n");
    drop((silent, host));
    let log = log(process, &scratch);
    assert!(!log.contains("cannot accept"), "{log}");
    assert!(log.contains("named no modem"), "{log}");
    assert!(!log.contains("hunter2"), "{log}");
}

#[test]
fn clients_of_the_metrics_that_ask_nothing_shut_no_other_out() {
    let scratch = Scratch::new();
    let (process, _) = fleet(&scratch, "modems = 3\nport = { tcp = \"0\" }\n");
    let address = metrics(&scratch);
    let silent: Vec<_> = (0..100).map(|_| call(&address)).collect();
    let mut half = call(&address);
    half.write_all(b"GET /metrics HTTP/1.1\r\n").unwrap();
    let mut scraper = call(&address);
    scraper.write_all(b"GET /metrics HTTP/1.1\r\n\r\n").unwrap();
    let mut page = String::new();
    scraper.read_to_string(&mut page).unwrap();
    assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
    // All are served or sent away before the patience of eight at a time is over.
    assert!(!log(process, &scratch).contains("cannot serve metrics"));
    drop((silent, half));
}
