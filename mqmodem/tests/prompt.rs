//! The prompt of `mqmodem try`, on a terminal.
#![cfg(feature = "broker")]

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

/// Longer than any answer takes where nothing hangs.
const PATIENCE: Timespec = Timespec {
    tv_sec: 30,
    tv_nsec: 0,
};

/// A person at a terminal.
struct Person {
    terminal: File,
    program: Child,
    seen: Vec<u8>,
}

impl Person {
    fn tries() -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let slave = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let slave = || {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .open(PathBuf::from(&slave));
            Stdio::from(file.unwrap())
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
        command.arg("try").env("TERM", "xterm").env("NO_COLOR", "1");
        command.stdin(slave()).stdout(slave()).stderr(slave());
        let program = command.spawn().unwrap();
        Self {
            terminal: File::from(master),
            program,
            seen: Vec::new(),
        }
    }

    fn types(&mut self, keys: &str) {
        self.terminal.write_all(keys.as_bytes()).unwrap();
    }

    /// Looks until this is on the screen, and forgets what stood before it.
    fn sees(&mut self, text: &str) {
        loop {
            let found = self
                .seen
                .windows(text.len())
                .position(|it| it == text.as_bytes());
            if let Some(at) = found {
                self.seen.drain(..at + text.len());
                return;
            }
            let seen = || String::from_utf8_lossy(&self.seen);
            let mut fds = [PollFd::new(&self.terminal, PollFlags::IN)];
            assert_ne!(
                poll(&mut fds, Some(&PATIENCE)).unwrap(),
                0,
                "no {text}: {}",
                seen()
            );
            let mut buf = [0; 4096];
            let n = self.terminal.read(&mut buf);
            let n = n.unwrap_or_else(|_| panic!("it ended without {text}: {}", seen()));
            self.seen.extend_from_slice(&buf[..n]);
        }
    }

    /// Behind a prompt: before it the terminal keeps what is typed and makes an end of file
    /// of this key, which whoever reads key by key does not see.
    fn leaves(mut self) -> ExitStatus {
        self.sees("> ");
        self.types("\x04");
        self.program.wait().unwrap()
    }
}

#[test]
fn lines_are_edited_and_called_back_and_errors_come_in_words() {
    let mut person = Person::tries();
    person.sees("Your turn");
    person.sees("> ");
    // The first letter is forgotten, and put in front.
    person.types("T+CGMM\x01A\r");
    person.sees("< mqmodem");
    person.sees("< OK");
    person.types("AT+MQTTSUB=\"t\",0\r");
    person.sees("< +CME ERROR: operation not allowed");
    person.types("\x1b[A\r");
    person.sees("< +CME ERROR: operation not allowed");
    person.types("AT+NOSUCH\r");
    person.sees("< ERROR\r\nThere is no such command");
    assert!(person.leaves().success());
}

#[test]
fn a_line_that_is_no_at_command_gets_a_hint_and_the_prompt_again() {
    let mut person = Person::tries();
    person.sees("Your turn");
    person.types("hello\r");
    person.sees("\"hello\" is no AT command: they begin with AT");
    person.sees("> ");
    // What a command leaves open goes on in the next line, whatever it looks like.
    person.types("AT+MQTTCONNECT\r");
    person.sees("< OK");
    person.types("AT+MQTTSUB=\"t\",0\r");
    person.sees("< OK");
    person.types("AT+MQTTPUB=\"t\",0,0,\"one\rtwo\"\r");
    person.sees("< OK");
    person.sees("< +MQTTRECV:\"t\",0,0,7,one");
    assert!(person.leaves().success());
}
