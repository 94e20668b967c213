//! A walk over every declared command: what is declared is accepted, one step
//! outside is refused, and a form exists exactly if it was declared.

use crate::actions::carry_out;
use mqmodem_core::at::cme;
use mqmodem_core::at::grammar::Escapes;
use mqmodem_core::at::param::{Kind, Param};
use mqmodem_core::at::schema::Signature;
use mqmodem_core::dialect;
use mqmodem_core::modem::command::dialect::Command;
use mqmodem_core::modem::dialect::Dialect;
use mqmodem_core::{Config, FurtherLinks, Instant, LinkPlaces, Memory, Modem};
use std::sync::LazyLock;

/// The dialect without echo, and with the numbers of 27.007 for what its declarations do not
/// allow, whatever words it has for that.
fn numbered(dialect: &'static Dialect) -> &'static Dialect {
    static NUMBERED: LazyLock<Vec<&Dialect>> = LazyLock::new(|| {
        let numbered = |of: &&'static Dialect| {
            let profile = of.profile.echo(false).errors(1);
            let dialect: &Dialect = Box::leak(Box::new(Dialect {
                profile: Box::leak(Box::new(profile)),
                refuse: |_, _, why| why.fail(),
                codes: cme::ALL,
                ..**of
            }));
            dialect
        };
        dialect::ALL.iter().map(numbered).collect()
    });
    let index = dialect::ALL
        .iter()
        .position(|it| std::ptr::eq(*it, dialect));
    NUMBERED[index.expect("a dialect of the registry")]
}

/// What a fresh modem of a dialect answers to a line, with reasons in numbers and no echo.
fn answer(dialect: &'static Dialect, line: &str) -> String {
    let mut memory = vec![0; 1 << 20];
    let (mut places, mut further) = (LinkPlaces::<15>::new(), vec![0; 15 * 5376]);
    let memory = Memory {
        links: FurtherLinks::lent(&mut places, &mut further),
        ..Memory::lent(&mut memory).unwrap()
    };
    let mut modem = Modem::new(Config::of(numbered(dialect)), memory, Instant::ZERO);
    // Behind the banner.
    say(&mut modem, "AT\r");
    let answer = say(&mut modem, &format!("{line}\r"));
    // What waits for the network is answered later.
    let is_silent = answer.is_empty() && !modem.is_busy();
    assert_eq!(is_silent, line == "ATQ1", "{line} is answered with silence");
    answer
}

/// Types a line and carries out what can be done without a network.
fn say(modem: &mut Modem, line: &str) -> String {
    assert_eq!(
        modem.handle_host(Instant::ZERO, line.as_bytes()),
        line.len()
    );
    carry_out(modem, Instant::ZERO, |_| {});
    let said = String::from_utf8(modem.host_out().to_vec()).unwrap();
    modem.host_sent(Instant::ZERO, said.len());
    said
}

/// Whether the values were taken: what fails then fails for want of a broker.
fn is_accepted(dialect: &Dialect, answer: &str) -> bool {
    if dialect.name != dialect::DEFAULT.name {
        // Its own words are those of a handler.
        return !is_refused(answer);
    }
    // S3 and S4 change what stands around it.
    // 3: not in this state, 21: no message has that number.
    let elsewhere = ["3", "21"].map(|code| format!("+CME ERROR: {code}\r\n"));
    let asks = answer.ends_with("> ");
    answer.contains("OK") || asks || elsewhere.iter().any(|error| answer.ends_with(error))
}

/// Whether the values were refused as such.
fn is_refused(answer: &str) -> bool {
    ["24", "25", "50"]
        .iter()
        .any(|code| answer.ends_with(&format!("+CME ERROR: {code}\r\n")))
}

/// Every command of every dialect.
fn commands() -> impl Iterator<Item = (&'static Dialect, &'static Command)> {
    let dialects = dialect::ALL.iter().copied();
    dialects.flat_map(|dialect| dialect.commands().map(move |command| (dialect, command)))
}

/// A value as it is typed.
fn typed(param: &Param, value: &str) -> String {
    match param.kind {
        Kind::Int { .. } | Kind::Choice(_) => value.into(),
        Kind::Text { .. } | Kind::Bytes { .. } => format!("\"{value}\""),
    }
}

