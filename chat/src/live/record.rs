//! Writing down what was said on a port, as a chat.

use crate::check::{Difference, broker_lines, host_lines};
use crate::echo::echo_of;
use crate::link::Versions;
use crate::player::Output;
use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;
use mqmodem_faults::escape::escape;
use std::fmt::Write;
use std::time::Duration;

/// A chat that grows with the conversation.
#[derive(Clone, Debug)]
pub struct Recording {
    title: String,
    body: String,
    dialect: &'static Dialect,
    echo: bool,
    /// Whether a line showed how it is.
    echo_known: bool,
    /// The version of MQTT that each link speaks.
    versions: Versions,
}

impl Recording {
    /// Begins a chat with this title, with a modem of this dialect and with the echo on.
    pub fn new(title: &str, dialect: &'static Dialect) -> Self {
        let mut title = format!("# {title}\n");
        if dialect.full_name() != dialect::DEFAULT.full_name() {
            // A string takes everything.
            let _ = writeln!(title, "set dialect {}", dialect.full_name());
        }
        Self {
            title,
            body: String::new(),
            dialect,
            echo: dialect.profile.echoes(),
            echo_known: false,
            versions: Versions::default(),
        }
    }

    /// Adds a line that says how the modem is made: what stands behind its `set`.
    pub fn set(&mut self, what: &str) {
        let _ = writeln!(self.title, "set {what}");
    }

    /// Says whether the modem echoes at the start.
    pub fn begins_with_echo(&mut self, on: bool) {
        self.echo_is(on);
    }

    /// A line was typed, without its CR, and this came.
    pub fn typed(&mut self, line: &str, output: &Output) {
        let typed = format!("{line}\r");
        let plain = !line.ends_with([' ', '\t']) && !line.contains(char::is_control);
        let echo = if plain {
            echo_of(typed.as_bytes(), self.dialect.framing)
        } else {
            Vec::new()
        };
        let comes_back = output.host.starts_with(&echo);
        if !echo.is_empty() {
            self.echo_is(comes_back);
        }
        if plain {
            self.line(&format!("> {line}"));
        } else {
            self.line(&format!(">> {}", escape(typed.as_bytes())));
        }
        self.output(if self.echo { &echo } else { &[] }, output);
    }

    /// These bytes were sent as they are, and this came.
    pub fn sent(&mut self, bytes: &[u8], output: &Output) {
        self.line(&format!(">> {}", escape(bytes)));
        self.output(&[], output);
    }

    /// Time passed, and this came meanwhile.
    pub fn passed(&mut self, by: Duration, output: &Output) {
        self.done(&format!("+{}ms", by.as_millis()), output);
    }

    /// What this line of a chat says was done, and this came.
    pub fn done(&mut self, line: &str, output: &Output) {
        self.line(line);
        self.output(&[], output);
    }

    /// Writes something down that is not played.
    pub fn comment(&mut self, text: &str) {
        let shown = |c: char| if c.is_control() { ' ' } else { c };
        let text: String = text.chars().map(shown).collect();
        self.line(&format!("# {}", text.trim_end()));
    }

    /// Whether nothing happened yet.
    pub const fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// The chat as it is by now.
    pub fn text(&self) -> String {
        [&*self.title, &*on_start(&self.title), &*self.body].concat()
    }

    fn echo_is(&mut self, on: bool) {
        let was_known = std::mem::replace(&mut self.echo_known, true);
        if std::mem::replace(&mut self.echo, on) == on {
            return;
        }
        if was_known {
            self.line(if on { "echo on" } else { "echo off" });
        } else {
            // It was so before the chat, and stands where that is said.
            self.title
                .push_str(if on { "echo on\n" } else { "echo off\n" });
        }
    }

    fn output(&mut self, echo: &[u8], output: &Output) {
        for line in host_lines(echo, &output.host) {
            self.line(&line);
        }
        for line in broker_lines(&self.versions, &output.brokers) {
            self.line(&line);
        }
        for (link, bytes) in &output.brokers {
            self.versions.follow(*link, bytes);
        }
    }

    fn line(&mut self, line: &str) {
        // A string takes everything.
        let _ = writeln!(self.body, "{line}");
    }
}

/// The lines that a modem made by `setup` says as soon as it is on, in virtual time.
fn on_start(setup: &str) -> String {
    // A chat of which nothing happens is none.
    let chat = format!("{setup}+1ms\n");
    let Ok(Err(mismatch)) = crate::parse("start", &chat).map(|script| crate::run(&script)) else {
        return String::new();
    };
    match *mismatch.what {
        Difference::Output { got, .. } if mismatch.line == 0 => {
            got.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HostSide, parse};

    fn host(bytes: &[u8]) -> Output {
        Output {
            host: bytes.to_vec(),
            ..Output::default()
        }
    }

    #[test]
    fn what_was_recorded_is_a_chat() {
        let mut recording = Recording::new("A title", dialect::DEFAULT);
        recording.typed("ATE0", &host(b"ATE0\r\r\nOK\r\n"));
        recording.typed("AT+X ", &host(b"\r\nERROR\r\n"));
        recording.typed("ATI", &host(b"\r\nmqmodem\r\n\r\nOK\r\n"));
        recording.passed(Duration::from_millis(1500), &host(b"\r\n+URC\r\n"));
        recording.typed("ATE1", &host(b"\r\nOK\r\n"));
        recording.typed("AT", &host(b"AT\r\r\nOK\r\n"));
        let text = "# A title\n> ATE0\n< OK\n>> AT+X \\r\n< ERROR\necho off\n> ATI\n< mqmodem\n< OK\n\
            +1500ms\n< +URC\n> ATE1\n< OK\necho on\n> AT\n< OK\n";
        assert_eq!(recording.text(), text);
        let script = parse("t.chat", text).unwrap();
        assert!(HostSide::of(script).is_ok());
    }

    #[test]
    fn what_was_recorded_without_echo_plays_in_virtual_time() {
        let mut recording = Recording::new("A title", dialect::DEFAULT);
        assert!(recording.is_empty());
        recording.passed(Duration::from_millis(100), &host(b""));
        assert!(!recording.is_empty());
        recording.typed("AT", &host(b"\r\nOK\r\n"));
        recording.typed("ATE1", &host(b"\r\nOK\r\n"));
        recording.typed("AT", &host(b"AT\r\r\nOK\r\n"));
        let text = "# A title\necho off\n+100ms\n> AT\n< OK\n> ATE1\n< OK\necho on\n> AT\n< OK\n";
        assert_eq!(recording.text(), text);
        let script = parse("t.chat", text).unwrap();
        assert_eq!(crate::run(&script), Ok(()));
    }
}
