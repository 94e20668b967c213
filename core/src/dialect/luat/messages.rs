//! Subscribing, publishing, and messages that wait.

use super::state::{FAILED, OUT_OF_RANGE, key, set_flag};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::Staged;
use crate::modem::command::context::{Context, quality};
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming, Late};
use crate::modem::fail::Fail;
use crate::modem::options::{OptionValue, RECV_MODE};
use crate::modem::outbox::Message;
use crate::modem::wait::Wait;
use crate::mqtt::topic::{can_publish_to, can_subscribe_to};
use core::time::Duration;

/// The longest topic MQTT has room for (clause 4.7.3).
const MOST_TOPIC: usize = 65_535;
/// More than any memory holds.
const MOST_MESSAGE: usize = 256 * 1024 * 1024;
/// The most raw bytes, and bytes given in hex.
const MOST_RAW: usize = 4100;
/// Places the module has for messages that wait.
pub(super) const SLOTS: u32 = 4;

const TOPIC: Param = Param::text("topic", 1, MOST_TOPIC)
    .check(can_publish_to, "a/+")
    .example("pump/7/data");
const FILTER: Param = Param::text("topic", 1, MOST_TOPIC)
    .check(can_subscribe_to, "a/#/b")
    .example("pump/7/cmd");
const QOS: Param = Param::int("qos", 0, 2);
const RETAIN: Param = Param::choice("retain", &[(0, "not retained"), (1, "retained")]);
const OFF_ON: &[Signature] = &[Signature::of(&[Param::int("mode", 0, 1)])];

pub(super) const SUBSCRIBE: Command = Command::new("+MSUB", "Subscribe to a topic")
    .details("`SUBACK` follows, or `ERROR`.")
    .test("+MSUB: <topic>,(0-2)")
    .remembers()
    .commits()
    .set(&[Signature::of(&[FILTER, QOS])], |cx, args| {
        request(cx, args, |cx| cx.subscribe(args.text(0), args.int(1)))
    });

pub(super) const UNSUBSCRIBE: Command = Command::new("+MUNSUB", "Unsubscribe from a topic")
    .details("`UNSUBACK` follows.")
    .test("+MUNSUB: <topic>")
    .remembers()
    .commits()
    .set(&[Signature::of(&[FILTER])], |cx, args| {
        request(cx, args, |cx| cx.unsubscribe(args.text(0)))
    });

pub(super) const PUBLISH: Command = Command::new("+MPUB", "Publish a message")
    .details("`PUBACK` follows with QoS 1, `PUBREC` and `PUBCOMP` with QoS 2.")
    .test("+MPUB: <topic>,(0-2),(0-1),<message>")
    .remembers()
    .forgiving()
    .set(
        &[Signature::of(&[
            TOPIC,
            QOS,
            RETAIN,
            Param::bytes("message", 0, MOST_MESSAGE).example("21"),
        ])],
        publish,
    );

pub(super) const PUBLISH_RAW: Command = Command::new("+MPUBEX", "Publish raw bytes")
    .details("Exactly len of them follow `>`; without it they end at 0x1A, or behind 5 seconds.")
    .test("+MPUBEX: <topic>,(0-2),(0-1),<len>")
    .remembers()
    .set(
        &[Signature::of(&[
            TOPIC,
            QOS,
            RETAIN,
            Param::int("len", 1, MOST_RAW as u32).optional(),
        ])],
        ask,
    );

pub(super) const MODE: Command = Command::new("+MQTTMODE", "Give messages of `+MPUB` in hex")
    .test("+MQTTMODE: (0,1)")
    .read(|cx, _| read_flag(cx, "+MQTTMODE: ", key::HEX))
    .set(OFF_ON, |cx, args| {
        set_flag(cx, key::HEX, args.flag(0)).into()
    });

pub(super) const STORE: Command = Command::new("+MQTTMSGSET", "Let messages wait")
    .test("+MQTTMSGSET: (0,1)")
    .read(|cx, _| read_flag(cx, "+MQTTMSGSET: ", key::STORES))
    .set(OFF_ON, |cx, args| {
        let set = set_flag(cx, key::STORES, args.flag(0));
        set.and_then(|()| apply_store(cx)).into()
    });