/// Values a parameter takes: its bounds and its example.
fn good(param: &Param) -> Vec<String> {
    match param.kind {
        Kind::Int { min, max } => vec![min.to_string(), max.to_string()],
        Kind::Choice(choices) => choices.iter().map(|(n, _)| n.to_string()).collect(),
        Kind::Text { min, .. } | Kind::Bytes { min, .. } => {
            let mut values = vec![param.example.to_string()];
            values.extend((min == 0).then(String::new));
            values
        }
    }
}

/// Values one step outside of what it takes, and of what the other forms of its command take
/// in its place.
fn bad(walk: &Walked) -> Vec<String> {
    let Walked { dialect, param, .. } = walk;
    let others = walk
        .command
        .set
        .map_or(&[][..], |(signatures, _)| signatures);
    let others = others.iter().filter_map(|it| it.params.get(walk.index));
    let others: Vec<_> = others.map(good).collect();
    match param.kind {
        Kind::Int { min, max } => {
            let mut values = vec![(u64::from(max) + 1).to_string(), "x".into(), "-1".into()];
            values.extend(min.checked_sub(1).map(|below| below.to_string()));
            values
        }
        Kind::Choice(choices) => {
            let mut outside =
                (0..=u32::MAX).filter(|n| choices.iter().all(|(choice, _)| choice != n));
            let outside = outside.find(|n| others.iter().all(|it| !it.contains(&n.to_string())));
            vec![outside.unwrap_or_default().to_string(), "x".into()]
        }
        Kind::Text { min, max, check } => {
            // No text has these, where they can be written.
            let mut values = match dialect.grammar.quotes.escapes {
                Escapes::Hex | Escapes::HexOnly => vec!["\\00".into(), "\\FF".into()],
                Escapes::Next | Escapes::None => vec!["\0".into()],
            };
            values.extend((min > 0).then(String::new));
            values.extend((max < 60_000).then(|| "a".repeat(max + 1)));
            values.extend(check.map(|(_, refused)| refused.to_string()));
            values
        }
        Kind::Bytes { max, .. } => (max < 60_000)
            .then(|| "a".repeat(max + 1))
            .into_iter()
            .collect(),
    }
}

/// A line that sets `command` with its examples, but `value` at `index`.
fn line(
    dialect: &Dialect,
    command: &Command,
    signature: &Signature,
    index: usize,
    value: &str,
) -> String {
    if !command.is_extended() {
        let equals = if command.name.starts_with('S') {
            "="
        } else {
            ""
        };
        return format!("AT{}{equals}{value}", command.name);
    }
    let params = signature.params.iter().enumerate();
    // What may be left out behind it depends on it, elsewhere.
    let needed = signature.params.iter().rposition(|param| !param.optional);
    let upto = if dialect.name == dialect::DEFAULT.name {
        signature.params.len()
    } else {
        index.max(needed.unwrap_or(0)) + 1
    };
    let params = params.take(upto);
    let values = params.map(|(at, param)| {
        let good = good(param);
        typed(param, if at == index { value } else { &good[0] })
    });
    format!(
        "AT{}={}",
        command.name,
        values.collect::<Vec<_>>().join(",")
    )
}

/// A parameter of a signature of a command.
struct Walked {
    dialect: &'static Dialect,
    command: &'static Command,
    signature: &'static Signature,
    index: usize,
    param: &'static Param,
}

impl Walked {
    /// A line with this value, and what is answered.
    fn answered(&self, value: &str) -> (String, String) {
        let line = line(
            self.dialect,
            self.command,
            self.signature,
            self.index,
            value,
        );
        let answer = answer(self.dialect, &line);
        (line, answer)
    }
}

/// Every parameter that can be walked.
fn params() -> impl Iterator<Item = Walked> {
    commands().flat_map(|(dialect, command)| {
        let signatures = command.set.map_or(&[][..], |(signatures, _)| signatures);
        signatures.iter().flat_map(move |signature| {
            let params = signature.params.iter().enumerate();
            params.map(move |(index, param)| Walked {
                dialect,
                command,
                signature,
                index,
                param,
            })
        })
    })
}

#[test]
fn every_declared_value_is_accepted() {
    let mut walked = 0;
    for walk in params() {
        let param = walk.param;
        for value in good(param) {
            let (line, answer) = walk.answered(&value);
            // A certificate's size is bound to its content, a client id to the
            // clean session, a value to its option, raw bytes to the memory, a count to the
            // values behind it: those
            // are refused by the command, not by the range.
            let bound = [
                "cert file size",
                "client id",
                "cleansession",
                "rst",
                "number",
                "text",
                "length",
                "alpn",
                "count",
            ];
            let accepted = is_accepted(walk.dialect, &answer) || bound.contains(&param.name);
            let other_style = ["ATQ1", "ATV0"].contains(&line.as_str());
            assert!(accepted || other_style, "{line} -> {answer}");
            walked += 1;
        }
    }
    assert!(walked >= params().count(), "a parameter was not walked");
}

