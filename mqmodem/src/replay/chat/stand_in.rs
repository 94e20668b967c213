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

/// What may stand for the end of a command line of which `shown` is known and `hidden` bytes
/// are not, the likeliest first.
fn of_line(dialect: &Dialect, shown: &str, hidden: usize, failed: bool) -> Vec<String> {
    let filled = if shown.is_empty() {
        format!("AT{}", "X".repeat(hidden.saturating_sub(3)))
    } else {
        "X".repeat(hidden)
    };
    if failed {
        return vec![filled];
    }
    let mut all = values(dialect, shown);
    let escaped = CERTIFICATE.replace('\n', "\\n");
    all.extend(["\"secret\"", "secret", "secret\""].map(str::to_owned));
    all.push(format!("\"{escaped}\",{}", CERTIFICATE.len()));
    all.push(filled);
    all
}

/// The values that the command is declared with from where it is hidden: all of them, and
/// those that must be there.
fn values(dialect: &Dialect, shown: &str) -> Vec<String> {
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
        let whole: Vec<_> = rest.iter().map(example).collect();
        let needed = rest.iter().rposition(|it| it.secret || !it.optional);
        let needed = needed.map_or(0, |at| at + 1);
        all.push(whole.get(..needed).unwrap_or_default().join(","));
        all.push(whole.join(","));
    }
    all.retain(|it| !it.is_empty());
    all.dedup();
    all
}

fn example(param: &Param) -> String {
    let text = if param.secret {
        "secret"
    } else {
        param.example
    };
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
