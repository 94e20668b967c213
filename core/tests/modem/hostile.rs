//! Hosts that send anything: every byte value, lines without end, quotes that
//! are never closed, hosts that leave in the middle of a command. The modem
//! answers, and the next `AT` is OK.

use crate::actions::carry_out;
use mqmodem_core::dialect;
use mqmodem_core::modem::command::dialect::Command;
use mqmodem_core::modem::dialect::{Banner, Dialect};
use mqmodem_core::{Config, HostLines, Instant, Memory, Modem};
use std::time::Duration;

/// The least memory there is: what it lends bounds every line.
const LENT: usize = 32 * 1024;

/// Commands whose answer is all there is, without a result code, or that switch the modem
/// off.
const WITHOUT_RESULT: [&str; 5] = ["+CIFSR", "+CIPSHUT", "#XSHUTDOWN", "+CPOWD", "+CPOF"];

/// A host that reads, on a modem whose storage works.
struct Host<'m> {
    modem: Modem<'m>,
    now: Instant,
    /// Whether an open quote stays open until it is closed, or the host gives up.
    waits_for_quote: bool,
}

impl<'m> Host<'m> {
    /// One that speaks this dialect, behind the banner.
    fn of(dialect: &'static Dialect, memory: &'m mut [u8]) -> Self {
        let memory = Memory::lent(memory).unwrap();
        let now = Instant::ZERO;
        let modem = Modem::new(Config::of(dialect), memory, now);
        let mut host = Self {
            modem,
            now,
            waits_for_quote: dialect.grammar.multi_line,
        };
        assert_eq!(host.hear().is_empty(), dialect.banner == Banner::Restart);
        host
    }

    /// Sends all of `bytes` and returns what was said to it.
    fn send(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let mut said = Vec::new();
        loop {
            let taken = self.modem.handle_host(self.now, bytes);
            bytes = &bytes[taken..];
            let heard = self.hear();
            said.extend(&heard);
            if bytes.is_empty() {
                return said;
            }
            assert!(taken > 0 || !heard.is_empty(), "the modem takes no more");
        }
    }

    /// All it says now; what it does then may make it say more.
    fn hear(&mut self) -> Vec<u8> {
        let mut heard = Vec::new();
        loop {
            carry_out(&mut self.modem, self.now, |_| {});
            let said = self.modem.host_out();
            if said.is_empty() {
                return heard;
            }
            assert!(said.len() <= LENT, "more is said than memory was lent");
            heard.extend(said);
            let count = said.len();
            self.modem.host_sent(self.now, count);
        }
    }

    /// Lets the time pass after which an open quote is given up.
    fn wait(&mut self) -> Vec<u8> {
        self.now = self.now + Duration::from_secs(3);
        self.modem.handle_timeout(self.now);
        self.hear()
    }

    fn dtr(&mut self, dtr: bool) {
        let lines = HostLines { dtr, rts: true };
        self.modem.handle_host_lines(self.now, lines);
        self.hear();
    }

    /// Leaves, and comes back.
    fn leave(&mut self) {
        self.dtr(false);
        self.dtr(true);
    }

    /// The end of an open quote.
    fn give_up(&mut self) {
        if self.waits_for_quote {
            self.leave();
        } else {
            self.wait();
        }
    }

    /// Sends a line of a command; the modem answers, or is told by another way than more
    /// of the line that nothing more comes.
    fn try_line(&mut self, command: &Command, line: &[u8]) {
        let mut said = self.send(line);
        if is_asked(&said) || WITHOUT_RESULT.contains(&command.name) {
            return self.leave();
        }
        if !is_answered(&said) && self.waits_for_quote {
            return self.leave();
        }
        if !is_answered(&said) {
            // An escaped or lone quote is still open.
            assert!(command.multi_line, "{} -> {}", show(line), show(&said));
            said = self.wait();
        }
        assert!(is_answered(&said), "{} -> {}", show(line), show(&said));
    }

    /// The modem is as it should be.
    fn check(&mut self, after: &[u8]) {
        let said = self.send(b"AT\r");
        assert!(is_ok(&said), "{} -> {}", show(after), show(&said));
    }
}

