//! Reads what is asked for.

use super::fault::{Direction, Fault, FaultLimits};
use super::line::{FaultLine, FaultPlan};
use super::table::{FaultNature, FaultParam, FaultWord, ValueKind};
use super::tokens::{nearest, tokens, unknown};
use super::value::{FaultValue, Span, packet, packets, reason, span, time};
use super::words::WORDS;
use crate::escape::unescape_within;
use std::time::Duration;

/// The longest line that is read, and the longest text in it, in bytes.
pub const LONGEST: usize = 4096;
/// The shortest time from one fault of a plan to the next.
const SHORTEST: Duration = Duration::from_millis(1);
/// Words that are no faults, but stand in their place.
const VERBS: [&str; 3] = ["seed", "list", "clear"];

/// Reads what stands behind `fault`.
///
/// # Errors
/// What is wrong, what there is, and what is most like it.
pub fn read(line: &str) -> Result<FaultLine, String> {
    if line.len() > LONGEST {
        return Err(format!("a fault has {LONGEST} bytes at most"));
    }
    let tokens = tokens(line)?;
    match *tokens.as_slice() {
        [] => Err(format!("write what is to go wrong: {}", areas().join(", "))),
        ["list"] => Ok(FaultLine::List),
        ["clear"] => Ok(FaultLine::Clear(None)),
        ["clear", id] => match id.parse() {
            Ok(id) => Ok(FaultLine::Clear(Some(id))),
            Err(_) => Err(format!(
                "`{id}` is no number of a fault; write `clear 3`, or `clear` for all"
            )),
        },
        ["seed", seed] => number(seed, "seed").map(FaultLine::Seed),
        ["seed", seed, ref rest @ ..] => {
            let seed = number(seed, "seed")?;
            plan(rest, Some(seed)).map(FaultLine::Plan)
        }
        [first, ..] if first.starts_with("every=") => plan(&tokens, None).map(FaultLine::Plan),
        _ => {
            let fault = fault(&tokens)?;
            check_every(&fault)?;
            Ok(FaultLine::Arm(fault))
        }
    }
}

/// What a line may begin with.
fn areas() -> Vec<&'static str> {
    let mut areas: Vec<&str> = Vec::new();
    for word in WORDS {
        let area = word.words.split(' ').next().unwrap_or_default();
        if !areas.contains(&area) {
            areas.push(area);
        }
    }
    areas.extend(VERBS);
    areas
}

fn plan(tokens: &[&str], seed: Option<u64>) -> Result<FaultPlan, String> {
    let form = "write a plan as `seed 7 every=10s..60s net reset, broker lose PUBACK`";
    let (first, rest) = tokens.split_first().ok_or(form)?;
    let every = first.strip_prefix("every=").ok_or(form)?;
    let every = pause(every)?;
    let parts: Vec<&[&str]> = rest.split(|token| *token == ",").collect();
    let mut faults = Vec::new();
    for part in parts {
        if part.is_empty() {
            return Err(form.into());
        }
        let fault = fault(part)?;
        if fault.limits.every.is_some() {
            return Err("a plan has one `every=`, at its front".into());
        }
        lasts_in_plan(&fault)?;
        faults.push(fault);
    }
    Ok(FaultPlan {
        seed,
        every,
        faults,
    })
}

/// What comes again and again must end by itself.
fn lasts_in_plan(fault: &Fault) -> Result<(), String> {
    if fault.word.nature == FaultNature::Lasting && fault.limits.lasts.is_none() {
        let words = fault.word.words;
        return Err(format!(
            "`{words}` lasts until it is cleared; with every= write how long it lasts, such as for=2s"
        ));
    }
    Ok(())
}

