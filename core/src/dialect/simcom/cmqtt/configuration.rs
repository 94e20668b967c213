//! What is set of a client before it connects.

use super::client::{self, CLIENT, done, number, select_acquired};
use super::error::{self, fail};
use super::prompt::{LENGTH, LENGTH_OF_PAYLOAD, asks, text_of};
use super::{key, prompt};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::Data;
use crate::modem::fail::Fail;
use core::fmt::Write;

/// Seconds an answer of the broker may take, unless the host says so.
const USUAL_TIMEOUT: u32 = 120;

const OFF_ON: &[(u32, &str)] = &[(0, "off"), (1, "on")];
/// A packet context.
const CID: Param = Param::int("cid", 1, 15).optional();

/// The name of a setting.
const fn named(check: fn(&str) -> bool, name: &'static str) -> Param {
    Param::text("name", 3, 9)
        .check(check, "other")
        .example(name)
}

const SECRET: Param = Param::text("secret", 0, 256).secret().example("text");

const SETTINGS: &[Signature] = &[
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("checkUTF8"), "checkUTF8"),
        CLIENT,
        Param::choice("check", OFF_ON).means("topics have to be UTF-8; they always have to"),
    ]),
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("optimeout"), "optimeout"),
        CLIENT,
        Param::int("timeout", 20, 120).means("seconds an answer of the broker may take"),
    ]),
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("version"), "version"),
        CLIENT,
        Param::int("version", 3, 4).means("no effect: MQTT 3.1.1 is spoken"),
    ]),
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("argtopic"), "argtopic"),
        CLIENT,
        Param::choice("enable", OFF_ON).means("messages come as `+CMQTTRECV`"),
        Param::choice("length", OFF_ON)
            .means("with the length of their payload")
            .optional(),
    ]),
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("aliauth"), "aliauth"),
        CLIENT,
        Param::text("productkey", 0, 64).example("key"),
        Param::text("devicename", 0, 64).example("name"),
        SECRET,
    ]),
    Signature::of(&[named(|it| it.eq_ignore_ascii_case("CID"), "CID"), CID]),
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("SCID"), "SCID"),
        CLIENT.optional(),
        CID,
    ]),
];

pub(super) const CONFIGURE: Command = Command::new("+CMQTTCFG", "Set how a client works")
    .details("`aliauth`, `CID` and `SCID` have no effect.")
    .test(
        "+CMQTTCFG: \"checkUTF8\",(0-1),(0-1)\r\n+CMQTTCFG: \"optimeout\",(0-1),(20-120)\r\n\
         +CMQTTCFG: \"aliauth\",(0-1),\"productkey\",\"devicename\",\"devicesecret\"\r\n\
         +CMQTTCFG: \"version\",(0-1),(3-4)\r\n+CMQTTCFG: \"argtopic\",(0-1),(0-1),(0-1)",
    )
    .read(|cx, _| done(read(cx)))
    .set(SETTINGS, |cx, args| configure(cx, args).into());

pub(super) const TLS_CONTEXT: Command =
    Command::new("+CMQTTSSLCFG", "Choose the TLS context of a client")
        .details("Until then it is the one with the client's number.")
        .test("+CMQTTSSLCFG: (0,1),(0-9)")
        .read(|cx, _| done(read_tls_contexts(cx)))
        .set(
            &[Signature::of(&[CLIENT, Param::int("ssl_ctx_index", 0, 9)])],
            |cx, args| choose_tls_context(cx, args).into(),
        );

static WILL_TOPIC_DATA: Prompt = prompt::of(|cx, _, data| keep_topic(cx, data).into());
static WILL_MESSAGE_DATA: Prompt = prompt::of(|cx, args, data| keep_message(cx, args, data).into());

pub(super) const WILL_TOPIC: Command = Command::new("+CMQTTWILLTOPIC", "Set the topic of the will")
    .test("+CMQTTWILLTOPIC: (0-1),(1-1024)")
    .set(&[Signature::of(&[CLIENT, LENGTH])], |cx, args| {
        let acquired = select_unconnected(cx, "+CMQTTWILLTOPIC", args);
        asks(acquired, args, &WILL_TOPIC_DATA)
    });

