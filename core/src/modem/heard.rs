//! The host's side as an observer may see it: a line as the modem holds it, and
//! how much of it may be written down.

use super::Modem;
use super::machine::Run;
use super::table::{Command, Dialect};
use crate::at::args::fitting;
use crate::at::line::Taken;
use crate::at::scan::comment_at;
use crate::at::schema::Signature;
use crate::at::split::{Form, Item, Step, next};
use crate::at::values::{self, Bad, Values};
use crate::mem::Buf;
use crate::time::Instant;
use core::ops::Range;

/// What the modem made of the host's bytes, for who looks at each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Bytes taken.
    pub taken: usize,
    /// Bytes of echo that were added to the output for the host.
    pub echoed: usize,
    /// What they amounted to.
    pub made: Made,
}

impl Heard {
    /// No byte was taken.
    pub const NOTHING: Self = Self {
        taken: 0,
        echoed: 0,
        made: Made::Part,
    };
}

/// What bytes of the host amounted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// A part of a line, or nothing that begins one.
    Part,
    /// The end of a line.
    Line,
    /// `A/`: the last line once more.
    Repeat,
    /// The end of a line that was too long, and is forgotten.
    TooLong,
    /// Bytes the host was asked for (rule R13).
    Data,
}

impl From<Taken> for Made {
    fn from(taken: Taken) -> Self {
        match taken {
            Taken::Partial => Self::Part,
            Taken::Line => Self::Line,
            Taken::Repeat => Self::Repeat,
            Taken::TooLong => Self::TooLong,
        }
    }
}

/// What of a line may be written down: no secret and nothing unknown is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'m> {
    /// The front of what stands behind its `AT`.
    pub shown: &'m [u8],
    /// Whether more stands behind that.
    pub hides: bool,
}

impl Modem<'_> {
    /// As [`handle_host`](Self::handle_host), for who wants to look at each
    /// [`line`](Self::line): takes bytes up to the end of one, and carries nothing
    /// out. `handle_host` without bytes does that.
    pub fn hear_host(&mut self, now: Instant, bytes: &[u8]) -> Heard {
        self.at(now);
        if bytes.is_empty() || !self.host_ready() {
            return Heard::NOTHING;
        }
        self.hear(bytes)
    }

    /// Whether the host has begun a line and not ended it.
    pub fn line_is_open(&self) -> bool {
        self.reader.is_open()
    }

    /// The line that is open, or the one that ended last: what of it may be written
    /// down. That is as much of its front as the modem takes for what it is, up to the
    /// first secret.
    pub fn line(&mut self) -> Line<'_> {
        let config = &self.machine.config;
        let body = match self.machine.run {
            // Its values stand where the bytes of data mode do.
            Run::Prompt { .. } => &[],
            _ => self.reader.typed(),
        };
        let shown = shown(config.dialect, config.strict, body, &mut self.decoded);
        Line {
            shown: body.get(..shown).unwrap_or_default(),
            hides: shown < body.len(),
        }
    }

    /// Where in [`host_out`](Self::host_out) secrets are, from the first to the end of the
    /// last: a password that was read back.
    pub fn host_out_secret(&self) -> Range<usize> {
        self.machine.answer.secret()
    }
}

/// How much of the front of a line may be shown.
fn shown(dialect: &Dialect, strict: bool, line: &[u8], decoded: &mut Buf) -> usize {
    // Nor what is not for the modem.
    let line = line.get(..comment_at(line, !strict)).unwrap_or_default();
    let mut at = 0;
    loop {
        let known = match next(line, at, strict) {
            Step::End => return line.len().min(last_comment(line, at)),
            Step::Bad => Err(known_part(dialect, line, at)),
            Step::Item(item) => match dialect.find(item.name) {
                None => Err(known_part(dialect, line, at)),
                Some(command) if item.form == Form::Set => {
                    let next = set(command, strict, line, item, decoded);
                    next.and_then(|next| {
                        let values = line.get(item.next..next).unwrap_or_default();
                        mention(dialect, values).map_or(Ok(next), |at| Err(item.next + at))
                    })
                }
                Some(_) => Ok(item.next),
            },
        };
        match known {
            Ok(next) => at = next,
            Err(shown) => return shown,
        }
    }
}

