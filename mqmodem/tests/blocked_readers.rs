//! Whoever does not read what the program writes stops nobody.

mod rig;
mod support;

use rig::{call, spawn};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use support::Scratch;

/// A pipe that is full: the end that writes, and the one that does not read.
fn full_pipe() -> (OwnedFd, File) {
    let (reader, writer) = std::io::pipe().unwrap();
    let writer = OwnedFd::from(writer);
    rustix::io::ioctl_fionbio(&writer, true).unwrap();
    while rustix::io::write(&writer, &[b'.'; 4096]).is_ok() {}
    rustix::io::ioctl_fionbio(&writer, false).unwrap();
    (writer, OwnedFd::from(reader).into())
}

fn serve(arguments: &[&str], stderr: impl Into<Stdio>) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.args(["serve", "--tcp", "0"]).args(arguments);
    let (process, _, address) = spawn(command.stderr(stderr));
    (process, address)
}

fn answers(host: &mut TcpStream) {
    host.write_all(b"AT\r").unwrap();
    let mut said = Vec::new();
    while !said.ends_with(b"\r\nOK\r\n") {
        let mut buf = [0; 512];
        let count = host.read(&mut buf).expect("an answer");
        assert!(count > 0, "the modem hung up");
        said.extend_from_slice(&buf[..count]);
    }
}

/// Whether it ends in order; waits as long as that takes.
fn ends(mut process: Child) -> bool {
    kill_process(Pid::from_child(&process), Signal::TERM).unwrap();
    process.wait().unwrap().success()
}

#[test]
fn a_log_nobody_reads_stops_neither_modems_nor_the_end() {
    let (writer, _reader) = full_pipe();
    let (process, address) = serve(&["-vv"], writer);
    let mut host = call(&address);
    answers(&mut host);
    for _ in 0..690 {
        // Refused: it is closed without a word.
        let _ = call(&address).read(&mut [0]);
    }
    answers(&mut host);
    assert!(ends(process));
}

#[test]
fn refusals_are_told_once_a_second_and_counted() {
    let (mut process, address) = serve(&[], Stdio::piped());
    let mut host = call(&address);
    answers(&mut host);
    for _ in 0..50 {
        let _ = call(&address).read(&mut [0]);
    }
    let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
    let (mut told, mut refused) = (0, 0);
    while refused < 50 {
        let line = lines.next().expect("all are told of").unwrap();
        assert!(line.contains("another host is connected"), "{line}");
        let count = line
            .split("refused ")
            .nth(1)
            .and_then(|it| it.split(' ').next());
        refused += count.map_or(1, |count| count.parse::<u32>().unwrap());
        told += 1;
    }
    assert!(told < 25, "{told} lines");
    assert_eq!(refused, 50);
    assert!(ends(process));
}

#[test]
fn a_trace_nobody_reads_stops_neither_modems_nor_the_end() {
    let scratch = Scratch::new();
    let fifo = scratch.join("trace");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    let (process, address) = serve(&["--trace", fifo.to_str().unwrap()], Stdio::inherit());
    let mut host = call(&address);
    // More than a FIFO holds.
    for _ in 0..2000 {
        answers(&mut host);
    }
    assert!(ends(process));
}

#[test]
fn a_trace_that_cannot_be_written_stops_no_modem() {
    let (process, address) = serve(&["--trace", "/dev/full"], Stdio::inherit());
    let mut host = call(&address);
    answers(&mut host);
    assert!(ends(process));
}

#[test]
fn standard_output_nobody_reads_stops_no_other_modem() {
    let (writer, _reader) = full_pipe();
    let mut process = Command::new(env!("CARGO_BIN_EXE_mqmodem"))
        .args(["serve", "--stdio", "-v", "--tcp", "0"])
        .stdin(Stdio::piped())
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
    let address = log.find_map(|line| {
        line.unwrap()
            .split_once("ready: tcp ")
            .map(|it| it.1.to_owned())
    });
    let mut input = process.stdin.take().unwrap();
    input.write_all(&b"ATI\r".repeat(1000)).unwrap();
    answers(&mut call(&address.expect("an address")));
    assert!(ends(process));
}
