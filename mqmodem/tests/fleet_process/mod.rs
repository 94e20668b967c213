//! `mqmodem fleet` in a process of its own.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use crate::rig::PATIENCE;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// A fleet in a process of its own.
pub struct Fleet {
    pub process: Child,
    log: Receiver<String>,
    out: BufReader<ChildStdout>,
}

impl Fleet {
    pub fn start(directory: &Path, arguments: &[&str]) -> Self {
        Self::of(command(directory, arguments))
    }

    /// What `mqmodem serve` runs, in place of a fleet.
    pub fn serve(directory: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
        command.arg("serve").args(arguments).current_dir(directory);
        Self::of(command)
    }

    fn of(mut command: Command) -> Self {
        let mut process = command
            .arg("-v")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            log: lines(process.stderr.take().unwrap()),
            out: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }

    /// Lines of the log up to the first that holds this.
    pub fn until(&mut self, text: &str) -> String {
        let mut read = String::new();
        loop {
            let Ok(line) = self.log.recv_timeout(PATIENCE) else {
                panic!("no «{text}» in the log:\n{read}");
            };
            read.push_str(&line);
            if line.contains(text) {
                return read;
            }
        }
    }

    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    /// Ends it in order; the exit code.
    pub fn end(mut self) -> Option<i32> {
        self.signal(Signal::TERM);
        self.process.wait().unwrap().code()
    }
}

/// The lines of a stream, as they come.
fn lines(stream: ChildStderr) -> Receiver<String> {
    let (line, lines) = channel();
    std::thread::spawn(move || {
        for text in BufReader::new(stream).lines().map_while(Result::ok) {
            let _ = line.send(text + "\n");
        }
    });
    lines
}

impl Drop for Fleet {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.arg("fleet").args(arguments).current_dir(directory);
    command
}

pub fn run(directory: &Path, arguments: &[&str]) -> (bool, String) {
    ended(command(directory, arguments).output())
}

/// Whether it went well, and all it said.
pub fn ended(output: std::io::Result<Output>) -> (bool, String) {
    let output = output.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// Chats that connect and publish.
pub fn chats(directory: &Path, port: u16) {
    let setup = format!(
        "> ATE0\n< OK\necho off\n> AT+MQTTCONFIG=127.0.0.1,{port},{{name}},1,60\n< OK\n\
         > AT+MQTTCONNECT\n< +MQTTCONNECT:0\n< OK\n"
    );
    fs::write(directory.join("setup.chat"), setup).unwrap();
    let round = "echo off\n> AT+MQTTPUB=\"t/{name}\",1,0,\"{index}\"\n< OK\n";
    fs::write(directory.join("round.chat"), round).unwrap();
}

#[track_caller]
pub fn ask(host: &mut (impl Read + Write), line: &str, answer: &str) {
    host.write_all(format!("{line}\r").as_bytes()).unwrap();
    let mut said = vec![0; answer.len()];
    host.read_exact(&mut said).unwrap();
    assert_eq!(String::from_utf8_lossy(&said), answer);
}