/// Where the comment behind the last command begins, which may be behind a text that
/// was forgiven.
fn last_comment(line: &[u8], at: usize) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    if rest.trim_ascii_start().starts_with(b"/") {
        at
    } else {
        line.len()
    }
}

/// Where what stands at `at` stops being the name of a command: a wrong name may be
/// anything, also the rest of a password.
#[cold]
fn known_part(dialect: &Dialect, line: &[u8], at: usize) -> usize {
    let passed = |byte: &&u8| matches!(byte, b' ' | b';');
    let rest = line.get(at..).unwrap_or_default();
    let start = at + rest.iter().take_while(passed).count();
    let name = line.get(start..).unwrap_or_default();
    let common = |command: &Command| {
        let pairs = command.name.bytes().zip(name);
        pairs.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
    };
    start + dialect.commands().map(common).max().unwrap_or(0)
}

/// Where the line goes on behind a command's values; else how much may be shown.
fn set(
    command: &Command,
    strict: bool,
    line: &[u8],
    item: Item,
    decoded: &mut Buf,
) -> Result<usize, usize> {
    if !command.is_extended() {
        let digits = line.get(item.next..).unwrap_or_default().iter();
        return Ok(item.next + digits.take_while(|byte| byte.is_ascii_digit()).count());
    }
    let (signatures, _) = command.set.ok_or(item.next)?;
    decoded.clear();
    let mut values = Values::NONE;
    let read = values::parse(line, item.next, strict, None, &mut values, decoded);
    let fit = fitting(line, decoded.as_slice(), &values, signatures, strict);
    let shown = secret(command).map_or(fit, |secret| secret.min(fit));
    if values.count > shown {
        return Err(values.place(shown).unwrap_or(item.next));
    }
    let unread = values.end().unwrap_or(item.next);
    match read {
        Err(Bad::Junk) if command.forgiving && !strict => {
            let last = values.count.saturating_sub(1);
            forgiven(line, values.place(last).unwrap_or(unread), unread)
        }
        read => read.map_err(|_| unread),
    }
}

/// The first parameter of a command that is secret.
fn secret(command: &Command) -> Option<usize> {
    let first = |signature: &Signature| signature.params.iter().position(|param| param.secret);
    let (signatures, _) = command.set?;
    signatures.iter().filter_map(first).min()
}

/// A text in quotes with quotes in it (rule R10) runs to the last of them; where it looks
/// as if a command began in it, a secret may follow.
fn forgiven(line: &[u8], start: usize, unread: usize) -> Result<usize, usize> {
    let rest = line.get(start..).unwrap_or_default();
    let last = rest.iter().rposition(|&byte| byte == b'"').ok_or(unread)?;
    let begins = rest.iter().position(|byte| matches!(byte, b';' | b'+'));
    match begins {
        Some(at) if at <= last => Err(start + at),
        _ => Ok(start + last + 1),
    }
}

