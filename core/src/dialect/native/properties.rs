//! `+MQTTPROP`: properties for the next command that takes properties.

use crate::at::args::Args;
use crate::at::param::{self, Param, Reject};
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::mqtt::Properties;
use crate::mqtt::property::{
    CONTENT_TYPE, CORRELATION, EXPIRY, FORMAT, Property, PropertyKind, PropertyValue, REASON,
    RESPONSE_TOPIC, SUB_ID, USER, WILL_DELAY,
};
use crate::mqtt::topic::can_publish_to;
use core::fmt::Write;

const LINE: &str = "+MQTTPROP:";
/// The greatest number of one to four bytes (clause 1.5.5).
const LARGEST_VARINT: usize = 268_435_455;

/// The longest text MQTT has room for (clause 1.5.4).
const MAX_TEXT: usize = 65_535;

/// Those a host gives, in the order of `=?`.
const GIVEN: [&Property; 9] = [
    &FORMAT,
    &EXPIRY,
    &CONTENT_TYPE,
    &RESPONSE_TOPIC,
    &CORRELATION,
    &WILL_DELAY,
    &SUB_ID,
    &REASON,
    &USER,
];

const HEADER: &str = "header";
/// The longest name of a header, and the longest value.
const MAX_HEADER_NAME: usize = 128;
const MAX_HEADER: usize = 4096;
/// Headers that belong to the handshake itself (RFC 6455 §4.1, RFC 9110 §7.6.1).
const RESERVED_HEADERS: [&str; 9] = [
    "host",
    "upgrade",
    "connection",
    "proxy-connection",
    "keep-alive",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
];

/// What stands in place of a header's value that is not shown.
const MASK: &[u8] = b"***";

const NAME: Param = Param::text("name", 1, MAX_TEXT).means("name of a property");
const VALUE: Param = Param::bytes("value", 0, MAX_TEXT);
const SIGNATURES: &[Signature] = &[
    Signature::of(&[
        NAME.example("user"),
        VALUE
            .named("key")
            .means("of `user` its key, of `header` its name")
            .example("unit"),
        VALUE
            .secret()
            .means("the value that belongs to it")
            .example("mm"),
    ])
    .check(is_pair),
    Signature::of(&[
        NAME.example("contenttype"),
        VALUE
            .means("its value: a number, a text, or bytes as `\\hh`")
            .example("text/plain"),
    ])
    .check(is_single),
];

pub(super) const PROPERTY: Command = Command::new("+MQTTPROP", "Give a property of MQTT 5")
    .details(
        "The next command that takes properties takes all that were given, whether it succeeds or \
         not: `+MQTTPUB` and `+MQTTPUBRAW` take `format`, `expiry`, `contenttype`, \
         `responsetopic`, `correlation` and `user`; `+MQTTWILL` and `+MQTTWILLRAW` also \
         `willdelay`; `+MQTTSUB` takes `subid` and `user`, `+MQTTUNSUB` `user`, `+MQTTDISCONNECT` \
         `reason` and `user`; `+MQTTCONFIG` takes `user`, for CONNECT, and `header`, for \
         WebSocket. One that it does not take is an error (50), and nothing is sent. Over a \
         connection of MQTT 3.1.1 properties are an error (4); `+MQTTCONFIG` and `+MQTTWILL` take \
         them at any version, and keep them until they are set again. A name given twice counts \
         once, with its last value; `user` and `header` add up. `format` 1 says that the payload \
         is UTF-8 text; `expiry` and `willdelay` are in seconds; of a text `=?` shows the most \
         bytes. The headers `Host`, `Connection` and others that the request itself has are an \
         error (50). `AT+MQTTPROP` forgets all. A break, DTR off, `+MQTTLINK`, `ATZ`, `&F` and a \
         restart forget them too. In the read form the value of a \
         header is shown as `***` where passwords are.",
    )
    .execute(forget)
    .read(read)
    .test("+MQTTPROP:\"<name>\",<range>")
    .test_with(write_ranges)
    .set(SIGNATURES, set)
    .examples(&[
        Example {
            line: "AT+MQTTPROP=\"contenttype\",\"text/plain\"",
            answer: &["OK"],
        },
        Example {
            line: "AT+MQTTPROP=\"expiry\",3600;+MQTTPROP=\"user\",\"unit\",\"mm\"",
            answer: &["OK"],
        },
    ]);

