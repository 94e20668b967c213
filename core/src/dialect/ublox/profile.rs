//! `+UMQTT`: the profile a host sets one operation at a time.

use super::hex::{decode, is_hex};
use super::key;
use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::buffer::Buf;
use crate::commands::ident::Imei;
use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::url::BrokerUrl;
use crate::mqtt::topic::{can_publish_to, has_allowed_characters};
use core::fmt::Write;

/// The usual port of a broker.
const PORT: u16 = 1883;
/// The longest will message, in bytes.
const MOST_WILL: usize = 256;

const OFF_ON: &[(u32, &str)] = &[(0, "off"), (1, "on")];

/// The operation of a form.
const fn op(which: &'static [(u32, &'static str)]) -> Param {
    Param::choice("op", which)
}

const SERVER_PORT: Param = Param::int("port", 1, 65_535).optional().means("else 1883");

pub(super) const CLIENT_ID_FORM: Signature = Signature::of(&[
    op(&[(0, "client identifier")]),
    Param::text("client_id", 1, 256)
        .check(has_allowed_characters, "a\u{1}")
        .example("pump-7"),
]);
pub(super) const LOCAL_PORT_FORM: Signature = Signature::of(&[
    op(&[(1, "local port; no effect")]),
    Param::int("port", 1, 65_535),
]);
pub(super) const HOST_FORM: Signature = Signature::of(&[
    op(&[(2, "name of the broker"), (3, "its address")]),
    Param::text("host", 1, 256)
        .check(is_host, "a b")
        .example("broker.example"),
    SERVER_PORT,
]);
pub(super) const USER_FORM: Signature = Signature::of(&[
    op(&[(4, "user name and password, which cannot be read")]),
    Param::text("username", 0, 512).example("user"),
    Param::bytes("password", 0, 512)
        .secret()
        .optional()
        .example("secret"),
]);
pub(super) const KEEP_ALIVE_FORM: Signature = Signature::of(&[
    op(&[(10, "keep-alive")]),
    Param::int("timeout", 0, 65_535).means("seconds; 0: none"),
    Param::int("linger", 0, 65_535)
        .optional()
        .means("no effect"),
]);
pub(super) const TLS_FORM: Signature = Signature::of(&[
    op(&[(11, "TLS")]),
    Param::choice("secure", OFF_ON),
    Param::int("profile", 0, 4)
        .optional()
        .means("of `+USECPRF`; without it nothing is verified"),
]);
pub(super) const SESSION_FORM: Signature =
    Signature::of(&[op(&[(12, "clean session")]), Param::choice("clean", OFF_ON)]);
const ANY: Param = Param::bytes("value", 0, 256).optional().example("1");

const FORMS: &[Signature] = &[
    CLIENT_ID_FORM,
    LOCAL_PORT_FORM,
    HOST_FORM,
    USER_FORM,
    KEEP_ALIVE_FORM,
    TLS_FORM,
    SESSION_FORM,
    Signature::of(&[op(&[(6, "will QoS")]), Param::int("qos", 0, 2)]),
    Signature::of(&[op(&[(7, "will retain")]), Param::choice("retain", OFF_ON)]),
    Signature::of(&[
        op(&[(8, "will topic; empty: no will")]),
        Param::text("topic", 0, 256)
            .check(is_will_topic, "a/+")
            .example("pump/7/state"),
    ]),
    Signature::of(&[
        op(&[(9, "will message")]),
        Param::bytes("message", 0, MOST_WILL).example("gone"),
        Param::choice("hex", &[(0, "text")]).optional(),
    ]),
    Signature::of(&[
        op(&[(9, "will message")]),
        Param::text("message", 0, 2 * MOST_WILL)
            .check(is_hex, "0g")
            .example("676F6E65"),
        Param::choice("hex", &[(1, "hexadecimal digits")]),
    ]),
    Signature::of(&[op(&[
        (0, "client identifier"),
        (1, "local port"),
        (2, "name of the broker"),
        (3, "its address"),
        (6, "will QoS"),
        (7, "will retain"),
        (8, "will topic"),
        (9, "will message"),
        (10, "keep-alive"),
        (11, "TLS"),
        (12, "clean session"),
    ])]),
    Signature::of(&[
        op(&[
            (13, "of LEXI-R10 and LENA-R8; no effect"),
            (20, "of LEXI-R10 and LENA-R8; no effect"),
        ]),
        ANY,
        ANY,
        ANY,
    ]),
];
/// Which of them reads.
const READ: usize = 12;