/// The first place in values that names a command with a secret: a quote may be missing
/// before it.
fn mention(dialect: &Dialect, values: &[u8]) -> Option<usize> {
    let names = |at: usize| {
        let rest = values.get(at..).unwrap_or_default();
        let named = |command: &&Command| {
            let name = rest.get(..command.name.len());
            name.is_some_and(|name| name.eq_ignore_ascii_case(command.name.as_bytes()))
        };
        let mut named = dialect.commands().filter(named);
        named.any(|command| secret(command).is_some())
    };
    let mut signs = values.iter().enumerate().filter(|(_, byte)| **byte == b'+');
    signs.find(|(at, _)| names(*at)).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, Memory};
    use std::format;
    use std::string::String;
    use std::vec;

    const NOW: Instant = Instant::ZERO;

    /// What may be written down of what was typed, behind `AT`.
    fn written(typed: &str) -> String {
        let mut memory = vec![0; 64 * 1024];
        let memory = Memory::lent(&mut memory).unwrap();
        let mut modem = Modem::new(Config::default(), memory, NOW);
        let heard = modem.hear_host(NOW, typed.as_bytes());
        assert_eq!(heard.taken, typed.len(), "{typed}");
        let line = modem.line();
        let shown = String::from_utf8_lossy(line.shown);
        format!("{shown}{}", if line.hides { "***" } else { "" })
    }

    #[test]
    fn a_line_is_shown_up_to_a_secret() {
        for (typed, shown) in [
            ("AT\r", ""),
            ("at + \r", " +***"),
            ("ATE0V1 S3=13 // why\r", "E0V1 S3=13 ***"),
            ("AT// pw\r", "***"),
            ("ATX+CSQ;+CMEE?;+CREG=?\r", "X+CSQ;+CMEE?;+CREG=?"),
            (
                "AT+MQTTPUB=\"t\",1,0,\"a;b\"\r",
                "+MQTTPUB=\"t\",1,0,\"a;b\"",
            ),
            (
                "AT+MQTTCONFIG=h,1,id,1,60,me,pw\r",
                "+MQTTCONFIG=h,1,id,1,60,me,***",
            ),
            (
                "at+mqttconfig = h,1,id,1,60,me, \"p,w\";E0\r",
                "+mqttconfig = h,1,id,1,60,me, ***",
            ),
            (
                "AT+CSQ;+MQTTCONFIG=h,1,id,1,60,me,pw\r",
                "+CSQ;+MQTTCONFIG=h,1,id,1,60,me,***",
            ),
            (
                "AT+MQTTCONFX\x08IG=h,1,id,1,60,me,pw\r",
                "+MQTTCONFIG=h,1,id,1,60,me,***",
            ),
            (
                "AT+MQTTTLS=1,2,\"-----BEGIN\nabc\n\",9\r",
                "+MQTTTLS=1,2,***",
            ),
            ("AT+MQTTTLS=1,2,\"-----BEGIN\nabc", "+MQTTTLS=1,2***"),
            ("AT+CPIN=1234\r", "+CPIN=***"),
        ] {
            assert_eq!(written(typed), shown, "{typed}");
        }
    }

    #[test]
    fn a_line_is_shown_as_far_as_it_is_understood() {
        for (typed, shown) in [
            ("ATpassword\r", "***"),
            ("ATE1password\r", "E1***"),
            ("AT+MQTTCONFI=h,1,id,1,60,me,pw\r", "+MQTTCONFI***"),
            ("AT+MQTTCONFGI=h,1,id,1,60,me,pw\r", "+MQTTCONF***"),
            ("AT+password\r", "+***"),
            ("AT+MQTTCONFIGpw\r", "+MQTTCONFIG***"),
            ("AT+CSQ +MQTTCONFIG=h,1,id,1,60,me,pw\r", "+CSQ***"),
            ("AT+CSQ=pw\r", "+CSQ=***"),
            ("AT+MQTTCONFIG=h,1,id,1,me,pw\r", "+MQTTCONFIG=h,1,id,1,***"),
            (
                "AT+MQTTCONFIG=mqtt://me:pw@h,1,id,1,60\r",
                "+MQTTCONFIG=***",
            ),
            (
                "AT+MQTTCONFIG=h,1,id,1,60,me,\"pw\r",
                "+MQTTCONFIG=h,1,id,1,60,me***",
            ),
            ("AT+CMEE=1 +MQTTCONFIG=h,1,id,1,60,me,pw\r", "+CMEE=***"),
            ("AT+MQTTOPT=\"password\",pw\r", "+MQTTOPT=***"),
            ("AT+MQTTSUB=h,1,id,pw\r", "+MQTTSUB=h,1,***"),
            ("AT+MQTTSUB=\"h\"x,pw\r", "+MQTTSUB=\"h\"***"),
            (
                "AT+MQTTPUB=t,1,0,\"a;+MQTTCONFIG=h,1,id,1,60,me,pw\"\r",
                "+MQTTPUB=t,1,0,\"a;***",
            ),
            ("AT+MQTTPUB=t,1,0,\"{;\"pw\"}\"\r", "+MQTTPUB=t,1,0,\"{***"),
            (
                "AT+MQTTPUB=t,1,0,\"{\"a\"}\" //pw\r",
                "+MQTTPUB=t,1,0,\"{\"a\"}\"***",
            ),
            (
                "AT+MQTTPUB=t,1,0,\"{\"a\":[\"b\"]}\"\r",
                "+MQTTPUB=t,1,0,\"{\"a\":[\"b\"]}\"",
            ),
            (
                "AT+MQTTPUB=t,1,0,\"{\"a\"}\";+MQTTCONFIG=h,1,id,1,60,me,\"pw\"\r",
                "+MQTTPUB=t,1,0,\"{\"a\"}\"***",
            ),
        ] {
            assert_eq!(written(typed), shown, "{typed}");
        }
    }

    #[test]
    fn nothing_of_a_line_that_is_over_is_shown() {
        let mut memory = vec![0; 64 * 1024];
        let memory = Memory::lent(&mut memory).unwrap();
        let mut modem = Modem::new(Config::default(), memory, NOW);
        modem.hear_host(NOW, b"AT+CSQ\r");
        modem.handle_host(NOW, b"A");
        assert_eq!(modem.line().shown, b"");
        modem.handle_host(NOW, b"T+CS");
        assert_eq!(modem.line().shown, b"+CS");
        modem.handle_host_break(NOW);
        assert!(!modem.line_is_open());
        assert_eq!(modem.line().shown, b"");
    }

    #[test]
    fn a_password_that_is_read_back_is_pointed_out() {
        let mut memory = vec![0; 64 * 1024];
        let memory = Memory::lent(&mut memory).unwrap();
        let mut modem = Modem::new(Config::default(), memory, NOW);
        modem.handle_host(NOW, b"ATE0+MQTTCONFIG=h,1,id,1,60,me,pw\r");
        while let Some(action) = modem.poll_action() {
            if let crate::Action::Store { slot, .. } = action {
                modem.handle_stored(NOW, slot, true);
            }
        }
        modem.host_sent(NOW, modem.host_out().len());
        assert!(modem.host_out_secret().is_empty());
        modem.handle_host(NOW, b"AT+CSQ;+MQTTCONFIG?\r");
        let secret = modem.host_out_secret();
        assert_eq!(&modem.host_out()[secret.clone()], b"pw");
        modem.host_sent(NOW, 5);
        assert_eq!(modem.host_out_secret(), secret.start - 5..secret.end - 5);
        modem.host_sent(NOW, modem.host_out().len());
        assert!(modem.host_out_secret().is_empty());
    }

    #[test]
    fn echo_is_told_from_answers() {
        let mut memory = vec![0; 64 * 1024];
        let memory = Memory::lent(&mut memory).unwrap();
        let mut modem = Modem::new(Config::default(), memory, NOW);
        let heard = modem.hear_host(NOW, b"..ATI0\rAT");
        let made = Made::Line;
        assert_eq!(
            heard,
            Heard {
                taken: 7,
                echoed: 5,
                made
            }
        );
        assert_eq!(modem.host_out(), b"ATI0\r");
        assert_eq!(modem.hear_host(NOW, b"AT"), Heard::NOTHING);
        modem.handle_host(NOW, b"");
        assert!(modem.host_out().ends_with(b"OK\r\n"));
        assert_eq!(modem.hear_host(NOW, b"A/AT").made, Made::Repeat);
    }
}
