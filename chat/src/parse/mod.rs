//! Reading a chat.

mod net;
mod setup;

use crate::echo::echo_of;
use crate::link::{Versions, name_of, of_link};
use crate::packet;
use crate::script::{Expect, Expected, Input, ParseError, Script, Setup, Step, StorageMode};
use mqmodem_core::LinkId;
use mqmodem_core::modem::dialect::Dialect;
use mqmodem_faults::escape::{from_hex, unescape};
use mqmodem_faults::{FaultLine, read, reason};
use net::stage_named;
use setup::{clock, set_up};
use std::collections::BTreeSet;
use std::time::Duration;

/// Reads the chat `text`; `file` is what errors call it.
pub fn parse(file: &str, text: &str) -> Result<Script, ParseError> {
    parse_with(&[], file, text)
}

/// Reads a chat that may choose one of `more` dialects, too.
pub fn parse_with(more: &[&'static Dialect], file: &str, text: &str) -> Result<Script, ParseError> {
    let mut parser = Parser::new(file, more);
    // Some editors put a byte order mark before it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (at, line) in text.lines().enumerate() {
        parser.at = at + 1;
        parser.line(line).map_err(|what| ParseError {
            file: file.into(),
            line: at + 1,
            what,
        })?;
    }
    match &parser.script.steps[..] {
        [on] if on.expected.is_empty() => Err(ParseError {
            file: file.into(),
            line: parser.at.max(1),
            what: "nothing is done in this chat; write what the host says, such as `> AT`".into(),
        }),
        _ => Ok(parser.script),
    }
}

struct Parser<'a> {
    script: Script,
    /// Dialects beside those that are built in.
    more: &'a [&'static Dialect],
    at: usize,
    /// The link that the line is about.
    link: LinkId,
    echo: bool,
    /// What the chat said of it since the modem was switched on.
    echo_said: Option<bool>,
    on: bool,
    title_done: bool,
    /// What was set.
    set: BTreeSet<String>,
    /// The version of MQTT that the last CONNECT of each link asked for.
    versions: Versions,
}

