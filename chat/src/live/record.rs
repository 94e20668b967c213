//! Writing down what was said on a port, as a chat.

use crate::check::host_lines;
use crate::escape::escape;
use std::fmt::Write;
use std::time::Duration;

/// A chat that grows with the conversation.
#[derive(Debug)]
pub struct Recording {
    text: String,
    echo: bool,
}

impl Recording {
    /// Begins a chat with this title.
    pub fn new(title: &str) -> Self {
        Self {
            text: format!("# {title}\n"),
            echo: true,
        }
    }

    /// A line was typed, without its CR, and this came.
    pub fn typed(&mut self, line: &str, heard: &[u8]) {
        let typed = format!("{line}\r");
        let plain = !line.ends_with([' ', '\t']) && !line.contains(char::is_control);
        let echo = if plain {
            crate::parse::echo_of(typed.as_bytes())
        } else {
            Vec::new()
        };
        let comes_back = heard.starts_with(&echo);
        if !echo.is_empty() && comes_back != self.echo {
            self.echo = comes_back;
            self.line(if comes_back { "echo on" } else { "echo off" });
        }
        if plain {
            self.line(&format!("> {line}"));
        } else {
            self.line(&format!(">> {}", escape(typed.as_bytes())));
        }
        self.heard(if self.echo { &echo } else { &[] }, heard);
    }

    /// Time passed, and this came meanwhile.
    pub fn passed(&mut self, by: Duration, heard: &[u8]) {
        self.line(&format!("+{}ms", by.as_millis()));
        self.heard(&[], heard);
    }

    /// The chat as it is by now.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn heard(&mut self, echo: &[u8], heard: &[u8]) {
        for line in host_lines(echo, heard) {
            self.line(&line);
        }
    }

    fn line(&mut self, line: &str) {
        // A string takes everything.
        let _ = writeln!(self.text, "{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HostSide, parse};

    #[test]
    fn what_was_recorded_is_a_chat() {
        let mut recording = Recording::new("A title");
        recording.typed("ATE0", b"ATE0\r\r\nOK\r\n");
        recording.typed("AT+X ", b"\r\nERROR\r\n");
        recording.typed("ATI", b"\r\nmqmodem\r\n\r\nOK\r\n");
        recording.passed(Duration::from_millis(1500), b"\r\n+URC\r\n");
        recording.typed("ATE1", b"\r\nOK\r\n");
        recording.typed("AT", b"AT\r\r\nOK\r\n");
        let text = "# A title\n> ATE0\n< OK\n>> AT+X \\r\n< ERROR\necho off\n> ATI\n< mqmodem\n< OK\n\
            +1500ms\n< +URC\n> ATE1\n< OK\necho on\n> AT\n< OK\n";
        assert_eq!(recording.text(), text);
        let script = parse("t.chat", text).unwrap();
        assert!(HostSide::of(script).is_ok());
    }
}