fn check_every(fault: &Fault) -> Result<(), String> {
    let limits = &fault.limits;
    if limits.every.is_some() {
        return lasts_in_plan(fault);
    }
    if fault.word.nature == FaultNature::Lasting && limits.times.is_some() {
        return Err(format!(
            "`{}` lasts; times= goes with every=",
            fault.word.words
        ));
    }
    if fault.word.nature == FaultNature::Moment
        && (limits.times.is_some() || limits.lasts.is_some())
    {
        let words = fault.word.words;
        return Err(format!(
            "`{words}` acts at once; times= and for= go with every="
        ));
    }
    Ok(())
}

fn fault(tokens: &[&str]) -> Result<Fault, String> {
    let (word, rest) = word(tokens)?;
    let mut fault = Fault {
        word,
        values: Vec::new(),
        limits: FaultLimits::default(),
    };
    let mut rest = rest.iter();
    let mut open = word.params.iter().filter(|param| !param.named);
    let mut seen: Vec<&str> = Vec::new();
    while let Some(token) = rest.next() {
        let Some((name, text)) = named(token) else {
            let param = open.next().ok_or_else(|| too_much(word, token))?;
            let mut text = (*token).to_owned();
            let status = rest
                .as_slice()
                .first()
                .filter(|next| next.parse::<u16>().is_ok());
            if let Some(status) = status.filter(|_| param.kind == ValueKind::Reason) {
                text = format!("{text} {status}");
                rest.next();
            }
            fault.values.push((param.name, value(param, &text)?));
            continue;
        };
        if seen.contains(&name) {
            return Err(format!("`{name}=` stands there twice"));
        }
        seen.push(name);
        let param = word
            .params
            .iter()
            .find(|param| param.named && param.name == name);
        match param {
            Some(param) => fault.values.push((param.name, value(param, text)?)),
            None => option(&mut fault, name, text)?,
        }
    }
    let missing = |param: &&FaultParam| param.needed && fault.value_is_missing(param.name);
    if let Some(param) = word.params.iter().find(missing) {
        return Err(format!("{param} is missing; write `{word}`"));
    }
    Ok(fault)
}

impl Fault {
    fn value_is_missing(&self, name: &str) -> bool {
        !self.values.iter().any(|(of, _)| *of == name)
    }
}

/// The words a fault begins with, and what is behind them.
fn word<'t>(tokens: &'t [&'t str]) -> Result<(&'static FaultWord, &'t [&'t str]), String> {
    let first = tokens.first().copied().unwrap_or_default();
    for word in WORDS {
        let words: Vec<&str> = word.words.split(' ').collect();
        if let Some(rest) = tokens.strip_prefix(words.as_slice()) {
            return Ok((word, rest));
        }
    }
    let seconds = WORDS.iter().filter_map(|word| {
        let (area, second) = word.words.split_once(' ')?;
        (area == first).then_some(second)
    });
    let seconds: Vec<&str> = seconds.collect();
    if named(&first).is_some() {
        return Err(format!(
            "`{first}` is an option; options stand behind the words of a fault"
        ));
    }
    if seconds.is_empty() {
        return Err(unknown(first, "no fault", areas()));
    }
    match tokens.get(1) {
        None => Err(format!(
            "behind `{first}` comes one of {}",
            seconds.join(", ")
        )),
        Some(second) => Err(unknown(second, &format!("no fault of `{first}`"), seconds)),
    }
}

/// A token that is `name=value`. A quote begins no name.
fn named<'t>(token: &&'t str) -> Option<(&'t str, &'t str)> {
    let (name, value) = token.split_once('=')?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    is_name.then_some((name, value))
}

fn too_much(word: &FaultWord, token: &str) -> String {
    let options: Vec<&str> = word.options().collect();
    let near = nearest(token, options.iter().copied());
    let near = near.map_or(String::new(), |near| format!(": did you mean `{near}=`?"));
    format!("`{token}` is too much behind `{word}`{near}")
}

fn number(text: &str, name: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no number; write {name} as a whole number"))
}

