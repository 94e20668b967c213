//! `+SMCONF`: everything of the connection, one value at a time.

use super::key;
use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::at::text::MASK;
use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::url::BrokerUrl;
use crate::mqtt::topic::{can_publish_to, has_allowed_characters};

/// What a value must be.
enum Kind {
    /// A text of so many bytes at most.
    Text(usize, fn(&str) -> bool),
    /// A number up to this one, and what it is until it is set.
    Number(u32, u32),
}

/// A setting.
struct Setting {
    name: &'static str,
    kind: Kind,
}

const fn text(name: &'static str, most: usize, check: fn(&str) -> bool) -> Setting {
    let kind = Kind::Text(most, check);
    Setting { name, kind }
}

const fn number(name: &'static str, most: u32, usual: u32) -> Setting {
    let kind = Kind::Number(most, usual);
    Setting { name, kind }
}

/// Each, in the order in which they are shown.
const SETTINGS: [Setting; 12] = [
    text("CLIENTID", 256, has_allowed_characters),
    text("URL", 256, is_place),
    number("KEEPTIME", 65_535, 60),
    text("USERNAME", 256, has_allowed_characters),
    text("PASSWORD", 256, |_| true),
    number("CLEANSS", 1, 1),
    number("QOS", 2, 0),
    text("TOPIC", 1024, |topic| {
        topic.is_empty() || can_publish_to(topic)
    }),
    text("MESSAGE", 1024, |_| true),
    number("RETAIN", 1, 0),
    number("SUBHEX", 1, 0),
    number("ASYNCMODE", 1, 0),
];

pub(super) const CLIENT_ID: u8 = 0;
const PLACE: u8 = 1;
pub(super) const KEEP_ALIVE: u8 = 2;
pub(super) const USER: u8 = 3;
pub(super) const PASSWORD: u8 = 4;
pub(super) const CLEAN: u8 = 5;
pub(super) const QOS: u8 = 6;
pub(super) const TOPIC: u8 = 7;
pub(super) const MESSAGE: u8 = 8;
pub(super) const RETAIN: u8 = 9;
pub(super) const HEX: u8 = 10;

const PORT: u16 = 1883;

const NAME: Param = Param::text("name", 1, 16)
    .check(|name| place_of(name).is_some(), "other")
    .example("CLIENTID");

pub(super) const COMMAND: Command = Command::new("+SMCONF", "Set what a connect is made with")
    .details(
        "CLIENTID, URL with host and port (1883), KEEPTIME in seconds (60), USERNAME, PASSWORD, \
         CLEANSS; the will: TOPIC (empty: none), MESSAGE, QOS, RETAIN; SUBHEX 1 has payloads told \
         in hex. Names are of either case; quotes may be left out. Not while connected.",
    )
    .test("")
    .read(|cx, _| read(cx))
    .set(
        &[
            Signature::of(&[
                Param::text("name", 3, 3)
                    .check(|name| name.eq_ignore_ascii_case("URL"), "other")
                    .example("URL"),
                Param::text("host", 1, 256)
                    .check(is_place, "a b")
                    .example("broker.example"),
                Param::int("port", 1, 65_535).optional(),
            ]),
            Signature::of(&[
                Param::text("name", 8, 8)
                    .check(|name| name.eq_ignore_ascii_case("PASSWORD"), "other")
                    .example("PASSWORD"),
                Param::text("password", 0, 256).secret().example("secret"),
            ]),
            Signature::of(&[NAME, Param::text("value", 0, 1024).example("pump-7")]).check(fits),
        ],
        |cx, args| set(cx, args).into(),
    )
    .examples(&[Example {
        line: "AT+SMCONF=\"URL\",\"broker.example\",1883",
        answer: &["OK"],
    }]);

fn place_of(name: &str) -> Option<usize> {
    let same = |setting: &Setting| setting.name.eq_ignore_ascii_case(name);
    SETTINGS.iter().position(same)
}

fn fits(args: &Args) -> Result<(), Reject> {
    let value = args.text(1);
    let setting = place_of(args.text(0)).and_then(|place| SETTINGS.get(place));
    let fits = setting.is_some_and(|setting| match setting.kind {
        Kind::Text(most, check) => value.len() <= most && check(value),
        Kind::Number(most, _) => value.parse().is_ok_and(|number: u32| number <= most),
    });
    if fits { Ok(()) } else { Err(Reject::Value) }
}

/// Host and port of what `URL` may be: `host`, `host:port`, or either behind `tcp://`.
pub(super) fn place(text: &str) -> Option<(&str, Option<u16>)> {
    let rest = text.strip_prefix("tcp://").unwrap_or(text);
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok().filter(|port| *port > 0)?)),
        None => (rest, None),
    };
    let is_host = !host.is_empty() && !host.contains('/') && BrokerUrl::parse(host).is_ok();
    is_host.then_some((host, port))
}

fn is_place(text: &str) -> bool {
    place(text).is_some()
}

fn set(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    if cx.is_connected() {
        return Err(Fail::Plain);
    }
    let Some(at) = place_of(args.text(0)) else {
        return Err(Fail::Plain);
    };
    if at == usize::from(PLACE) {
        let (_, port) = place(args.text(1)).ok_or(Fail::Plain)?;
        let given = args.has(2).then(|| args.int(2) as u16);
        let port = given.or(port).unwrap_or(PORT);
        cx.stage(key::PORT, &port.to_be_bytes())?;
    }
    cx.stage(key::CONFIGURATION + at as u8, args.bytes(1))
}

/// A text that was given.
pub(super) fn text_of(staged: Staged<'_>, setting: u8) -> &str {
    staged.text(key::CONFIGURATION + setting)
}

/// A number that was given, or what it is until then.
pub(super) fn number_of(staged: Staged<'_>, setting: u8) -> u32 {
    let usual = match SETTINGS.get(usize::from(setting)).map(|it| &it.kind) {
        Some(Kind::Number(_, usual)) => *usual,
        _ => 0,
    };
    text_of(staged, setting).parse().unwrap_or(usual)
}

/// Where the broker is, once that was given.
pub(super) fn place_in(staged: Staged<'_>) -> Option<(&str, u16)> {
    let (host, _) = place(text_of(staged, PLACE))?;
    let port = staged.get(key::PORT)?.try_into().ok()?;
    Some((host, u16::from_be_bytes(port)))
}

/// All of them, one a line behind the name.
fn read(cx: &mut Context) -> Outcome {
    let masked = cx.masks_secrets();
    cx.write_staged(|staged, reply| {
        reply.text_line("+SMCONF: ");
        for (at, setting) in SETTINGS.iter().enumerate() {
            reply.info(|line| {
                line.text(setting.name);
                line.text(": ");
                write(line, staged, at as u8, masked);
            });
        }
    });
    Outcome::Ok
}

fn write(line: &mut Reply, staged: Staged<'_>, at: u8, masked: bool) {
    let text = text_of(staged, at);
    if matches!(SETTINGS.get(usize::from(at)), Some(it) if matches!(it.kind, Kind::Number(..))) {
        return line.number(number_of(staged, at));
    }
    line.text("\"");
    match at {
        PASSWORD if masked && !text.is_empty() => line.bytes(MASK),
        PASSWORD => line.secret(|line| line.text(text)),
        PLACE => line.text(place_in(staged).map_or("", |(host, _)| host)),
        _ => line.text(text),
    }
    line.text("\"");
    if at == PLACE
        && let Some((_, port)) = place_in(staged)
    {
        line.text(",");
        line.number(port.into());
    }
}