/// What a line gives.
enum Given<'l> {
    Property(&'static Property, PropertyValue<'l>),
    Header(&'l str, &'l str),
}

fn is_pair(args: &Args) -> Result<(), Reject> {
    pair(args).map(|_| ())
}

fn is_single(args: &Args) -> Result<(), Reject> {
    single(args).map(|_| ())
}

/// `"user",<key>,<value>` or `"header",<name>,<value>`.
fn pair<'l>(args: &Args<'l>) -> Result<Given<'l>, Reject> {
    let (key, value) = (args.bytes(1), args.bytes(2));
    match args.text(0) {
        name if name == USER.name => {
            let pair = PropertyValue::Pair(text(key)?, text(value)?);
            allowed(&USER, pair, Reject::Characters)
        }
        HEADER => header(text(key)?, text(value)?),
        _ => Err(Reject::Value),
    }
}

fn header<'l>(name: &'l str, value: &'l str) -> Result<Given<'l>, Reject> {
    let is_reserved = |it: &&str| it.eq_ignore_ascii_case(name);
    let has_room = (1..=MAX_HEADER_NAME).contains(&name.len()) && value.len() <= MAX_HEADER;
    if !has_room || RESERVED_HEADERS.iter().any(is_reserved) || is_of_websocket(name) {
        return Err(Reject::Value);
    }
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let in_value = |byte: u8| byte == b'\t' || byte == b' ' || byte.is_ascii_graphic();
    if !name.bytes().all(in_name) || !value.bytes().all(in_value) {
        return Err(Reject::Characters);
    }
    Ok(Given::Header(name, value))
}

/// Whether a header is one of WebSocket's own.
fn is_of_websocket(name: &str) -> bool {
    let own = b"sec-websocket-";
    let start = name.as_bytes().get(..own.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(own))
}

/// `<name>,<value>`
fn single<'l>(args: &Args<'l>) -> Result<Given<'l>, Reject> {
    let mut given = GIVEN.into_iter();
    let property = given.find(|it| it.name == args.text(0));
    let property = property.ok_or(Reject::Value)?;
    let value = args.bytes(1);
    let number = || param::number(value).ok_or(Reject::Value);
    let (value, otherwise) = match property.kind {
        PropertyKind::Byte => {
            let byte = u8::try_from(number()?).map_err(|_| Reject::Value)?;
            (PropertyValue::Byte(byte), Reject::Value)
        }
        PropertyKind::Four(_) => (PropertyValue::Four(number()?), Reject::Value),
        PropertyKind::Varint => (PropertyValue::Varint(number()?), Reject::Value),
        PropertyKind::Topic => {
            let topic = Some(text(value)?).filter(|topic| can_publish_to(topic));
            let topic = topic.ok_or(Reject::Characters)?;
            (PropertyValue::Text(topic), Reject::Characters)
        }
        PropertyKind::Text => (PropertyValue::Text(text(value)?), Reject::Characters),
        PropertyKind::Bytes => (PropertyValue::Bytes(value), Reject::Value),
        PropertyKind::Two(_) | PropertyKind::Pair => return Err(Reject::Value),
    };
    allowed(property, value, otherwise)
}

fn text(bytes: &[u8]) -> Result<&str, Reject> {
    core::str::from_utf8(bytes).map_err(|_| Reject::Characters)
}