/// What can be read, in the order in which it is shown.
const READABLE: [u32; 11] = [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12];

pub(super) const PROFILE: Command = Command::new("+UMQTT", "Set how and as whom to log in")
    .details(
        "Broker, client, TLS and session are set while logged out. With the operation alone its \
         value is read. Of a name and an address the later one counts.",
    )
    .test("+UMQTT: (0-4,6-12)")
    .read(read_all)
    .set(FORMS, set)
    .examples(&[
        Example {
            line: "AT+UMQTT=2,\"broker.example\",8883",
            answer: &["OK"],
        },
        Example {
            line: "AT+UMQTT=12",
            answer: &["+UMQTT: 12,1", "OK"],
        },
    ]);

/// A host of 254 bytes and more is longer than any name: the login fails.
fn is_host(text: &str) -> bool {
    let parsed = BrokerUrl::parse(text);
    !text.contains("://") && matches!(parsed, Ok(_) | Err(Reject::TooLong))
}

fn is_will_topic(text: &str) -> bool {
    text.is_empty() || can_publish_to(text)
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    let operation = args.int(0);
    if args.signature() == READ {
        stage_imei(cx).unwrap_or_default();
        cx.write_staged(|staged, reply| write(operation, staged, reply));
        return Outcome::Ok;
    }
    store(cx, args).into()
}

/// Whether the link is up, or about to be.
pub(super) fn is_up(cx: &Context) -> bool {
    cx.is_connected() || cx.has_begun()
}

/// Puts the value of an operation aside, where that may be now.
pub(super) fn store(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    let operation = args.int(0);
    if matches!(operation, 0..=4 | 11 | 12) && is_up(cx) {
        return Err(Fail::NOT_ALLOWED);
    }
    match operation {
        0 => cx.stage(key::CLIENT_ID, args.bytes(1)),
        1 => set_number(cx, key::LOCAL_PORT, args.int(1)),
        2 | 3 => store_host(cx, args),
        4 => {
            cx.stage(key::USERNAME, args.bytes(1))?;
            cx.stage(key::PASSWORD, args.bytes(2))
        }
        6 => set_number(cx, key::WILL_QOS, args.int(1)),
        7 => set_number(cx, key::WILL_RETAIN, args.int(1)),
        8 => cx.stage(key::WILL_TOPIC, args.bytes(1)),
        9 => store_will_message(cx, args),
        10 => set_number(cx, key::KEEP_ALIVE, args.int(1)),
        11 => {
            let profile = args.has(2).then(|| args.int(2) as u8);
            let value = [args.int(1) as u8, profile.unwrap_or(0)];
            let len = 1 + usize::from(profile.is_some());
            cx.stage(key::TLS, value.get(..len).unwrap_or_default())
        }
        12 => set_number(cx, key::CLEAN_SESSION, args.int(1)),
        // Those of some models.
        _ if matches!(cx.dialect().model, "lexi-r10" | "lena-r8") => Ok(()),
        _ => Err(Fail::NOT_ALLOWED),
    }
}

fn store_host(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    let port = if args.has(2) {
        args.int(2)
    } else {
        PORT.into()
    };
    cx.stage(key::HOST, args.bytes(1))?;
    set_number(cx, key::IS_ADDRESS, u32::from(args.int(0) == 3))?;
    set_number(cx, key::PORT, port)
}

fn store_will_message(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    if !args.flag(2) {
        return cx.stage(key::WILL_MESSAGE, args.bytes(1));
    }
    let mut memory = [0; MOST_WILL];
    let mut message = Buf::lent(&mut memory);
    decode(args.bytes(1), &mut message)?;
    cx.stage(key::WILL_MESSAGE, message.as_slice())
}

/// The client identifier where none was given: the IMEI.
pub(super) fn stage_imei(cx: &mut Context) -> Result<(), Fail> {
    let imei = Imei::of(cx);
    cx.stage(key::IMEI, imei.digits())
}

