//! Lines of a modem, found in what it writes, and the commands they answer.

use std::collections::VecDeque;

/// Commands without a result that are remembered.
const MOST: usize = 16;
/// The longest part of a line that is looked at.
const LONGEST: usize = 4096;

/// Finds lines in what a modem writes: frame, text, end.
#[derive(Debug, Default)]
pub(super) struct LineCutter {
    held: Vec<u8>,
    /// Text has begun.
    text: bool,
    /// Behind text stood CR.
    ending: bool,
}

impl LineCutter {
    /// Whether nothing is held, and so the last line is at its end.
    pub(super) fn is_between(&self) -> bool {
        self.held.is_empty()
    }

    /// Takes bytes; gives out whole lines.
    pub(super) fn cut(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        for byte in bytes {
            if self.ending && *byte != b'\n' {
                lines.extend(self.rest());
            }
            self.held.push(*byte);
            match byte {
                b'\r' if self.text => self.ending = true,
                b'\n' if self.text => lines.extend(self.rest()),
                b'\r' | b'\n' => {}
                _ => self.text = true,
            }
            if self.held.len() >= LONGEST {
                lines.extend(self.rest());
            }
        }
        lines
    }

    /// All that is held: the modem has written no more.
    pub(super) fn rest(&mut self) -> Option<Vec<u8>> {
        (self.text, self.ending) = (false, false);
        let held = std::mem::take(&mut self.held);
        (!held.is_empty()).then_some(held)
    }
}

/// Where a line stands in what a modem answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinePlace {
    Echo,
    /// The first line of an answer; no echo came.
    First,
    /// The final result, and no echo or other line before it.
    OnlyResult,
    Result,
    Prompt,
    Elsewhere,
}

/// Follows which command runs.
#[derive(Debug, Default)]
pub(super) struct Commands {
    typed: Vec<u8>,
    running: VecDeque<String>,
    /// The modem has asked for data.
    data: bool,
    /// Nothing of the answer has come yet.
    fresh: bool,
}

impl Commands {
    /// The host sent bytes.
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        if self.data {
            return;
        }
        for byte in bytes {
            match byte {
                b'\r' => self.end_line(),
                b'\n' if self.typed.is_empty() => {}
                _ if self.typed.len() < LONGEST => self.typed.push(*byte),
                _ => {}
            }
        }
    }

    fn end_line(&mut self) {
        let typed = std::mem::take(&mut self.typed);
        let line = String::from_utf8_lossy(&typed).to_uppercase();
        let Some(command) = line.trim_start().strip_prefix("AT") else {
            return;
        };
        let end = command.find(['=', '?', ';', '"']).unwrap_or(command.len());
        if self.running.len() >= MOST {
            self.running.pop_front();
        }
        self.fresh = true;
        self.running
            .push_back(command.get(..end).unwrap_or_default().to_owned());
    }

    /// The command a line is the final result of, if it is one.
    pub(super) fn ended_by(&mut self, line: &[u8]) -> Option<String> {
        let text = line.trim_ascii();
        if text == b">" {
            self.data = true;
            return None;
        }
        if !is_final(text) {
            return None;
        }
        self.data = false;
        self.running.pop_front()
    }

    /// Whether no command runs.
    pub(super) fn is_idle(&self) -> bool {
        self.running.is_empty()
    }

    /// What a line of the modem is about to be.
    pub(super) fn place_of(&mut self, line: &[u8]) -> LinePlace {
        let text = line.trim_ascii();
        if self.running.is_empty() || text.is_empty() {
            return LinePlace::Elsewhere;
        }
        if text == b">" {
            return LinePlace::Prompt;
        }
        let begins = text
            .get(..2)
            .is_some_and(|at| at.eq_ignore_ascii_case(b"AT"));
        if self.fresh && begins && !line.starts_with(b"\r") {
            self.fresh = false;
            return LinePlace::Echo;
        }
        match (std::mem::take(&mut self.fresh), is_final(text)) {
            (true, true) => LinePlace::OnlyResult,
            (false, true) => LinePlace::Result,
            (true, false) => LinePlace::First,
            (false, false) => LinePlace::Elsewhere,
        }
    }

    /// The modem forgets what runs.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

fn is_final(text: &[u8]) -> bool {
    let of_error = [&b"+CME ERROR"[..], b"+CMS ERROR"];
    [&b"OK"[..], b"ERROR", b"0", b"4"].contains(&text)
        || of_error.iter().any(|error| text.starts_with(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_however_they_are_cut() {
        let all = b"AT\r\r\n+X: 1\r\n\r\nOK\r\n0\rAT\r\n\r\n> ";
        let want: [&[u8]; 6] = [
            b"AT\r",
            b"\r\n+X: 1\r\n",
            b"\r\nOK\r\n",
            b"0\r",
            b"AT\r\n",
            b"\r\n> ",
        ];
        for size in 1..all.len() {
            let mut cutter = LineCutter::default();
            let mut lines = Vec::new();
            all.chunks(size)
                .for_each(|piece| lines.extend(cutter.cut(piece)));
            lines.extend(cutter.rest());
            assert_eq!(lines, want, "in pieces of {size}");
        }
    }

    #[test]
    fn a_result_is_of_the_command_that_runs() {
        let mut commands = Commands::default();
        commands.receive(b"at+mqttpub=\"t\",1,0,\"AT\"\rATE0\r");
        assert_eq!(commands.ended_by(b"\r\n+MQTTRECV: 1\r\n"), None);
        assert_eq!(commands.ended_by(b"\r\nOK\r\n").unwrap(), "+MQTTPUB");
        assert_eq!(commands.ended_by(b"\r\n+CME ERROR: 3\r\n").unwrap(), "E0");
        assert_eq!(commands.ended_by(b"\r\nOK\r\n"), None);
        // Data is no command.
        commands.receive(b"AT+MQTTPUBRAW=1\r");
        assert_eq!(commands.ended_by(b"\r\n> "), None);
        commands.receive(b"AT\r");
        assert_eq!(commands.ended_by(b"\r\nOK\r\n").unwrap(), "+MQTTPUBRAW");
        assert_eq!(commands.ended_by(b"\r\nOK\r\n"), None);
    }
}
