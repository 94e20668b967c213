//! `+UMQTTC`: what the module does on its link, and messages that come.

use super::connection::{login, ping, started};
use super::hex::{decode, is_hex};
use super::{files, key, task};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::buffer::Buf;
use crate::modem::Staged;
use crate::modem::command::context::{Context, quality};
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming, Late};
use crate::modem::event::Received;
use crate::modem::fail::Fail;
use crate::modem::outbox::Message;
use crate::modem::wait::Wait;
use crate::mqtt::topic::{can_publish_to, can_subscribe_to};
use core::fmt::Write;
use core::time::Duration;

/// The longest topic MQTT has room for (clause 4.7.3).
const MAX_TOPIC: usize = 65_535;
/// The longest payload in digits, in bytes.
const MOST_HEX: usize = 1024;
/// The longest payload, in bytes.
const MOST: u32 = 65_535;

/// The operation of a form.
pub(super) const fn op(which: &'static [(u32, &'static str)]) -> Param {
    Param::choice("op", which)
}

pub(super) const QOS: Param = Param::int("qos", 0, 2);
pub(super) const RETAIN: Param = Param::choice("retain", &[(0, "not retained"), (1, "retained")]);
pub(super) const TOPIC: Param = Param::text("topic", 1, MAX_TOPIC)
    .check(can_publish_to, "a/+")
    .example("pump/7/data");
pub(super) const FILTER: Param = Param::text("topic", 1, MAX_TOPIC)
    .check(can_subscribe_to, "a/#/b")
    .example("pump/7/cmd");
pub(super) const TEXT: Param = Param::bytes("message", 0, MOST as usize).example("21");
pub(super) const DIGITS: Param = Param::text("message", 0, 2 * MOST_HEX)
    .check(is_hex, "0g")
    .example("00FF22");
pub(super) const IS_TEXT: Param = Param::choice("hex", &[(0, "text")]);
pub(super) const IS_DIGITS: Param = Param::choice("hex", &[(1, "hexadecimal digits")]);

pub(super) const LOG: Signature = Signature::of(&[op(&[(0, "log out"), (1, "log in")])]);
pub(super) const PUBLISH_TEXT: Signature =
    Signature::of(&[op(&[(2, "publish")]), QOS, RETAIN, IS_TEXT, TOPIC, TEXT]);
pub(super) const PUBLISH_DIGITS: Signature =
    Signature::of(&[op(&[(2, "publish")]), QOS, RETAIN, IS_DIGITS, TOPIC, DIGITS]);
pub(super) const SUBSCRIBE: Signature = Signature::of(&[op(&[(4, "subscribe")]), QOS, FILTER]);
pub(super) const UNSUBSCRIBE: Signature = Signature::of(&[op(&[(5, "unsubscribe")]), FILTER]);

const FORMS: &[Signature] = &[
    LOG,
    PUBLISH_TEXT,
    PUBLISH_DIGITS,
    Signature::of(&[
        op(&[(3, "publish a file")]),
        QOS,
        RETAIN,
        TOPIC,
        files::NAME,
    ]),
    SUBSCRIBE,
    UNSUBSCRIBE,
    Signature::of(&[
        op(&[(6, "read")]),
        Param::choice("count", &[(1, "the oldest message only")]).optional(),
        Param::choice("hex", &[(0, "as it is"), (1, "in hexadecimal digits")]).optional(),
    ]),
    Signature::of(&[op(&[(7, "format; no effect")]), Param::int("mode", 1, 2)]),
    Signature::of(&[
        op(&[(8, "keep the link alive by pings")]),
        Param::choice("on", &[(0, "off"), (1, "on")]),
    ]),
    Signature::of(&[
        op(&[(9, "publish raw bytes")]),
        QOS,
        RETAIN,
        TOPIC,
        Param::int("length", 0, MOST).means("bytes that follow the prompt"),
    ]),
];

pub(super) const ACTION: Command = Command::new(
    "+UMQTTC",
    "Log in and out, publish, subscribe, read",
)
.details(
    "OK at once; `+UUMQTTC: <op>,1` says later that it worked, `<op>,0` that it did not. One \
         at a time: another operation meanwhile is an error (3), but for reading. Pings are off \
         after each login: then the link ends when nothing was sent for the keep-alive. Messages \
         wait until they are read.",
)
.remembers()
.commits()
.test("+UMQTTC: (0-6,8,9)")
.set(FORMS, act)
.examples(&[Example {
    line: "AT+UMQTTC=4,1,\"pump/7/cmd\"",
    answer: &["ERROR"],
}]);

/// The module waits for half a minute, and what comes then is a line again.
static PAYLOAD: Prompt = Prompt {
    limit: Some(Duration::from_secs(30)),
    late: Late::Fail(Fail::Plain),
    ..Prompt::new(publish_raw).shown()
};

