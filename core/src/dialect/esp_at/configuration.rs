//! What a host sets before it connects.

use super::error::{
    CLIENT_ID_LENGTH, WILL_MESSAGE_LENGTH, WILL_TOPIC_LENGTH, check_length, check_state,
};
use super::state::{self, MqttState, key, number, set_number};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::at::text::MASK;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming};
use crate::modem::fail::Fail;
use crate::mqtt::topic::{can_publish_to, has_allowed_characters};

/// More than the module takes, and what the memory for it holds in all.
const MOST: usize = 1024;
/// Of a client identifier, where the module's own limits hold.
const MOST_CLIENT_ID: usize = 256;
/// Of the LONG commands.
const MOST_LONG: u32 = 1024;

/// The only link there is.
pub(super) const LINK: Param = Param::int("LinkID", 0, 0);

const OFF_ON: &[(u32, &str)] = &[(0, "off"), (1, "on")];
const SCHEMES: &[(u32, &str)] = &[
    (1, "TCP"),
    (2, "TLS, nothing is verified"),
    (3, "TLS, the broker is verified"),
    (4, "TLS with a client certificate, nothing is verified"),
    (5, "TLS with a client certificate, the broker is verified"),
    (6, "WebSocket"),
    (7, "WebSocket over TLS, nothing is verified"),
    (8, "WebSocket over TLS, the broker is verified"),
    (
        9,
        "WebSocket over TLS with a client certificate, nothing is verified",
    ),
    (
        10,
        "WebSocket over TLS with a client certificate, the broker is verified",
    ),
];

const CLIENT: Param = Param::text("client_id", 0, MOST)
    .check(has_allowed_characters, "a\u{1}")
    .means("empty: one that is made from the module's address")
    .example("pump-7");
const USER_NAME: Param = Param::text("username", 0, MOST)
    .means("empty: none is sent")
    .example("user");
const PASS: Param = Param::bytes("password", 0, MOST)
    .secret()
    .means("empty: none is sent")
    .example("secret");

pub(super) const USER: Command = Command::new("+MQTTUSERCFG", "Set how and as whom to connect")
    .details(
        "Works until the broker is connected. The numbers of certificate and CA are read, and one \
         of each is kept (`+SYSMFG`). The path is that of WebSocket, with or without the first \
         `/`.",
    )
    .read(read_user)
    .set(
        &[Signature::of(&[
            LINK,
            Param::choice("scheme", SCHEMES),
            CLIENT,
            USER_NAME,
            PASS,
            Param::choice("cert_key_ID", OFF_ON),
            Param::choice("CA_ID", OFF_ON),
            Param::text("path", 0, 32)
                .check(is_path, "a b")
                .example("mqtt"),
        ])],
        set_user,
    )
    .examples(&[Example {
        line: "AT+MQTTUSERCFG=0,1,\"pump-7\",\"user\",\"secret\",0,0,\"\"",
        answer: &["OK"],
    }]);

pub(super) const CLIENT_ID: Command = Command::new("+MQTTCLIENTID", "Set the client identifier")
    .details("Works between `+MQTTUSERCFG` and `+MQTTCONNCFG`, as the commands below.")
    .set(&[Signature::of(&[LINK, CLIENT])], |cx, args| {
        set_text(cx, "+MQTTCLIENTID", key::CLIENT_ID, args)
    });
pub(super) const USERNAME: Command = Command::new("+MQTTUSERNAME", "Set the user name")
    .set(&[Signature::of(&[LINK, USER_NAME])], |cx, args| {
        set_text(cx, "+MQTTUSERNAME", key::USERNAME, args)
    });
pub(super) const PASSWORD: Command = Command::new("+MQTTPASSWORD", "Set the password")
    .set(&[Signature::of(&[LINK, PASS])], |cx, args| {
        set_text(cx, "+MQTTPASSWORD", key::PASSWORD, args)
    });

const LENGTH: &[Signature] = &[Signature::of(&[
    LINK,
    Param::int("length", 1, MOST_LONG).means("bytes that follow the prompt"),
])];

/// The module waits for ever.
const fn prompt(then: crate::modem::dialect::Then) -> Prompt {
    Prompt {
        limit: None,
        ..Prompt::new(then)
    }
}