pub(super) const WILL_MESSAGE: Command =
    Command::new("+CMQTTWILLMSG", "Set the message of the will")
        .test("+CMQTTWILLMSG: (0-1),(1-10240),(0-2)")
        .set(
            &[Signature::of(&[
                CLIENT,
                LENGTH_OF_PAYLOAD,
                Param::int("qos", 0, 2),
            ])],
            |cx, args| {
                let acquired = select_unconnected(cx, "+CMQTTWILLMSG", args);
                asks(acquired, args, &WILL_MESSAGE_DATA)
            },
        );

/// Seconds an answer of the broker may take.
pub(super) fn operation_timeout(cx: &Context) -> u32 {
    number(cx, key::OPERATION_TIMEOUT, USUAL_TIMEOUT)
}

fn configure(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    const NAME: &str = "+CMQTTCFG";
    let (setting, value) = match args.signature() {
        0 => (key::CHECKS_TEXT, args.int(2)),
        1 => (key::OPERATION_TIMEOUT, args.int(2)),
        3 => (key::ARGUMENTS, args.int(2) | args.int(3) << 1),
        _ => return client::check_started(cx),
    };
    client::select(cx, NAME, args, 1)?;
    if !client::is_acquired(cx) {
        return Err(fail(cx, NAME, error::NOT_ACQUIRED));
    }
    check_unconnected(cx, NAME)?;
    client::set_number(cx, setting, value)
}

/// What counts from the next connect on is not given while there is one.
fn check_unconnected(cx: &mut Context, name: &str) -> Result<(), Fail> {
    if cx.is_connected() {
        Err(fail(cx, name, error::IN_USE))
    } else {
        Ok(())
    }
}

fn select_unconnected(cx: &mut Context, name: &str, args: &Args) -> Result<(), Fail> {
    select_acquired(cx, name, args)?;
    check_unconnected(cx, name)
}

fn read(cx: &mut Context) -> Result<Outcome, Fail> {
    client::check_started(cx)?;
    Ok(client::each(cx, |cx| {
        let client = cx.link().0;
        let checks = number(cx, key::CHECKS_TEXT, 1);
        let timeout = operation_timeout(cx);
        cx.info(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+CMQTTCFG: {client},{checks},{timeout}");
        });
    }))
}

/// The TLS context of a client.
pub(super) fn tls_context(cx: &Context) -> u32 {
    number(cx, key::TLS_CONTEXT, cx.link().0.into())
}

fn choose_tls_context(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    const NAME: &str = "+CMQTTSSLCFG";
    client::select(cx, NAME, args, 0)?;
    client::stage(cx, NAME, key::TLS_CONTEXT, &[args.int(1) as u8])
}

fn read_tls_contexts(cx: &mut Context) -> Result<Outcome, Fail> {
    client::check_started(cx)?;
    Ok(client::each(cx, |cx| {
        // Shown is what was chosen.
        let context = number(cx, key::TLS_CONTEXT, 0);
        let client = cx.link().0;
        cx.info(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+CMQTTSSLCFG: {client},{context}");
        });
    }))
}

fn keep_topic(cx: &mut Context, data: Data<'_>) -> Result<(), Fail> {
    const NAME: &str = "+CMQTTWILLTOPIC";
    let topic = text_of(cx, NAME, data, crate::mqtt::topic::can_publish_to)?;
    client::stage(cx, NAME, key::WILL_TOPIC, topic.as_bytes())
}

fn keep_message(cx: &mut Context, args: &Args, data: Data<'_>) -> Result<(), Fail> {
    const NAME: &str = "+CMQTTWILLMSG";
    client::stage(cx, NAME, key::WILL_MESSAGE, data.bytes)?;
    client::stage(cx, NAME, key::WILL_QOS, &[args.int(2) as u8])
}
