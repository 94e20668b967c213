//! Who asks the inspector.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use crate::rig::{PATIENCE, call};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};

/// Modems that are inspected.
pub struct Inspected {
    process: Child,
    /// Where each has its host.
    pub hosts: Vec<String>,
    /// Host and port of the page.
    pub at: String,
    /// What shows that one may look; empty where it was not printed.
    pub token: String,
    pub log: BufReader<ChildStderr>,
    // Kept open, so that the program can go on writing there.
    _stdout: BufReader<std::process::ChildStdout>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Inspected {
    /// One modem, inspected at a free port.
    pub fn start(arguments: &[&str]) -> Self {
        Self::with(
            &[&["serve", "--tcp", "0", "--inspect=0"], arguments].concat(),
            1,
        )
    }

    /// So many modems; their hosts' addresses are printed.
    pub fn with(arguments: &[&str], modems: usize) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
        command.args(arguments).env("NO_COLOR", "1");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let address = line_with(&mut log, "http://");
        let page = address.strip_prefix("http://").unwrap();
        let (at, token) = page.split_once('/').unwrap();
        let hosts = (0..modems).map(|_| {
            let mut host = String::new();
            stdout.read_line(&mut host).unwrap();
            host.trim().to_owned()
        });
        Self {
            hosts: hosts.collect(),
            at: at.to_owned(),
            token: token.strip_prefix("#token=").unwrap_or_default().to_owned(),
            process,
            log,
            _stdout: stdout,
        }
    }

    /// Asks as the page does.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let token = format!("Authorization: Bearer {}", self.token);
        self.request(method, path, &[&token], body)
    }

    /// Asks as the page does, and expects to be served.
    #[track_caller]
    pub fn get(&self, path: &str) -> String {
        let answer = self.ask("GET", path, "");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// What a line is answered.
    pub fn control(&self, line: &str) -> (u16, String) {
        let answer = self.ask("POST", "/api/control", line);
        (answer.status, answer.body)
    }

    /// With these fields beside `Host`.
    pub fn request(&self, method: &str, path: &str, fields: &[&str], body: &str) -> Answer {
        let fields: Vec<_> = fields.iter().map(|field| format!("{field}\r\n")).collect();
        let fields = fields.concat();
        self.raw(&format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{fields}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.at,
            body.len()
        ))
    }

    /// What exactly these bytes are answered.
    pub fn raw(&self, request: &str) -> Answer {
        let mut stream = call(&self.at);
        // It may be refused before all of it is there.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        Answer {
            status: head.get(9..12).and_then(|it| it.parse().ok()).unwrap_or(0),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    /// The lines of a stream.
    pub fn events(&self, query: &str) -> Events {
        let mut stream = call(&self.at);
        let request = format!(
            "GET /api/events?{query} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
            self.at, self.token
        );
        stream.write_all(request.as_bytes()).unwrap();
        Events::of(stream)
    }

    /// Ends it; what is left of its log.
    pub fn end(mut self) -> String {
        self.process.kill().unwrap();
        let mut log = String::new();
        self.log.read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Inspected {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The next line of a log that holds this.
pub fn line_with(log: &mut impl BufRead, part: &str) -> String {
    loop {
        let mut line = String::new();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "no line with {part}");
        if line.contains(part) {
            return line.trim_end().to_owned();
        }
    }
}

/// A stream of events.
pub struct Events {
    stream: BufReader<TcpStream>,
    /// What is not read of the present chunk.
    chunk: Vec<u8>,
}

impl Events {
    fn of(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut stream = BufReader::new(stream);
        let mut status = String::new();
        stream.read_line(&mut status).unwrap();
        assert!(status.contains(" 200 "), "{status}");
        let mut field = status;
        while field.trim_end() != "" {
            field.clear();
            stream.read_line(&mut field).unwrap();
        }
        let chunk = Vec::new();
        Self { stream, chunk }
    }

    /// The next line.
    pub fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.chunk.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.chunk.drain(..=end).collect();
                return String::from_utf8(line).unwrap().trim_end().to_owned();
            }
            let mut size = String::new();
            self.stream.read_line(&mut size).unwrap();
            let size = usize::from_str_radix(size.trim(), 16).unwrap();
            let mut chunk = vec![0; size + 2];
            self.stream.read_exact(&mut chunk).unwrap();
            self.chunk.extend_from_slice(&chunk[..size]);
        }
    }

    /// The next line that holds this.
    pub fn until(&mut self, part: &str) -> String {
        loop {
            let line = self.line();
            if line.contains(part) {
                return line;
            }
        }
    }
}