static LONG_CLIENT: Prompt = prompt(|cx, _, data| take_long(cx, key::CLIENT_ID, data));
static LONG_USER: Prompt = prompt(|cx, _, data| take_long(cx, key::USERNAME, data));
static LONG_PASS: Prompt = prompt(|cx, _, data| take_long(cx, key::PASSWORD, data));

pub(super) const LONG_CLIENT_ID: Command = Command::new(
    "+MQTTLONGCLIENTID",
    "Set a client identifier of up to 1,024 bytes",
)
.set(LENGTH, |cx, args| {
    ask(cx, "+MQTTLONGCLIENTID", args, &LONG_CLIENT)
});
pub(super) const LONG_USERNAME: Command =
    Command::new("+MQTTLONGUSERNAME", "Set a user name of up to 1,024 bytes")
        .set(LENGTH, |cx, args| {
            ask(cx, "+MQTTLONGUSERNAME", args, &LONG_USER)
        });
pub(super) const LONG_PASSWORD: Command =
    Command::new("+MQTTLONGPASSWORD", "Set a password of up to 1,024 bytes")
        .set(LENGTH, |cx, args| {
            ask(cx, "+MQTTLONGPASSWORD", args, &LONG_PASS)
        });

pub(super) const CONNECTION: Command = Command::new("+MQTTCONNCFG", "Set session and will")
    .details("An empty will topic is no will.")
    .set(
        &[Signature::of(&[
            LINK,
            Param::int("keepalive", 0, 7200)
                .optional()
                .means("seconds; 0 or left out: 120"),
            Param::choice(
                "disable_clean_session",
                &[
                    (0, "each connect starts a new session"),
                    (1, "the session is kept"),
                ],
            ),
            Param::text("lwt_topic", 0, MOST)
                .check(is_will_topic, "a/+")
                .example("pump/7/state"),
            Param::bytes("lwt_msg", 0, MOST).example("gone"),
            Param::int("lwt_qos", 0, 2),
            Param::choice("lwt_retain", OFF_ON),
        ])],
        set_connection,
    )
    .examples(&[Example {
        line: "AT+MQTTCONNCFG=0,60,0,\"pump/7/state\",\"gone\",1,1",
        answer: &["OK"],
    }]);

const PROTOCOL: Param = Param::text("alpn", 1, 32)
    .check(is_protocol, "a,b")
    .optional()
    .example("mqtt");

pub(super) const ALPN: Command = Command::new("+MQTTALPN", "Set the protocols TLS offers")
    .details("0 offers none.")
    .set(
        &[Signature::of(&[
            LINK,
            Param::int("count", 0, 5),
            PROTOCOL,
            PROTOCOL,
            PROTOCOL,
            PROTOCOL,
            PROTOCOL,
        ])
        .check(are_counted)],
        set_alpn,
    );

pub(super) const SNI: Command = Command::new("+MQTTSNI", "Set the name TLS asks for")
    .details("Without it the host of `+MQTTCONN` is asked for.")
    .set(
        &[Signature::of(&[
            LINK,
            Param::text("sni", 0, 253)
                .check(is_path, "a b")
                .example("broker.example"),
        ])],
        |cx, args| set_text(cx, "+MQTTSNI", key::SNI, args),
    );

fn is_path(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'))
}

fn is_will_topic(text: &str) -> bool {
    text.is_empty() || can_publish_to(text)
}

fn is_protocol(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b',')
}

fn are_counted(args: &Args) -> Result<(), crate::at::param::Reject> {
    let given = (2..7).filter(|place| args.has(*place)).count();
    if given == args.int(1) as usize {
        Ok(())
    } else {
        Err(crate::at::param::Reject::Value)
    }
}

fn set_user(cx: &mut Context, args: &Args) -> Outcome {
    store_user(cx, args).into()
}

