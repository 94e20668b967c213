//! What is typed in place of what a trace hides.

use super::wording::typed;
use crate::observe::stream::{LineKind, TraceLine};
use mqmodem_core::at::param::{Kind, Param};
use mqmodem_core::modem::dialect::Dialect;

/// A certificate and a key, which are no secret: anybody can read them here.
const CERTIFICATE: &str = include_str!("certificate.pem");
const KEY: &str = include_str!("key.pem");

/// What may be typed for a line that was answered so, the likeliest first.
pub(super) fn of(dialect: &Dialect, line: &TraceLine, answer: Option<&str>) -> Vec<Vec<u8>> {
    if line.kind == LineKind::Data {
        return of_data(line.bytes);
    }
    let shown = line.text.strip_suffix("***").unwrap_or(&line.text);
    let failed = answer.is_some_and(|it| it.contains("ERROR") || it == "4");
    let ends = of_line(dialect, shown, line.hidden, failed);
    let whole = |end: String| typed(&format!("{shown}{end}"));
    ends.into_iter().map(whole).collect()
}

/// Whether what was said may be the answer that is wanted: that may also come later.
pub(super) fn is_answer(said: &str, wanted: Option<&str>) -> bool {
    let ends = said.contains("OK\r\n") || said.contains("ERROR");
    !ends || wanted.is_none_or(|wanted| said.contains(wanted))
}

/// What often stands behind a password in one line.
const CONNECT: &str = "+MQTTCONNECT";

/// What may stand for the end of a command line of which `shown` is known and `hidden` bytes
/// are not, the likeliest first.
fn of_line(dialect: &Dialect, shown: &str, hidden: usize, failed: bool) -> Vec<String> {
    let filled = if shown.is_empty() {
        format!("AT{}", "X".repeat(hidden.saturating_sub(3)))
    } else {
        "X".repeat(hidden)
    };
    if failed {
        let digits = "9".repeat(hidden);
        let ends = [filled, digits, "\"\"".to_owned(), String::new()];
        return ends.into();
    }
    let mut all: Vec<String> = ["secret", ""]
        .iter()
        .flat_map(|secret| values(dialect, shown, secret))
        .collect();
    all.extend(["\"secret", "secret\"", "\"\"", "0", "1"].map(str::to_owned));
    for (pem, more) in [(CERTIFICATE, true), (KEY, true), (CERTIFICATE, false)] {
        let escaped = pem.replace('\n', "\\n");
        let len = if more {
            format!(",{}", pem.len())
        } else {
            String::new()
        };
        all.push(format!("\"{escaped}\"{len}"));
    }
    if dialect.find(CONNECT.as_bytes()).is_some() {
        all.push(format!("secret;{CONNECT}"));
    }
    if shown.matches('"').count() % 2 == 1 {
        all.push("secret\"".to_owned());
    }
    all.push(filled);
    // What is as long as what is hidden is likely like it.
    all.sort_by_key(|it| it.len().abs_diff(hidden));
    all.dedup();
    all
}

/// The values that the command is declared with from where it is hidden: all of them, and
/// those that must be there.
fn values(dialect: &Dialect, shown: &str, secret: &str) -> Vec<String> {
    let last = shown.rsplit([';']).next().unwrap_or(shown);
    let Some((name, given)) = last.split_once('=') else {
        return Vec::new();
    };
    let name = name
        .get(..2)
        .filter(|it| it.eq_ignore_ascii_case("AT"))
        .map_or(name, |_| name.get(2..).unwrap_or_default());
    let command = dialect.find(name.as_bytes());
    let signatures = command.and_then(|it| it.set).map_or(&[][..], |(it, _)| it);
    let before = given.matches(',').count();
    let mut all = Vec::new();
    for signature in signatures {
        let rest = signature.params.get(before..).unwrap_or_default();
        let whole: Vec<_> = rest.iter().map(|it| example(it, secret)).collect();
        let needed = rest.iter().rposition(|it| it.secret || !it.optional);
        let needed = needed.map_or(0, |at| at + 1);
        all.push(whole.get(..needed).unwrap_or_default().join(","));
        all.push(whole.join(","));
    }
    all.retain(|it| !it.is_empty());
    all
}

fn example(param: &Param, secret: &str) -> String {
    let text = if param.secret { secret } else { param.example };
    match param.kind {
        Kind::Text { .. } | Kind::Bytes { .. } => format!("\"{}\"", text.trim_matches('"')),
        Kind::Int { min, .. } if param.example.is_empty() => min.to_string(),
        Kind::Choice(choices) if param.example.is_empty() => {
            choices.first().map_or(0, |(number, _)| *number).to_string()
        }
        _ => param.example.to_owned(),
    }
}

/// What may stand for so many bytes behind a prompt.
fn of_data(bytes: usize) -> Vec<Vec<u8>> {
    let padded = |text: &str| {
        let mut all = text.as_bytes().to_vec();
        (all.len() <= bytes).then(|| {
            all.resize(bytes, b'\n');
            all
        })
    };
    let key = bytes
        .checked_sub(2)
        .map(|more| ["x:", &"0".repeat(more)].concat().into_bytes());
    let filled = Some(vec![b'x'; bytes]);
    [padded(CERTIFICATE), padded(KEY), key, filled]
        .into_iter()
        .flatten()
        .collect()
}