#[test]
fn a_value_one_step_outside_its_range_is_refused() {
    let mut walked = 0;
    for walk in params() {
        let command = walk.command;
        for value in bad(&walk) {
            // A basic command ends where its number does: there is no wrong type.
            if !command.is_extended() && !value.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            let (line, answer) = walk.answered(&value);
            // The old syntax of u-blox says so by a 0, and OK.
            let says_so = walk.dialect.model == "sara-r410m"
                && answer.starts_with("\r\n+UMQTT: ")
                && answer.ends_with(",0\r\n\r\nOK\r\n");
            let refused = says_so || is_refused(&answer);
            assert!(refused, "{line} -> {answer}");
            walked += 1;
        }
    }
    let bounded = params().filter(|it| it.command.is_extended() && !bad(it).is_empty());
    assert!(walked >= bounded.count(), "a parameter was not walked");
}

#[test]
fn too_few_and_too_many_values_are_refused() {
    for (dialect, command) in commands().filter(|(_, command)| command.is_extended()) {
        let Some((signatures, _)) = command.set else {
            continue;
        };
        if signatures.iter().any(|it| it.repeats > 0) {
            // There are never too many.
            continue;
        }
        let longest = signatures.iter().map(|it| it.params.len()).max().unwrap();
        let many = format!("AT{}={}", command.name, vec!["1"; longest + 1].join(","));
        assert!(is_refused(&answer(dialect, &many)), "{many}");
        let needs = |it: &Signature| it.params.iter().filter(|param| !param.optional).count();
        if signatures.iter().all(|signature| needs(signature) > 0) {
            let none = format!("AT{}=", command.name);
            assert!(is_refused(&answer(dialect, &none)), "{none}");
        }
    }
}

#[test]
fn a_form_exists_exactly_if_it_is_declared() {
    for (dialect, command) in commands() {
        let name = command.name;
        let missing = |line: String| answer(dialect, &line).ends_with("+CME ERROR: 4\r\n");
        let register = name.starts_with('S');
        if command.is_extended() || register {
            let read = missing(format!("AT{name}?"));
            assert_eq!(read, command.read.is_none(), "{name}?");
        }
        if command.is_extended() {
            // Connecting starts something that no answer ends here.
            if name != "+MQTTCONNECT" {
                let execute = missing(format!("AT{name}"));
                assert_eq!(execute, command.execute.is_none(), "{name}");
            }
            assert_eq!(
                missing(format!("AT{name}=1")),
                command.set.is_none(),
                "{name}="
            );
            let test = answer(dialect, &format!("AT{name}=?"));
            // A test form of its own may depend on the state.
            let answered = test.ends_with("OK\r\n") == dialect.grammar.tests;
            assert!(
                answered || command.test_form.is_some(),
                "{name}=? -> {test}"
            );
        }
    }
}

#[test]
fn names_are_unique_and_well_formed() {
    for dialect in dialect::ALL {
        let names = dialect.commands().map(|it| it.name.to_ascii_uppercase());
        let mut names: Vec<_> = names.collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{}", dialect.name);
    }
    for (dialect, command) in commands() {
        assert!(!command.summary.is_empty(), "{} says nothing", command.name);
        let found = dialect.find(command.name.to_ascii_lowercase().as_bytes());
        assert_eq!(found.map(|it| it.name), Some(command.name));
    }
}

#[test]
fn no_urc_of_the_native_set_is_named_like_a_command() {
    // 27.007 §7.2 names this one so.
    let standard = mqmodem_core::commands::REGISTRATION.syntax;
    // Other makers have named some so.
    let dialect = dialect::DEFAULT;
    for urc in dialect.urcs.iter().filter(|urc| urc.syntax != standard) {
        let name = urc.syntax.split(':').next().unwrap();
        assert!(dialect.find(name.as_bytes()).is_none(), "{name}");
    }
}

#[test]
fn every_example_is_answered_as_the_manual_says_or_needs_a_broker() {
    for (dialect, command) in commands() {
        for example in command.examples {
            let answer = answer(dialect, example.line);
            assert!(!is_refused(&answer), "{} -> {answer}", example.line);
        }
    }
}