fn store_user(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    check_state(cx, "+MQTTUSERCFG")?;
    check_length(cx, args.bytes(2), MOST_CLIENT_ID, CLIENT_ID_LENGTH)?;
    set_number(cx, key::SCHEME, args.int(1))?;
    cx.stage(key::CLIENT_ID, args.bytes(2))?;
    cx.stage(key::USERNAME, args.bytes(3))?;
    cx.stage(key::PASSWORD, args.bytes(4))?;
    cx.stage(key::CREDENTIALS, &[args.int(5) as u8, args.int(6) as u8])?;
    let path = args.text(7);
    cx.stage(key::PATH, path.strip_prefix('/').unwrap_or(path).as_bytes())?;
    state::set(cx, MqttState::User)
}

fn read_user(cx: &mut Context, _: &Args) -> Outcome {
    let masked = cx.masks_secrets();
    cx.write_staged(|staged, reply| reply.info(|line| write_user(line, staged, masked)));
    Outcome::Ok
}

fn write_user(line: &mut Reply, staged: crate::modem::Staged<'_>, masked: bool) {
    line.text("+MQTTUSERCFG:0,");
    line.number(number(staged, key::SCHEME));
    for key in [key::CLIENT_ID, key::USERNAME] {
        line.text(",\"");
        line.text(staged.text(key));
        line.text("\"");
    }
    let password = staged.get(key::PASSWORD).unwrap_or_default();
    line.text(",\"");
    if masked && !password.is_empty() {
        line.bytes(MASK);
    } else {
        line.secret(|line| line.bytes(password));
    }
    let ids = staged.get(key::CREDENTIALS).unwrap_or(&[0, 0]);
    line.text("\"");
    for id in ids {
        line.text(",");
        line.number((*id).into());
    }
    line.text(",\"");
    write_path(line, staged);
    line.text("\"");
}

/// The path as the module shows it, with its first `/`.
pub(super) fn write_path(line: &mut Reply, staged: crate::modem::Staged<'_>) {
    if number(staged, key::SCHEME) > 5 {
        line.text("/");
        line.text(staged.text(key::PATH));
    }
}

fn set_text(cx: &mut Context, name: &str, key: u8, args: &Args) -> Outcome {
    let checked = check_state(cx, name);
    checked.and_then(|()| cx.stage(key, args.bytes(1))).into()
}

fn ask(cx: &mut Context, name: &str, args: &Args, prompt: &'static Prompt) -> Outcome {
    match check_state(cx, name) {
        Ok(()) => Outcome::Prompt(DataFraming::Length(args.int(1) as usize), prompt),
        Err(fail) => Outcome::Fail(fail),
    }
}

fn take_long(cx: &mut Context, key: u8, data: Data<'_>) -> Outcome {
    let is_text = core::str::from_utf8(data.bytes).is_ok_and(has_allowed_characters);
    if key != key::PASSWORD && !is_text {
        return Outcome::Fail(Fail::INCORRECT);
    }
    cx.stage(key, data.bytes).into()
}

fn set_connection(cx: &mut Context, args: &Args) -> Outcome {
    store_connection(cx, args).into()
}

fn store_connection(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    check_state(cx, "+MQTTCONNCFG")?;
    let most = cx.limits().topic;
    check_length(cx, args.bytes(3), most, WILL_TOPIC_LENGTH)?;
    check_length(cx, args.bytes(4), most, WILL_MESSAGE_LENGTH)?;
    set_number(cx, key::KEEP_ALIVE, args.int(1))?;
    cx.stage(key::KEEPS_SESSION, &[args.int(2) as u8])?;
    cx.stage(key::WILL_TOPIC, args.bytes(3))?;
    cx.stage(key::WILL_MESSAGE, args.bytes(4))?;
    cx.stage(key::WILL_FLAGS, &[args.int(5) as u8, args.int(6) as u8])?;
    state::set(cx, MqttState::Connection)
}

fn set_alpn(cx: &mut Context, args: &Args) -> Outcome {
    store_alpn(cx, args).into()
}

fn store_alpn(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    check_state(cx, "+MQTTALPN")?;
    let mut memory = [0; 5 * 33];
    let mut list = crate::buffer::Buf::lent(&mut memory);
    for place in (2..7).filter(|place| args.has(*place)) {
        if !list.is_empty() {
            list.push(b',')?;
        }
        list.extend(args.bytes(place))?;
    }
    cx.stage(key::ALPN, list.as_slice())
}