/// Messages wait, or are told at once, as it was set.
pub(super) fn apply_store(cx: &mut Context) -> Result<(), Fail> {
    let stores = |staged: Staged<'_>| u32::from(staged.get(key::STORES).is_some());
    cx.apply_option(RECV_MODE, |staged| OptionValue::Number(stores(staged)))
}

pub(super) const GET: Command = Command::new("+MQTTMSGGET", "Take the messages that wait")
    .test("")
    .read(read_slots)
    .execute(|cx, _| Outcome::Wait(cx.take_message(true)));

static COUNTED: Prompt = Prompt {
    text: Some("\r\n> "),
    limit: None,
    ..Prompt::new(publish_raw).shown()
};
static TYPED: Prompt = Prompt {
    limit: Some(Duration::from_secs(5)),
    late: Late::Finish,
    ..COUNTED
};

fn request(
    cx: &mut Context,
    args: &Args,
    ask: impl FnOnce(&mut Context) -> Result<Wait, Fail>,
) -> Outcome {
    match check(cx, args) {
        Ok(()) => accepted(cx, ask),
        Err(fail) => Outcome::Fail(fail),
    }
}

/// OK when it is sent; what comes of it is told after the gap.
fn accepted(cx: &mut Context, ask: impl FnOnce(&mut Context) -> Result<Wait, Fail>) -> Outcome {
    if ask(cx).is_err() {
        return Outcome::Fail(FAILED);
    }
    cx.delay_events();
    Outcome::Wait(cx.written())
}

fn publish(cx: &mut Context, args: &Args) -> Outcome {
    if let Err(fail) = check(cx, args) {
        return Outcome::Fail(fail);
    }
    let given = args.bytes(3);
    if cx.staged().get(key::HEX).is_none() {
        return send(cx, args, given);
    }
    let mut memory = [0; MOST_RAW];
    match decode(given, &mut memory) {
        Some(len) => send(cx, args, memory.get(..len).unwrap_or_default()),
        None => Outcome::Fail(Fail::Cme(795)),
    }
}

/// The session has to be up, and the topic not too long.
fn check(cx: &Context, args: &Args) -> Result<(), Fail> {
    if !cx.is_connected() {
        Err(FAILED)
    } else if args.bytes(0).len() > cx.limits().topic {
        Err(OUT_OF_RANGE)
    } else {
        Ok(())
    }
}

/// The bytes of hex digits; how many they are.
fn decode(digits: &[u8], into: &mut [u8]) -> Option<usize> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = digits.as_chunks::<2>();
    let places = into.get_mut(..pairs.len()).filter(|_| rest.is_empty())?;
    for (place, [high, low]) in places.iter_mut().zip(pairs) {
        *place = (digit(*high)? << 4 | digit(*low)?) as u8;
    }
    Some(pairs.len())
}

fn send(cx: &mut Context, args: &Args, payload: &[u8]) -> Outcome {
    let Ok(qos) = quality(args.int(1)) else {
        return Outcome::Fail(FAILED);
    };
    if payload.len() > cx.limits().payload {
        return Outcome::Fail(OUT_OF_RANGE);
    }
    let message = Message {
        topic: args.text(0),
        qos,
        retain: args.flag(2),
        payload,
        id: 0,
    };
    accepted(cx, |cx| cx.publish(&message))
}

fn ask(cx: &mut Context, args: &Args) -> Outcome {
    if let Err(fail) = check(cx, args) {
        return Outcome::Fail(fail);
    }
    if args.has(3) {
        return Outcome::Prompt(DataFraming::Length(args.int(3) as usize), &COUNTED);
    }
    let ends = DataFraming::Terminator {
        end: 0x1a,
        cancel: None,
    };
    Outcome::Prompt(ends, &TYPED)
}

fn publish_raw(cx: &mut Context, args: &Args, data: Data<'_>) -> Outcome {
    send(cx, args, data.bytes)
}

fn read_flag(cx: &mut Context, name: &str, key: u8) -> Outcome {
    let on = cx.staged().get(key).is_some();
    cx.info(|line| {
        line.text(name);
        line.number(on.into());
    });
    Outcome::Ok
}

fn read_slots(cx: &mut Context, _: &Args) -> Outcome {
    let waiting = cx.waiting();
    for slot in 0..SLOTS {
        let state = if slot < waiting { ",VALID" } else { ",INVALID" };
        cx.info(|line| {
            line.text("+MQTTMSGGET: ");
            line.number(slot);
            line.text(state);
        });
    }
    Outcome::Ok
}