fn value(param: &FaultParam, text: &str) -> Result<FaultValue, String> {
    let name = param.name;
    let of_time =
        || format!("{name}: write a time as `3s`, `250ms`, `2min` or `200ms..800ms`, not `{text}`");
    match param.kind {
        ValueKind::Count(least, most) => match text.parse() {
            Ok(count) if (least..=most).contains(&count) => Ok(FaultValue::Count(count)),
            _ => Err(format!(
                "{name} is a number of {least} to {most}, not `{text}`"
            )),
        },
        ValueKind::Span => span(text).map(FaultValue::Span).ok_or_else(of_time),
        ValueKind::Packet => match packet(text) {
            Some(kind) => Ok(FaultValue::Packet(kind)),
            None => Err(unknown(text, "no packet", packets().iter().copied())),
        },
        ValueKind::Choice(words) => match words.iter().find(|word| **word == text) {
            Some(word) => Ok(FaultValue::Choice(word)),
            None => Err(unknown(text, &format!("no {name}"), words.iter().copied())),
        },
        ValueKind::Reason => reason(text).map(FaultValue::Reason),
        ValueKind::Text => quoted(text)
            .ok_or_else(|| {
                format!("{name}: write text in quotes, such as \"ERROR\", not `{text}`")
            })?
            .map(FaultValue::Text),
    }
}

/// Text in quotes; a word alone may stand without.
fn quoted(text: &str) -> Option<Result<Vec<u8>, String>> {
    if !text.is_empty() && !text.contains('"') {
        return Some(unescape_within(text, LONGEST));
    }
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.is_empty()).then(|| unescape_within(inner, LONGEST))
}

fn option(fault: &mut Fault, name: &str, text: &str) -> Result<(), String> {
    let word = fault.word;
    let named = word.params.iter().filter(|param| param.named);
    let known: Vec<&str> = named
        .map(|param| param.name)
        .chain(word.options())
        .collect();
    if !word.options().any(|option| option == name) {
        let what = format!("no option of `{}`", word.words);
        return Err(unknown(name, &what, known));
    }
    let limits = &mut fault.limits;
    let wrong = |form: &str| format!("{name}= takes {form}, not `{text}`");
    match name {
        "link" => match text.parse() {
            Ok(link @ 0..=15) => limits.link = Some(link),
            _ => return Err(wrong("the number of a link, 0 to 15")),
        },
        "after" => limits.after = number(text, name)?,
        "times" => match number(text, name)? {
            0 => return Err(wrong("a number of 1 on")),
            times => limits.times = Some(times),
        },
        "for" => match time(text).filter(|time| !time.is_zero()) {
            Some(time) => limits.lasts = Some(time),
            None => return Err(wrong("a time such as 30s or 500ms")),
        },
        "p" => match text.parse::<f64>() {
            Ok(chance) if (0.0..=1.0).contains(&chance) => {
                #[allow(clippy::cast_sign_loss, reason = "it is 0 to 1")]
                let millionths = (chance * 1_000_000.0).round() as u32;
                limits.chance = Some(millionths);
            }
            _ => return Err(wrong("how likely it is, 0 to 1, such as 0.01")),
        },
        "dir" => match text {
            "in" => limits.dir = Some(Direction::In),
            "out" => limits.dir = Some(Direction::Out),
            _ => return Err(wrong("in (into the modem) or out")),
        },
        "to" if text.starts_with('+') && text.len() > 1 => limits.to = Some(text.to_uppercase()),
        "to" => return Err(wrong("a command such as +MQTTPUB")),
        _ => limits.every = Some(pause(text)?),
    }
    Ok(())
}

/// The time between the faults of a plan.
fn pause(text: &str) -> Result<Span, String> {
    let found = span(text).filter(|span| span.least >= SHORTEST);
    found.ok_or_else(|| {
        format!("every= takes a time of 1ms on, such as 20ms or 10s..60s, not `{text}`")
    })
}