fn act(cx: &mut Context, args: &Args) -> Outcome {
    let done = match args.int(0) {
        1 => login(cx),
        6 => read(cx, args),
        _ => check_ready(cx).and_then(|()| act_online(cx, args)),
    };
    done.unwrap_or_else(Outcome::Fail)
}

/// Fails unless the link is up and nothing is under way.
pub(super) fn check_ready(cx: &Context) -> Result<(), Fail> {
    if cx.is_connected() && !cx.has_begun() {
        Ok(())
    } else {
        Err(Fail::NOT_ALLOWED)
    }
}

fn act_online(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    Ok(match args.int(0) {
        0 => started(cx.disconnect(), task::LOGOUT),
        2 => {
            check_size(cx, args.text(4), size(args))?;
            started(publish(cx, args), task::PUBLISH)
        }
        3 => publish_file(cx, args)?,
        4 => started(subscribe(cx, args)?, task::SUBSCRIBE),
        5 => started(cx.unsubscribe(args.text(1)), task::UNSUBSCRIBE),
        8 => ping(cx, args).map(|()| Outcome::Ok)?,
        9 => {
            let length = args.int(4) as usize;
            check_size(cx, args.text(3), length)?;
            Outcome::Prompt(DataFraming::Length(length), &PAYLOAD)
        }
        _ => Outcome::Ok,
    })
}

/// Fails where a real module would not take a message of this size.
pub(super) fn check_size(cx: &Context, topic: &str, payload: usize) -> Result<(), Fail> {
    let limits = cx.limits();
    if topic.len() > limits.topic || payload > limits.payload {
        return Err(Fail::NOT_ALLOWED);
    }
    Ok(())
}

/// The bytes that text or digits stand for, which come last.
pub(super) fn size(args: &Args) -> usize {
    args.bytes(5).len() / if args.flag(3) { 2 } else { 1 }
}

/// Publishes text or digits, of which the topic and the message stand last.
pub(super) fn publish(cx: &mut Context, args: &Args) -> Result<Wait, Fail> {
    if !args.flag(3) {
        return send(cx, args, args.text(4), args.bytes(5));
    }
    let mut memory = [0; MOST_HEX];
    let mut payload = Buf::lent(&mut memory);
    decode(args.bytes(5), &mut payload)?;
    send(cx, args, args.text(4), payload.as_slice())
}

/// Publishes with the QoS and the retain flag that stand behind the operation.
pub(super) fn send(
    cx: &mut Context,
    args: &Args,
    topic: &str,
    payload: &[u8],
) -> Result<Wait, Fail> {
    cx.publish(&Message {
        topic,
        qos: quality(args.int(1))?,
        retain: args.flag(2),
        payload,
        id: 0,
    })
}

fn publish_raw(cx: &mut Context, args: &Args, data: Data<'_>) -> Outcome {
    started(send(cx, args, args.text(3), data.bytes), task::PUBLISH_RAW)
}

/// Publishes what is in a file, which has to be there. A key leaves the modem by no way.
fn publish_file(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    let file = cx.file(args.text(4)).filter(|file| !file.holds_key());
    let size = file.map(|file| file.content.len());
    check_size(cx, args.text(3), size.ok_or(Fail::NOT_ALLOWED)?)?;
    let staged = cx.stage_file(key::CONTENT, args.text(4));
    let sent = staged.and_then(|_| {
        cx.with_staged(|cx, staged| {
            let content = staged.get(key::CONTENT).unwrap_or_default();
            send(cx, args, args.text(3), content)
        })
    });
    cx.forget_staged(Some(key::CONTENT));
    Ok(started(sent, task::PUBLISH_FILE))
}

/// Subscribes, and notes to what; fails where the filter is too long.
pub(super) fn subscribe(cx: &mut Context, args: &Args) -> Result<Result<Wait, Fail>, Fail> {
    let filter = args.text(2);
    check_size(cx, filter, 0)?;
    cx.stage(key::FILTER, filter.as_bytes())?;
    Ok(cx.subscribe(filter, args.int(1)))
}

/// What waits can be read without a link, too.
fn read(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    if !cx.is_connected() && cx.waiting() == 0 {
        return Err(Fail::NOT_ALLOWED);
    }
    cx.stage(key::HEX, &[args.int(2) as u8])?;
    Ok(Outcome::Wait(cx.take_message(!args.has(1))))
}

/// A message that is read.
pub(super) fn word_read(of: Staged<'_>, message: &Received<'_>, reply: &mut Reply) {
    let Received {
        topic,
        qos,
        payload,
        ..
    } = *message;
    let in_hex = of.get(key::HEX) == Some(&[1]);
    reply.info(|line| {
        let (topic_len, len) = (topic.len(), payload.len());
        let both = topic_len + len;
        // A reply notes for itself what does not fit.
        let _ = write!(
            line,
            "+UMQTTC: 6,{qos},{both},{topic_len},\"{topic}\",{len},\""
        );
        if in_hex {
            for byte in payload {
                line.hex(*byte);
            }
        } else {
            line.bytes(payload);
        }
        line.text("\"");
    });
}
