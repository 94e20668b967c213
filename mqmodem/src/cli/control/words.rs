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

/// A line; the words of a fault in it are as those of [`joined`].
pub(super) fn line(words: &[String]) -> String {
    let (line, rest) = match words {
        [modem, name, rest @ ..] if modem == "modem" => (format!("modem {} ", quoted(name)), rest),
        _ => (String::new(), words),
    };
    let rest = match rest {
        [fault, rest @ ..] if fault == "fault" => format!("fault {}", joined(rest)),
        rest => rest.join(" "),
    };
    line + &rest
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
  mqmodem fault ./control.sock list",
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
}
