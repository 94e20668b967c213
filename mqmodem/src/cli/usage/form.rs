//! The right form of an argument, from its declaration.

use super::words::{is_optional, quoted};
use crate::config::dialect::models_of;
use clap::Arg;
use std::any::TypeId;
use std::num::{NonZeroU16, NonZeroU32, NonZeroU64};
use std::time::Duration;

/// Values by what help calls them: what they are, and one of them.
const FORMS: [(&str, &str, &str); 18] = [
    ("ADDRESS", "a port, or an address with a port", "7000"),
    (
        "DEVICE[,BAUD]|ADDRESS",
        "a device, a socket or an address with a port",
        "/dev/ttyUSB0,9600",
    ),
    (
        "DEVICE[,BAUD][,8N1][,rtscts]",
        "a device, perhaps with a speed, a format and a flow control",
        "/dev/ttyUSB0,9600,8N1",
    ),
    ("DIR", "a directory", "/var/lib/mqmodem"),
    ("DIRECTORY", "a directory", "/var/lib/mqmodem"),
    ("FILE", "the name of a file", "mqmodem.toml"),
    ("FILES", "chats, or folders of them", "first.chat"),
    ("GROUP", "the name or number of a group", "dialout"),
    ("LINK", "a path", "/tmp/modem"),
    ("MILLISECONDS", "milliseconds", "50"),
    ("NAME", "a name", "meter-1"),
    ("OCTAL", "three octal digits", "660"),
    ("PATH", "a path", "/tmp/modem.sock"),
    (
        "PATTERN",
        "a pattern with the numbers of the modems",
        "'m{0000..0999}'",
    ),
    ("SECONDS", "seconds", "10"),
    ("SEQ", "the number of an event", "4711"),
    ("TRACE", "a trace in JSON lines", "x.jsonl"),
    (
        "URL",
        "the URL of an HTTP proxy",
        "http://proxy.example:3128",
    ),
];

/// How it is named on the command line.
pub(super) fn name(arg: &Arg) -> String {
    match (arg.get_long(), arg.get_short()) {
        (Some(long), _) => format!("--{long}"),
        (None, Some(short)) => format!("-{short}"),
        (None, None) => value_name(arg),
    }
}

/// What help calls its value.
pub(super) fn value_name(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    match names.first() {
        Some(name) => name.to_string(),
        None => arg.get_id().as_str().to_uppercase(),
    }
}

/// It stands there without its value.
pub(super) fn missing(arg: &Arg) -> String {
    format!(
        "{} needs a value, {}; write {}",
        name(arg),
        kind(arg),
        example(arg)
    )
}

/// It was given this, which it does not take.
pub(super) fn refused(arg: &Arg, value: &str) -> String {
    let is_dialect = value_name(arg) == "NAME[:MODEL]";
    let models = if is_dialect {
        models_of(value)
    } else {
        Vec::new()
    };
    let (name, value) = (name(arg), quoted(value));
    if let Some(first) = models.first() {
        let (models, example) = (one_of(&models), with(arg, first));
        return format!("{name} takes {models}, not {value}; write {example}");
    }
    let (kind, example) = (kind(arg), example(arg));
    let more = if is_dialect {
        "; mqmodem commands --dialects lists all models"
    } else {
        ""
    };
    format!("{name} takes {kind}, not {value}; write {example}{more}")
}

/// It with a value, as it is typed.
pub(super) fn example(arg: &Arg) -> String {
    with(arg, &value(arg))
}

/// It with this value, as it is typed.
pub(super) fn with(arg: &Arg, value: &str) -> String {
    let name = name(arg);
    if arg.is_positional() {
        value.to_owned()
    } else if is_optional(arg) {
        format!("{name}={value}")
    } else {
        format!("{name} {value}")
    }
}

/// What its value is.
fn kind(arg: &Arg) -> String {
    let choices: Vec<_> = choices(arg).collect();
    if !choices.is_empty() {
        return one_of(&choices);
    }
    if let Some((least, most)) = range(arg) {
        return format!("a whole number from {least} to {most}");
    }
    let name = value_name(arg);
    match FORMS.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, _)) => (*kind).to_owned(),
        None => name,
    }
}

/// `a, b or c`
fn one_of(choices: &[String]) -> String {
    match choices {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => choices.concat(),
    }
}

fn value(arg: &Arg) -> String {
    let name = value_name(arg);
    let known = FORMS.iter().find(|(known, ..)| *known == name);
    if let Some(first) = choices(arg).next() {
        first
    } else if let Some((.., value)) = known {
        (*value).to_owned()
    } else if range(arg).is_some() {
        "10".to_owned()
    } else {
        name
    }
}

fn choices(arg: &Arg) -> impl Iterator<Item = String> {
    let values = arg.get_possible_values().into_iter();
    let shown = values.filter(|value| !value.is_hide_set());
    shown.map(|value| value.get_name().to_owned())
}

/// The least and the most of a whole number.
fn range(arg: &Arg) -> Option<(u64, u64)> {
    let is = arg.get_value_parser().type_id();
    let ranges = [
        (TypeId::of::<u8>(), 0, u8::MAX.into()),
        (TypeId::of::<u16>(), 0, u16::MAX.into()),
        (TypeId::of::<u32>(), 0, u32::MAX.into()),
        (TypeId::of::<u64>(), 0, u64::MAX),
        (TypeId::of::<NonZeroU16>(), 1, u16::MAX.into()),
        (TypeId::of::<NonZeroU32>(), 1, u32::MAX.into()),
        (TypeId::of::<NonZeroU64>(), 1, u64::MAX),
    ];
    let octal = value_name(arg) == "OCTAL" || is == TypeId::of::<Duration>();
    let mut ranges = ranges.into_iter().filter(|_| !octal);
    let (_, least, most) = ranges.find(|(of, ..)| is == *of)?;
    Some((least, most))
}