fn read_all(cx: &mut Context, _: &Args) -> Outcome {
    stage_imei(cx).unwrap_or_default();
    cx.write_staged(|staged, reply| {
        for operation in READABLE {
            write(operation, staged, reply);
        }
    });
    Outcome::Ok
}

/// Says the value of an operation.
fn write(operation: u32, staged: Staged<'_>, reply: &mut Reply) {
    let mut quote = "\"";
    if operation == 9 && !is_text(staged.get(key::WILL_MESSAGE).unwrap_or_default()) {
        quote = "";
    }
    reply.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "+UMQTT: {operation},");
        if quote.is_empty() {
            return write_hex(staged, line);
        }
        write_value(operation, staged, line, quote);
    });
}

/// A will message that cannot stand in quotes is shown as it can be set.
fn write_hex(staged: Staged<'_>, line: &mut Reply) {
    line.text("\"");
    let message = staged.get(key::WILL_MESSAGE).unwrap_or_default();
    for byte in message {
        line.hex(*byte);
    }
    line.text("\",1");
}

fn is_text(bytes: &[u8]) -> bool {
    let is_plain = |byte: &u8| !matches!(byte, b'"' | 0..0x20 | 0x7f);
    core::str::from_utf8(bytes).is_ok() && bytes.iter().all(is_plain)
}

/// The value of an operation, texts in these quotes.
pub(super) fn write_value(operation: u32, staged: Staged<'_>, line: &mut Reply, quote: &str) {
    let value = |key| staged.get(key).unwrap_or_default();
    match operation {
        0 => quoted(line, value(client_id_key(staged)), quote),
        2 | 3 => write_place(operation == 3, staged, line, quote),
        8 => quoted(line, value(key::WILL_TOPIC), quote),
        9 => quoted(line, value(key::WILL_MESSAGE), quote),
        11 if uses_tls(staged) => {
            line.text("1,");
            line.number(tls_profile(staged).unwrap_or(0).into());
        }
        11 => line.text("0"),
        12 => line.number(clean_session(staged).into()),
        1 => line.number(number(staged, key::LOCAL_PORT)),
        // The others are numbers, whose key is their operation.
        _ => line.number(number(staged, operation as u8)),
    }
}

/// Where the broker is, if it was given so: by its address or its name.
fn write_place(by_address: bool, staged: Staged<'_>, line: &mut Reply, quote: &str) {
    let is_mine = (number(staged, key::IS_ADDRESS) != 0) == by_address;
    let host = staged.get(key::HOST).filter(|_| is_mine);
    let port = number(staged, key::PORT);
    quoted(line, host.unwrap_or_default(), quote);
    line.text(",");
    line.number(match port {
        1.. if is_mine => port,
        _ => PORT.into(),
    });
}

fn quoted(line: &mut Reply, value: &[u8], quote: &str) {
    line.text(quote);
    line.bytes(value);
    line.text(quote);
}

/// Where the client identifier is.
pub(super) fn client_id_key(staged: Staged<'_>) -> u8 {
    match staged.get(key::CLIENT_ID) {
        Some(_) => key::CLIENT_ID,
        None => key::IMEI,
    }
}

/// Whether TLS is used.
pub(super) fn uses_tls(staged: Staged<'_>) -> bool {
    !matches!(staged.get(key::TLS), None | Some([0, ..]))
}

/// Which security profile it uses, if one was given.
pub(super) fn tls_profile(staged: Staged<'_>) -> Option<u8> {
    staged.get(key::TLS)?.get(1).copied()
}

/// Whether each login starts a new session.
pub(super) fn clean_session(staged: Staged<'_>) -> bool {
    staged.get(key::CLEAN_SESSION).is_none() || number(staged, key::CLEAN_SESSION) != 0
}

/// A number that was put aside, 0 where there is none.
pub(super) fn number(staged: Staged<'_>, key: u8) -> u32 {
    let bytes = staged.get(key).unwrap_or_default();
    let grown = |number, byte: &u8| number << 8 | u32::from(*byte);
    bytes.iter().fold(0, grown)
}

/// Puts a number aside.
pub(super) fn set_number(cx: &mut Context, key: u8, number: u32) -> Result<(), Fail> {
    cx.stage(key, &number.to_be_bytes())
}