impl<'a> Parser<'a> {
    fn new(file: &str, more: &'a [&'static Dialect]) -> Self {
        let on = Step {
            line: 0,
            link: LinkId::FIRST,
            versions: Versions::default(),
            input: Input::PowerOn,
            faults: Vec::new(),
            echo: Vec::new(),
            expected: Vec::new(),
        };
        let script = Script {
            file: file.into(),
            title: String::new(),
            setup: Setup::default(),
            settings: Vec::new(),
            steps: vec![on],
        };
        Self {
            echo: script.setup.echo,
            script,
            more,
            at: 0,
            link: LinkId::FIRST,
            echo_said: None,
            on: true,
            title_done: false,
            set: BTreeSet::new(),
            versions: Versions::default(),
        }
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some(comment) = line.strip_prefix('#') {
            self.comment(comment);
            return Ok(());
        }
        self.title_done |= !self.script.title.is_empty();
        if line.ends_with([' ', '\t']) {
            return Err("the line ends in a space; write it as \\x20 after >> or <<".into());
        }
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        let word;
        (word, self.link) = of_link(first)?;
        match word {
            "" if rest.is_empty() => Ok(()),
            ">" => self.typed(rest),
            ">>" => self.input(Input::Host(some(unescape(rest)?)?)),
            "<" => self.expect(Expect::Host(framed(rest)?)),
            "<<" => self.expect(Expect::Host(some(unescape(rest)?)?)),
            "broker" => self.broker(rest),
            "net" => self.net(rest),
            "port" => self.port(rest),
            "silent" if rest.is_empty() => self.expect(Expect::Silent),
            "fault" => self.fault(rest),
            "set" => self.set(rest),
            "echo" => self.set_echo(rest),
            "clock" => self.input(Input::Clock(clock(rest)?)),
            _ if word.starts_with('+') => self.pass(duration(line)?),
            _ => self.input(plain_input(line)?),
        }
    }

    fn comment(&mut self, comment: &str) {
        if self.title_done {
            return;
        }
        let title = &mut self.script.title;
        if !title.is_empty() {
            title.push('\n');
        }
        title.push_str(comment.strip_prefix(' ').unwrap_or(comment));
    }

    fn pass(&mut self, by: Duration) -> Result<(), String> {
        if by.is_zero() {
            return Err("no time passes; take the line out".into());
        }
        self.input(Input::Pass(by))
    }

    fn input(&mut self, input: Input) -> Result<(), String> {
        // Where there are faults, they may have switched it on or off.
        let known = !self.script.setup.faults;
        if known && !self.on && needs_power(&input) {
            return Err("the modem is off; write `power on` first".into());
        }
        match input {
            Input::PowerOn if known && self.on => {
                return Err("it is on; write `power off` or `power cut` first".into());
            }
            Input::PowerOn => {
                let echo = self.script.setup.dialect.profile.echoes();
                (self.on, self.echo, self.echo_said) = (true, echo, None);
            }
            Input::PowerOff | Input::PowerCut => self.on = false,
            _ => {}
        }
        self.script.steps.push(Step {
            line: self.at,
            link: self.link,
            versions: self.versions.clone(),
            input,
            faults: Vec::new(),
            echo: Vec::new(),
            expected: Vec::new(),
        });
        Ok(())
    }

    /// A line as a person types it: its echo goes without saying.
    fn typed(&mut self, text: &str) -> Result<(), String> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.push(b'\r');
        let echo = if self.echo {
            echo_of(&bytes, self.script.setup.dialect.framing)
        } else {
            Vec::new()
        };
        self.input(Input::Host(bytes))?;
        if let Some(step) = self.script.steps.last_mut() {
            step.echo = echo;
        }
        Ok(())
    }

    fn expect(&mut self, what: Expect) -> Result<(), String> {
        let Some(step) = self.script.steps.last_mut() else {
            return Ok(());
        };
        let silent = |e: &Expected| e.what == Expect::Silent;
        let contradicts = what == Expect::Silent && !step.expected.is_empty();
        if contradicts || step.expected.iter().any(silent) {
            return Err("`silent` stands alone between two things that are done".into());
        }
        step.expected.push(Expected {
            line: self.at,
            link: self.link,
            what,
        });
        Ok(())
    }

    fn broker(&mut self, rest: &str) -> Result<(), String> {
        let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        match word {
            "<" => {
                let bytes = packet::encode(self.versions.of(self.link), rest)?;
                self.versions.follow(self.link, &bytes);
                self.expect(Expect::Broker(bytes))
            }
            "<<" => self.expect(Expect::Broker(some(from_hex(rest)?)?)),
            ">" => {
                let version = self.versions.of(self.link);
                self.input(Input::Broker(packet::encode(version, rest)?))
            }
            ">>" => self.input(Input::Broker(some(from_hex(rest)?)?)),
            "close" => self.input(Input::BrokerCloses),
            "reset" => self.input(Input::BrokerResets),
            "stalls" => self.input(Input::BrokerReads(false)),
            "reads" => self.input(Input::BrokerReads(true)),
            _ => Err("after `broker` comes <, <<, >, >>, close, reset, stalls or reads".into()),
        }
    }

    fn net(&mut self, rest: &str) -> Result<(), String> {
        if let Some(asked) = rest.strip_prefix("< ") {
            let net = name_of("net", self.link);
            return self.expect(Expect::Asked(format!("{net} < {asked}")));
        }
        match rest.split_once(' ') {
            Some(("fail", why)) => self.input(Input::NetFail(reason(why)?)),
            Some(("at", stage)) => self.input(Input::NetAt(stage_named(stage)?)),
            None if rest == "hold" => self.input(Input::NetPending),
            None if rest == "open" => self.input(Input::NetOpen),
            _ => Err("after `net` comes hold, open, at STAGE, fail REASON or < WHAT".into()),
        }
    }

    fn port(&mut self, rest: &str) -> Result<(), String> {
        let asked = rest.strip_prefix("< ").ok_or("after `port` comes < WHAT")?;
        self.expect(Expect::Asked(format!("port < {asked}")))
    }

    fn fault(&mut self, words: &str) -> Result<(), String> {
        let line = read(words)?;
        if line == FaultLine::List {
            return Err(
                "nobody reads a list here; write `fault list` on the control socket".into(),
            );
        }
        self.script.setup.faults = true;
        if let Some(step) = self.script.steps.last_mut() {
            // It was silent up to here; now it may speak.
            step.expected.retain(|it| it.what != Expect::Silent);
            step.faults.push((self.at, line));
        }
        Ok(())
    }

    fn set_echo(&mut self, rest: &str) -> Result<(), String> {
        let echo = on_off(rest)?;
        if self.echo_said.replace(echo) == Some(echo) {
            return Err(format!("echo is {rest} already; take the line out"));
        }
        self.echo = echo;
        if self.script.steps.len() == 1 {
            self.script.setup.echo = echo;
        }
        Ok(())
    }

    fn set(&mut self, rest: &str) -> Result<(), String> {
        if self.script.steps.len() > 1 || self.script.setup.faults {
            return Err("`set` comes before the first thing that is done".into());
        }
        let word = rest.split(' ').next().unwrap_or_default();
        if !self.set.insert(word.to_owned()) {
            return Err(format!("`set {word}` is there twice; only one can count"));
        }
        // A host at a port has to know which command set it meets.
        if word != "dialect" {
            self.script.settings.push(self.at);
        }
        let setup = &mut self.script.setup;
        set_up(setup, rest, self.more)?;
        setup.echo = self.echo_said.unwrap_or(setup.dialect.profile.echoes());
        self.echo = setup.echo;
        Ok(())
    }
}

