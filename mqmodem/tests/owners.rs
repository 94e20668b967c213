//! Two owners of one name, port or file: of one process, and of two.

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use support::Scratch;

fn mqmodem(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A modem that says where it is.
fn serve(argument: &str) -> (Child, String) {
    let mut process = mqmodem(&["serve", argument])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    let stdout = process.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut address).unwrap();
    (process, address.trim().to_owned())
}

fn end(process: &mut Child, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_child(process);
    rustix::process::kill_process(pid, signal).unwrap();
    process.wait().unwrap();
}

#[test]
fn two_modems_of_one_name_are_refused_by_serve_and_doctor() {
    let scratch = Scratch::new();
    let file = scratch.join("mqmodem.toml");
    let text = "state_dir = \"state\"\n\
        [[modem]]\nname = \"tcp 127.0.0.1:28704\"\nport = { tcp = \"127.0.0.1:28705\" }\n\
        [[modem]]\nport = { tcp = \"127.0.0.1:28704\" }\n";
    fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let served = mqmodem(&["serve", "--config", file]).output().unwrap();
    assert_eq!(served.status.code(), Some(1));
    let examined = mqmodem(&["doctor", "--config", file]).output().unwrap();
    assert_eq!(examined.status.code(), Some(1));
    let examined = String::from_utf8(examined.stdout).unwrap();
    for text in [said(&served), examined] {
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains("called \"tcp 127.0.0.1:28704\""), "{text}");
        assert!(text.contains("at tcp 127.0.0.1:28705"), "{text}");
    }
    assert!(!scratch.join("state").exists());
}

#[test]
fn two_flags_for_one_link_are_refused() {
    let scratch = Scratch::new();
    let link = scratch.join("modem");
    let other = scratch.join("./modem");
    let [link, other] = [&link, &other].map(|path| format!("--pty={}", path.display()));
    let output = mqmodem(&["serve", &link, &other]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("both use"), "{}", said(&output));
}

/// Another process asks for what one has, and is told that it is in use.
fn is_refused(argument: &str) {
    let mut process = mqmodem(&["serve", argument])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stderr = BufReader::new(process.stderr.take().unwrap());
    let told = stderr.lines().find(|line| {
        let line = line.as_ref().unwrap();
        line.contains("in use")
    });
    // It may have ended by itself.
    let _ = process.kill();
    process.wait().unwrap();
    assert!(told.is_some());
}

#[test]
fn a_link_of_another_process_is_not_taken_away() {
    let scratch = Scratch::new();
    let link = scratch.join("modem");
    let argument = format!("--pty={}", link.display());
    let (mut first, _) = serve(&argument);
    let target = fs::read_link(&link).unwrap();
    is_refused(&argument);
    assert_eq!(fs::read_link(&link).unwrap(), target);
    // What was killed owns nothing any more.
    end(&mut first, rustix::process::Signal::KILL);
    let (mut second, address) = serve(&argument);
    assert_eq!(Path::new(&address), link);
    end(&mut second, rustix::process::Signal::TERM);
    assert!(link.symlink_metadata().is_err());
}