fn allowed<'l>(
    property: &'static Property,
    value: PropertyValue<'l>,
    otherwise: Reject,
) -> Result<Given<'l>, Reject> {
    if property.allows(value) {
        Ok(Given::Property(property, value))
    } else {
        Err(otherwise)
    }
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    let given = match args.signature() {
        0 => pair(args),
        _ => single(args),
    };
    match given {
        Ok(Given::Property(property, value)) => cx.put_property(property, value).into(),
        Ok(Given::Header(name, value)) => cx.put_header((name, value)).into(),
        Err(reject) => Outcome::Fail(reject.into()),
    }
}

fn forget(cx: &mut Context, _: &Args) -> Outcome {
    cx.forget_properties();
    Outcome::Ok
}

fn read(cx: &mut Context, _: &Args) -> Outcome {
    let masked = cx.masks_secrets();
    cx.write_properties(|given, reply| {
        word(reply, LINE, given.user);
        for (name, value) in given.headers.iter() {
            reply.info(|line| {
                line.text(LINE);
                line.text("\"header\",");
                line.quoted(name.as_bytes());
                line.text(",");
                if masked {
                    line.bytes(MASK);
                } else {
                    line.secret(|line| line.quoted(value.as_bytes()));
                }
            });
        }
    });
    Outcome::Ok
}

/// A line for each property: `+MQTTPROP:"<name>",<value>`, or under another name.
pub(super) fn word(reply: &mut Reply, line: &str, properties: Properties) {
    for (property, value) in &properties {
        word_one(reply, line, property.name, value);
    }
}

/// A line for one.
pub(super) fn word_one(reply: &mut Reply, line: &str, name: &str, value: PropertyValue) {
    reply.info(|reply| {
        reply.text(line);
        write_pair(reply, name, value);
    });
}

/// `"<name>",<value>`
pub(super) fn write_pair(line: &mut Reply, name: &str, value: PropertyValue) {
    line.quoted(name.as_bytes());
    line.text(",");
    write_value(line, value);
}

/// Numbers bare, text in quotes; bytes so that they are ASCII.
fn write_value(line: &mut Reply, value: PropertyValue) {
    match value {
        PropertyValue::Byte(number) => line.number(number.into()),
        PropertyValue::Two(number) => line.number(number.into()),
        PropertyValue::Four(number) | PropertyValue::Varint(number) => line.number(number),
        PropertyValue::Text(text) => line.quoted(text.as_bytes()),
        PropertyValue::Bytes(bytes) => {
            line.text("\"");
            for byte in bytes {
                if byte.is_ascii() {
                    line.escaped(&[*byte]);
                } else {
                    line.text("\\");
                    line.hex(*byte);
                }
            }
            line.text("\"");
        }
        PropertyValue::Pair(key, value) => {
            line.quoted(key.as_bytes());
            line.text(",");
            line.quoted(value.as_bytes());
        }
    }
}

fn write_ranges(cx: &mut Context, _: &Args) -> Outcome {
    let most = cx.most_properties();
    for property in GIVEN {
        write_range(cx, property.name, range(property.kind, most));
    }
    let header = MAX_HEADER.min(most.saturating_sub(5));
    write_range(cx, HEADER, (0, header));
    Outcome::Ok
}

fn write_range(cx: &mut Context, name: &str, (least, most): (usize, usize)) {
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "{LINE}\"{name}\",({least}-{most})");
    });
}

/// What a number may be, or how many bytes a text may have where it is given alone.
fn range(kind: PropertyKind, most: usize) -> (usize, usize) {
    // Identifier and length stand before it.
    let text = most.saturating_sub(3);
    match kind {
        PropertyKind::Byte => (0, 1),
        PropertyKind::Two(least) => (least.into(), u16::MAX.into()),
        PropertyKind::Four(least) => (least as usize, u32::MAX as usize),
        PropertyKind::Varint => (1, LARGEST_VARINT),
        PropertyKind::Text | PropertyKind::Topic | PropertyKind::Bytes => (0, text),
        PropertyKind::Pair => (0, text.saturating_sub(2)),
    }
}
