//! Words of a shell as they are written in a line.

use mqmodem_faults::WORDS;

/// The words of a fault. What the shell took out of its quotes gets quotes again, unless it
/// is all there is.
pub(super) fn joined(words: &[String]) -> String {
    match words {
        [all] => all.clone(),
        words => {
            let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            quoted.join(" ")
        }
    }
}

/// The line that asks for a fault; `modem NAME` may stand before its words.
pub(super) fn fault_line(words: &[String]) -> String {
    if let [all] = words
        && let Some((modem, words)) = named_in(all)
    {
        return format!("{modem} fault {words}");
    }
    let (modem, words) = named(words);
    format!("{modem}fault {}", joined(words))
}

/// A line; the words of a fault in it are as those of [`joined`].
pub(super) fn line(words: &[String]) -> String {
    let (line, rest) = named(words);
    let rest = match rest {
        [fault, rest @ ..] if fault == "fault" => format!("fault {}", joined(rest)),
        rest => rest.join(" "),
    };
    line + &rest
}

/// The modem as it is named in a line, where it is, and what stands behind it.
fn named(words: &[String]) -> (String, &[String]) {
    match words {
        [modem, name, rest @ ..] if modem == "modem" => (format!("modem {} ", quoted(name)), rest),
        _ => (String::new(), words),
    }
}

/// The same of words that are one text.
fn named_in(text: &str) -> Option<(&str, &str)> {
    let before = "modem ".len();
    let name = text.strip_prefix("modem ")?;
    let end = match name.strip_prefix('"') {
        Some(name) => name.find('"')? + 2,
        None => name.find(' ')?,
    };
    let (modem, words) = text.split_at_checked(before + end)?;
    Some((modem, words.trim_start()))
}

fn quoted(word: &str) -> String {
    if word.contains('"') || !word.contains(char::is_whitespace) {
        return word.to_owned();
    }
    match word.split_once('=') {
        Some((name, value)) if name.bytes().all(|it| it.is_ascii_lowercase()) => {
            format!("{name}=\"{value}\"")
        }
        _ => format!("\"{word}\""),
    }
}

/// What stands below the help of faults: every word there is.
pub(super) fn examples() -> String {
    let width = WORDS.iter().map(|word| word.to_string().len()).max();
    let rows = WORDS.iter().map(|word| {
        let words = word.to_string();
        format!(
            "\n  {words:<width$}  {}",
            word.does,
            width = width.unwrap_or_default().min(32)
        )
    });
    format!(
        "Words:{}

Options:
  link=1 dir=in|out to=+MQTTPUB   on what it acts
  after=10 times=3 for=30s p=0.01 how many pass first, how often, how long, how likely
  every=10s..60s                  again and again

Plans:
  seed 7 every=10s..60s net reset, broker lose PUBACK

Examples:
  mqmodem fault ./control.sock broker lose PUBACK times=2
  mqmodem fault ./control.sock net stalls for=5s
  mqmodem fault ./control.sock urc '\"+CREG: 2\"' every=20ms times=500
  mqmodem fault ./control.sock list
  mqmodem fault ./control.sock modem pump-7 net reset     where several modems run",
        rows.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn quotes_that_the_shell_took_come_back() {
        for (given, want) in [
            (
                &["urc", "+CREG: 2", "every=1s"][..],
                "urc \"+CREG: 2\" every=1s",
            ),
            (&["urc", "\"+CREG: 2\""], "urc \"+CREG: 2\""),
            (
                &["power", "restart", "banner=RDY 1"],
                "power restart banner=\"RDY 1\"",
            ),
            (&["broker lose PUBACK"], "broker lose PUBACK"),
        ] {
            assert_eq!(joined(&words(given)), want);
        }
        let given = ["modem", "the pump", "fault", "urc", "A b"];
        assert_eq!(line(&words(&given)), "modem \"the pump\" fault urc \"A b\"");
        assert_eq!(line(&words(&["note", "step  4", "x"])), "note step  4 x");
    }

    #[test]
    fn a_modem_may_stand_before_the_words_of_a_fault() {
        for (given, want) in [
            (&["net", "reset"][..], "fault net reset"),
            (&["modem", "a", "net", "reset"], "modem a fault net reset"),
            (&["modem", "a", "net reset"], "modem a fault net reset"),
            (&["modem a net reset"], "modem a fault net reset"),
            (
                &["modem \"the pump\" list"],
                "modem \"the pump\" fault list",
            ),
            (
                &["modem", "the pump", "urc", "A b"],
                "modem \"the pump\" fault urc \"A b\"",
            ),
            (&["modem"], "fault modem"),
        ] {
            assert_eq!(fault_line(&words(given)), want);
        }
    }
}
