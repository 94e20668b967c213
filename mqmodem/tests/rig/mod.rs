//! The real program between a host and a real Mosquitto.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "each test uses a part of it"
)]

mod broker;
mod control;
mod credentials;
mod state;

pub use broker::{Broker, TlsFiles, free_port};
pub use control::Control;
pub use credentials::PSK;
pub use state::{CONFIG, CONFIG_SAID, stored_settings};

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// Longer than any answer takes where nothing hangs.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Starts a command that says its address first: the process, what it says next, and the
/// address.
pub fn spawn(command: &mut Command) -> (Child, BufReader<ChildStdout>, String) {
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(process.stdout.take().unwrap());
    let mut address = String::new();
    stdout.read_line(&mut address).unwrap();
    (process, stdout, address.trim().to_owned())
}

/// A host on the TCP port at this address.
pub fn call(address: &str) -> TcpStream {
    let host = TcpStream::connect(address).unwrap();
    host.set_read_timeout(Some(PATIENCE)).unwrap();
    host
}

/// A host on the Unix socket at this path.
pub fn call_unix(path: &Path) -> UnixStream {
    let host = UnixStream::connect(path).unwrap();
    host.set_read_timeout(Some(PATIENCE)).unwrap();
    host
}

/// A modem of its own process, with a host on TCP.
pub struct Modem {
    process: Child,
    host: TcpStream,
    came: Vec<u8>,
    // Kept open, so that the program can go on writing there.
    _stdout: BufReader<ChildStdout>,
}

impl Modem {
    pub fn start() -> Self {
        Self::with(&[])
    }

    pub fn with(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
        command.args(["serve", "--tcp", "0"]).args(arguments);
        Self::of(command)
    }

    /// With this state directory.
    pub fn with_state(directory: &Path) -> Self {
        Self::with(&["--state-dir", directory.to_str().unwrap()])
    }

    /// Of a command that says its address first.
    pub fn of(mut command: Command) -> Self {
        let (process, stdout, address) = spawn(&mut command);
        let mut modem = Self {
            process,
            host: call(&address),
            came: Vec::new(),
            _stdout: stdout,
        };
        modem.raw(b"ATE0\r");
        modem.until("OK");
        modem
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.host.write_all(bytes).unwrap();
    }

    /// The next line that is not empty.
    pub fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.came.windows(2).position(|two| two == b"\r\n") {
                let line: Vec<u8> = self.came.drain(..end + 2).take(end).collect();
                if !line.is_empty() {
                    return String::from_utf8_lossy(&line).into_owned();
                }
                continue;
            }
            self.more();
        }
    }

    /// So many bytes that are next.
    pub fn take(&mut self, len: usize) -> Vec<u8> {
        while self.came.len() < len {
            self.more();
        }
        self.came.drain(..len).collect()
    }

    /// Exactly these bytes are next.
    pub fn expect_raw(&mut self, want: &[u8]) {
        let got = self.take(want.len());
        assert!(
            got == want,
            "{} in place of {}",
            got.escape_ascii(),
            want.escape_ascii()
        );
    }

    fn more(&mut self) {
        let mut buf = [0; 4096];
        let n = self
            .host
            .read(&mut buf)
            .expect("the modem says something in time");
        assert_ne!(n, 0, "the modem hung up");
        self.came.extend_from_slice(&buf[..n]);
    }

    /// Lines up to and with this one.
    pub fn until(&mut self, last: &str) -> Vec<String> {
        let mut lines = vec![self.line()];
        while lines.last().is_some_and(|line| line != last) {
            lines.push(self.line());
        }
        lines
    }

    /// Sends a line and expects exactly this answer.
    #[track_caller]
    pub fn ask(&mut self, line: &str, answer: &[&str]) {
        self.raw(format!("{line}\r").as_bytes());
        for want in answer {
            assert_eq!(self.line(), *want, "to {line:.60}");
        }
    }

    #[track_caller]
    pub fn ok(&mut self, line: &str) {
        self.ask(line, &["OK"]);
    }

    #[track_caller]
    pub fn expect(&mut self, line: &str) {
        assert_eq!(self.line(), line);
    }

    #[track_caller]
    pub fn load(&mut self, kind: u8, pem: &str) {
        let pem = pem.trim_end();
        self.ok(&format!("AT+MQTTTLS=1,{kind},\"{pem}\",{}", pem.len()));
    }

    #[track_caller]
    pub fn connect(&mut self, host: &str, port: u16, id: &str) {
        self.ok(&format!("AT+MQTTCONFIG={host},{port},{id},1,60"));
        self.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
    }

    /// Connecting fails with this code.
    #[track_caller]
    pub fn refused(&mut self, host: &str, port: u16, code: u8) {
        self.ok(&format!("AT+MQTTCONFIG={host},{port},me,1,60"));
        self.ask(
            "AT+MQTTCONNECT",
            &[&format!("+MQTTCONNECT:{code}"), "ERROR"],
        );
    }

    /// Sends the signal and waits; the exit code.
    pub fn end(mut self, signal: rustix::process::Signal) -> Option<i32> {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, signal).unwrap();
        self.process.wait().unwrap().code()
    }
}

impl Drop for Modem {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