fn show(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

fn is_ok(said: &[u8]) -> bool {
    said.ends_with(b"\r\nOK\r\n") || said.ends_with(b"0\r")
}

fn is_answered(said: &[u8]) -> bool {
    let text = String::from_utf8_lossy(said);
    let is_final = |line: &str| line == "OK" || line.contains("ERROR");
    is_ok(said) || said.ends_with(b"4\r") || text.lines().any(is_final)
}

/// The bytes of which a test tries each: all of them in the default dialect, in the others
/// those that mean something anywhere.
fn bytes_of(dialect: &Dialect) -> Vec<u8> {
    if dialect.name == dialect::DEFAULT.name {
        return (0..=u8::MAX).collect();
    }
    b"\0\x08\t\n\r\x1a\x1b \"+,/;=?A\\a\x7f\x80\xff".to_vec()
}

/// Whether the host is asked for raw bytes.
fn is_asked(said: &[u8]) -> bool {
    [&b">"[..], b"> ", b"CONNECT\r\n"]
        .iter()
        .any(|end| said.ends_with(end))
}

fn pairs_of(dialect: &'static Dialect) -> impl Iterator<Item = (&'static Dialect, [u8; 2])> {
    let bytes = bytes_of(dialect);
    let seconds = bytes.clone();
    bytes.into_iter().flat_map(move |first| {
        let seconds = seconds.clone().into_iter();
        seconds.map(move |second| (dialect, [first, second]))
    })
}

#[test]
fn any_two_bytes_are_answered_and_do_no_harm() {
    let mut memory = vec![0; LENT];
    for (dialect, pair) in dialect::ALL.iter().flat_map(|it| pairs_of(it)) {
        let line = [b"AT", &pair[..], b"\r"].concat();
        // Q1 is obeyed, and Q1 is all that may silence it.
        if pair.eq_ignore_ascii_case(b"Q1") {
            continue;
        }
        let mut host = Host::of(dialect, &mut memory);
        let said = host.send(&line);
        if host.waits_for_quote && pair == *b"=\"" {
            assert!(said.is_empty(), "{}", show(&said));
            host.leave();
            continue;
        }
        assert!(said.windows(2).any(is_answer), "{}", show(&line));
        host.check(&line);
        // The same without AT: nobody speaks to the modem.
        let noise = [&pair[..], b"\r"].concat();
        let silent = host.send(&noise).is_empty();
        let spoken = [b"AT", b"A/"]
            .iter()
            .any(|it| pair.eq_ignore_ascii_case(*it));
        assert!(silent || spoken, "{}", show(&pair));
        host.check(&noise);
    }
}

fn extended_commands() -> impl Iterator<Item = (&'static Dialect, &'static Command)> {
    let dialects = dialect::ALL.iter().copied();
    let all = dialects.flat_map(|it| it.commands().map(move |command| (it, command)));
    all.filter(|(_, command)| command.is_extended())
}

/// Whether an answer ends here, in words or numbers.
fn is_answer(pair: &[u8]) -> bool {
    [b"\r\n", b"0\r", b"4\r"].iter().any(|end| pair == *end)
}

#[test]
fn any_byte_may_stand_in_any_value() {
    let mut memory = vec![0; LENT];
    for (dialect, command) in extended_commands() {
        for byte in bytes_of(dialect) {
            for quote in ["", "\""] {
                let start = format!("AT{}={quote}", command.name);
                let line = [start.as_bytes(), &[byte], quote.as_bytes(), b"\r"].concat();
                let mut host = Host::of(dialect, &mut memory);
                host.try_line(command, &line);
                host.check(&line);
            }
        }
    }
}

#[test]
fn a_line_without_end_is_one_error() {
    let mut memory = vec![0; LENT];
    let all = dialect::ALL
        .iter()
        .flat_map(|it| bytes_of(it).into_iter().map(move |byte| (*it, byte)));
    for (dialect, byte) in all {
        let endless = vec![byte; 2 * LENT];
        for start in [
            "",
            "AT",
            "AT+",
            "AT+MQTTPUB=",
            "AT+MQTTPUB=\"",
            "AT+CSCS=\"",
        ] {
            let mut host = Host::of(dialect, &mut memory);
            host.send(b"ATE0\r");
            host.send(start.as_bytes());
            let said = host.send(&endless);
            let answers = said.windows(2).filter(|pair| *pair == b"\r\n").count() / 2;
            assert!(answers <= 1, "{start} and {byte:#x}");
            host.send(b"\r");
            host.give_up();
            host.check(start.as_bytes());
        }
    }
}

#[test]
fn a_quote_that_stays_open_never_hangs_the_port() {
    let mut memory = vec![0; LENT];
    for (dialect, command) in extended_commands() {
        for values in ["\"abc", "\"abc\\", "1,\"abc", "1,0,\"abc;+CSQ", "\"a\",\"b"] {
            let line = format!("AT{}={values}\r", command.name);
            let mut host = Host::of(dialect, &mut memory);
            host.try_line(command, line.as_bytes());
            host.check(line.as_bytes());
        }
    }
}

#[test]
fn a_host_that_leaves_in_the_middle_of_a_command_leaves_nothing_behind() {
    let mut memory = vec![0; LENT];
    let examples = |it: &'static Dialect| it.commands().flat_map(|it| it.examples);
    let lines = |it| examples(it).map(|it| it.line).chain(["AT+CMEE=2;&W", "A"]);
    let all = dialect::ALL.iter().copied();
    for (dialect, line) in all.flat_map(|it| lines(it).map(move |line| (it, line))) {
        for end in 1..=line.len() {
            let mut host = Host::of(dialect, &mut memory);
            host.send(&line.as_bytes()[..end]);
            host.dtr(false);
            host.dtr(true);
            // What would end the line does not.
            assert_eq!(host.send(b"\r"), b"", "{line} after {end} bytes");
            host.check(line.as_bytes());
        }
    }
}
