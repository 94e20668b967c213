//! Who speaks to a control socket.

use super::call_unix;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// Who speaks to a control socket.
pub struct Control(BufReader<UnixStream>);

impl Control {
    pub fn at(path: &Path) -> Self {
        Self(BufReader::new(call_unix(path)))
    }

    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    pub fn ask(&mut self, line: &str) -> String {
        let to = self.0.get_mut();
        to.write_all(format!("{line}\n").as_bytes()).unwrap();
        self.line()
    }

    #[track_caller]
    pub fn expect(&mut self, line: &str, answer: &str) {
        assert_eq!(self.ask(line), answer, "to {line}");
    }
}
