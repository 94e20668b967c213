//! A line of the control socket.

use crate::driver::ControlWish;
use mqmodem_faults::{FaultLine, read, time};
use std::time::Duration;

/// What a line may begin with.
const VERBS: &str = "fault, wait, send, state, note, list, clear, events, each with `modem NAME` before it where there are several";

/// What a line asks for, and of which modem.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ControlLine {
    /// The modem, where it is named.
    pub(super) modem: Option<String>,
    pub(super) what: ControlAsk,
}

/// What a line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ControlAsk {
    /// Something the modem does, and how long the answer may take, where it is waited for.
    Wish(ControlWish, Option<Duration>),
    /// What happens to it from an event on, as it happens.
    Events(u64),
}

impl ControlLine {
    /// Reads a line.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        parse(line)
    }

    /// The same for this modem, where it names none.
    #[cfg(feature = "inspector")]
    pub(crate) fn of(self, modem: Option<String>) -> Self {
        Self {
            modem: self.modem.or(modem),
            ..self
        }
    }

    /// Whether it does something to the modem.
    #[cfg(feature = "inspector")]
    pub(crate) fn acts(&self) -> bool {
        match &self.what {
            ControlAsk::Wish(ControlWish::Fault(line), _) => *line != FaultLine::List,
            ControlAsk::Wish(ControlWish::Send(_), _) => true,
            ControlAsk::Wish(..) | ControlAsk::Events(_) => false,
        }
    }
}

fn parse(line: &str) -> Result<ControlLine, String> {
    let line = line.trim();
    let (modem, rest) = match line.strip_prefix("modem ") {
        Some(named) => {
            let (name, rest) = name(named.trim_start())?;
            (Some(name), rest)
        }
        None => (None, line),
    };
    let (verb, words) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let words = words.trim();
    let what = asked(verb, words, rest)?;
    Ok(ControlLine { modem, what })
}

/// What is asked for by a verb and the words behind it, `rest` together.
fn asked(verb: &str, words: &str, rest: &str) -> Result<ControlAsk, String> {
    let wish = match verb {
        "fault" => ControlWish::Fault(read(words)?),
        "list" if words.is_empty() => ControlWish::Fault(FaultLine::List),
        "clear" => ControlWish::Fault(read(rest)?),
        "state" if words.is_empty() => ControlWish::State,
        "list" | "state" => return Err(format!("`{words}` is too much behind `{verb}`")),
        "note" if words.is_empty() => return Err("write what is to be noted behind `note`".into()),
        "note" => ControlWish::Note(words.to_owned()),
        "send" => ControlWish::Send(at_line(words)?),
        "wait" => {
            let (id, time) = wait(words)?;
            return Ok(ControlAsk::Wish(ControlWish::Wait(id), Some(time)));
        }
        "events" => return events(words).map(ControlAsk::Events),
        "" => return Err(format!("an empty line; write one of {VERBS}")),
        _ => {
            return Err(format!(
                "`{verb}` is nothing that can be asked for; there are {VERBS}"
            ));
        }
    };
    Ok(ControlAsk::Wish(wish, None))
}

fn events(words: &str) -> Result<u64, String> {
    let from = match words {
        "" => Some(0),
        words => words.strip_prefix("from=").and_then(|it| it.parse().ok()),
    };
    from.ok_or_else(|| "write from which event on, such as `events from=0`".to_owned())
}

/// A name, in quotes where there are spaces in it, and what follows.
fn name(text: &str) -> Result<(String, &str), String> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        return Ok((name.to_owned(), rest.trim_start()));
    };
    let end = "a quote is open; write `modem \"NAME\" …`";
    let (name, rest) = quoted.split_once('"').ok_or(end)?;
    Ok((name.to_owned(), rest.trim_start()))
}

fn at_line(words: &str) -> Result<String, String> {
    let begins = words
        .get(..2)
        .is_some_and(|at| at.eq_ignore_ascii_case("AT"));
    if begins && !words.contains(char::is_control) {
        return Ok(words.to_owned());
    }
    Err("write a line behind `send` that begins with AT, such as `send AT+CSQ`".into())
}

fn wait(words: &str) -> Result<(u32, Duration), String> {
    let form = || "write which fault is waited for, and how long, such as `wait 3 5s`".to_owned();
    let (id, within) = words.split_once(' ').ok_or_else(form)?;
    let (id, within) = (id.parse().ok(), time(within.trim()));
    id.zip(within).ok_or_else(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_read() {
        let parsed = |line| {
            let ControlLine { modem, what } = parse(line).unwrap();
            (modem.unwrap_or_default(), what)
        };
        let plain = |wish| (String::new(), ControlAsk::Wish(wish, None));
        let fault = |words| ControlWish::Fault(read(words).unwrap());
        assert_eq!(parsed("fault net reset"), plain(fault("net reset")));
        assert_eq!(parsed("list"), plain(fault("list")));
        assert_eq!(parsed("clear"), plain(fault("clear")));
        assert_eq!(parsed("clear 3"), plain(fault("clear 3")));
        assert_eq!(parsed(" state "), plain(ControlWish::State));
        assert_eq!(
            parsed("note step 4"),
            plain(ControlWish::Note("step 4".into()))
        );
        assert_eq!(
            parsed("send AT+CSQ"),
            plain(ControlWish::Send("AT+CSQ".into()))
        );
        let wait = ControlAsk::Wish(ControlWish::Wait(3), Some(Duration::from_secs(5)));
        assert_eq!(parsed("wait 3 5s"), (String::new(), wait));
        for (line, from) in [("events", 0), ("events from=0", 0), ("events from=41", 41)] {
            assert_eq!(parsed(line), (String::new(), ControlAsk::Events(from)));
        }
        let named = |name: &str| (name.to_owned(), ControlAsk::Wish(ControlWish::State, None));
        assert_eq!(parsed("modem pump-7 state"), named("pump-7"));
        assert_eq!(parsed("modem \"the pump\" state"), named("the pump"));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (line, why) in [
            ("", "an empty line"),
            ("modem", "`modem` is nothing"),
            ("modem a", "an empty line"),
            ("modem \"a state", "a quote is open"),
            (
                "restart",
                "`restart` is nothing that can be asked for; there are fault, wait",
            ),
            ("fault net rest", "did you mean `reset`?"),
            ("wait 3", "such as `wait 3 5s`"),
            ("wait x 5s", "such as `wait 3 5s`"),
            ("send CSQ", "begins with AT"),
            ("note", "what is to be noted"),
            ("events 7", "such as `events from=0`"),
            ("events from=x", "such as `events from=0`"),
            ("state now", "`now` is too much"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(why), "{line}: {error}");
        }
    }
}