/// Bytes, of which there must be some.
fn some(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if bytes.is_empty() {
        return Err("there are no bytes; write some behind the arrow".into());
    }
    Ok(bytes)
}

/// Whether it needs a modem that is on.
fn needs_power(input: &Input) -> bool {
    matches!(
        input,
        Input::PowerOff
            | Input::PowerCut
            | Input::Host(_)
            | Input::Dtr(_)
            | Input::Rts(_)
            | Input::Broker(_)
            | Input::BrokerCloses
            | Input::BrokerResets
            | Input::NetOpen
            | Input::NetAt(_)
            | Input::Clock(_)
            | Input::NetFail(_)
    )
}

/// The frame of an answer in V1.
fn framed(text: &str) -> Result<Vec<u8>, String> {
    if text.is_empty() {
        return Err("write what is answered after `<`, or raw bytes after `<<`".into());
    }
    Ok(format!("\r\n{text}\r\n").into_bytes())
}

fn plain_input(line: &str) -> Result<Input, String> {
    Ok(match line {
        "host stalls" => Input::HostReads(false),
        "host reads" => Input::HostReads(true),
        "dtr on" => Input::Dtr(true),
        "dtr off" => Input::Dtr(false),
        "rts on" => Input::Rts(true),
        "rts off" => Input::Rts(false),
        "power on" => Input::PowerOn,
        "power off" => Input::PowerOff,
        "power cut" => Input::PowerCut,
        "store works" => Input::Store(StorageMode::Works),
        "store fails" => Input::Store(StorageMode::Fails),
        "store holds" => Input::Store(StorageMode::Holds),
        _ => return Err(unknown(line)),
    })
}

fn unknown(line: &str) -> String {
    let word = line.split(' ').next().unwrap_or_default();
    if word.starts_with(['>', '<']) {
        return format!("put a space behind the arrow in `{word}`");
    }
    format!(
        "`{line}` is nothing a chat knows; lines begin with # > >> < << broker net host \
         dtr rts power store fault echo set silent or +3s"
    )
}

fn on_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("write `on` or `off`".into()),
    }
}

pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write `+3s`, `+250ms`, `+10us` or `+2min`".to_string();
    let text = text.strip_prefix('+').ok_or_else(wrong)?;
    let unit = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (digits, unit) = text.split_at(unit);
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let micros = match unit {
        "us" => 1,
        "ms" => 1_000,
        "s" => 1_000_000,
        "min" => 60_000_000,
        _ => return Err(wrong()),
    };
    let micros = number.checked_mul(micros).ok_or_else(wrong)?;
    Ok(Duration::from_micros(micros))
}

#[cfg(test)]
mod tests;
