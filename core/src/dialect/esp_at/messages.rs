//! `+MQTTPUB`, `+MQTTPUBRAW` and messages that come.

use super::configuration::LINK;
use super::connection::TIMEOUT;
use super::error::{DATA_LENGTH, NO_MEMORY, TOPIC_LENGTH, check_length, check_state, failed};
use super::state::key;
use super::task::PUBLISH_RAW as RAW_TASK;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::modem::Staged;
use crate::modem::command::context::{Context, quality};
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming};
use crate::modem::event::{Received, Task};
use crate::modem::fail::Fail;
use crate::modem::outbox::Message;
use crate::mqtt::topic::can_publish_to;
use core::time::Duration;

/// The longest topic MQTT has room for (clause 4.7.3).
const MAX_TOPIC: usize = 65_535;
/// More than any memory holds.
const MAX_DATA: usize = 256 * 1024 * 1024;
/// How long an acknowledgement may take, in milliseconds, unless the host says so.
const USUAL: u32 = 15_000;

const TOPIC: Param = Param::text("topic", 1, MAX_TOPIC)
    .check(can_publish_to, "a/+")
    .example("pump/7/data");
pub(super) const QOS: Param = Param::int("qos", 0, 2);
const RETAIN: Param = Param::choice("retain", &[(0, "not retained"), (1, "retained")]);

pub(super) const PUBLISH: Command = Command::new("+MQTTPUB", "Publish a message")
    .details(
        "OK when it is written (QoS 0), at PUBACK (1), at PUBCOMP (2). After an error it may \
         still arrive.",
    )
    .remembers()
    .forgiving()
    .set(
        &[Signature::of(&[
            LINK,
            TOPIC,
            Param::bytes("data", 1, MAX_DATA).example("{\\\"t\\\":21}"),
            QOS,
            RETAIN,
            TIMEOUT,
        ])],
        publish,
    )
    .examples(&[Example {
        line: "AT+MQTTPUB=0,\"pump/7/data\",\"21\",1,0",
        answer: &["OK"],
    }]);

static PAYLOAD: Prompt = Prompt {
    limit: None,
    ..Prompt::new(publish_raw).shown()
};

pub(super) const PUBLISH_RAW: Command = Command::new("+MQTTPUBRAW", "Publish raw bytes")
    .details(
        "Exactly so many bytes follow `>`. Then comes `+MQTTPUB:OK` or `+MQTTPUB:FAIL`, and no \
         result code.",
    )
    .remembers()
    .set(
        &[Signature::of(&[
            LINK,
            TOPIC,
            Param::int("length", 1, MAX_DATA as u32).means("bytes that follow the prompt"),
            QOS,
            RETAIN,
            TIMEOUT,
        ])],
        ask,
    );

/// How long the broker may take for the present command.
pub(super) fn limit(args: &Args, place: usize) -> Duration {
    let timeout = if args.has(place) {
        args.int(place)
    } else {
        USUAL
    };
    Duration::from_millis(timeout.into())
}

/// Fails where the topic is longer than the module takes.
pub(super) fn check_topic(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    let most = cx.limits().topic;
    check_length(cx, args.bytes(1), most, TOPIC_LENGTH)
}

fn message<'m>(args: &Args<'m>, payload: &'m [u8]) -> Result<Message<'m>, Fail> {
    Ok(Message {
        topic: args.text(1),
        qos: quality(args.int(3))?,
        retain: args.flag(4),
        payload,
        id: 0,
    })
}

fn publish(cx: &mut Context, args: &Args) -> Outcome {
    let wait = check_publish(cx, args)
        .and_then(|()| message(args, args.bytes(2)))
        .and_then(|message| cx.publish(&message));
    match wait {
        Ok(wait) => Outcome::WaitFor(wait, limit(args, 5)),
        Err(fail) => Outcome::Fail(fail),
    }
}

fn check_publish(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    check_state(cx, "+MQTTPUB")?;
    check_topic(cx, args)?;
    let most = cx.limits().payload;
    check_length(cx, args.bytes(2), most, DATA_LENGTH)
}

fn ask(cx: &mut Context, args: &Args) -> Outcome {
    let checked = check_state(cx, "+MQTTPUBRAW").and_then(|()| check_topic(cx, args));
    if let Err(fail) = checked {
        return Outcome::Fail(fail);
    }
    let length = args.int(2) as usize;
    if length > cx.most_published() {
        return failed(cx, &[NO_MEMORY]);
    }
    Outcome::Prompt(DataFraming::Length(length), &PAYLOAD)
}

fn publish_raw(cx: &mut Context, args: &Args, data: Data<'_>) -> Outcome {
    // The link may have been lost meanwhile: that is told first.
    cx.report_waiting();
    let task = Task {
        command: RAW_TASK,
        number: 0,
    };
    let message = message(args, data.bytes);
    if let Ok(wait) = message.and_then(|message| cx.publish(&message)) {
        return Outcome::FinishingFor(wait, task, limit(args, 5));
    }
    cx.write(|reply| reply.urc(|line| line.text("+MQTTPUB:FAIL")));
    Outcome::Silent
}

/// The longest packet the module tells in one piece.
const MOST_WHOLE: usize = 1024;

/// A message: nothing in it is escaped. The module's own limits cut a long one up.
pub(super) fn word(of: Staged<'_>, message: &Received<'_>, reply: &mut Reply) {
    let id = if message.qos > 0 { 2 } else { 0 };
    let head = 5 + message.topic.len() + id;
    let first = MOST_WHOLE.saturating_sub(head).max(1);
    let is_cut = of.get(key::PIECES).is_some() && message.payload.len() > first;
    if !is_cut {
        return word_piece(message.topic, message.payload, reply);
    }
    let (begin, rest) = message.payload.split_at_checked(first).unwrap_or_default();
    word_piece(message.topic, begin, reply);
    for piece in rest.chunks(MOST_WHOLE) {
        word_piece(message.topic, piece, reply);
    }
}

fn word_piece(topic: &str, payload: &[u8], reply: &mut Reply) {
    reply.urc(|line| {
        line.text("+MQTTSUBRECV:0,\"");
        line.text(topic);
        line.text("\",");
        line.number(payload.len() as u32);
        line.text(",");
        line.bytes(payload);
    });
}
