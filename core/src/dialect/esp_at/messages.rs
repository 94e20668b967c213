//! `+MQTTPUB`, `+MQTTPUBRAW` and messages that come.

use super::configuration::LINK;
use super::connection::TIMEOUT;
use super::error::{NO_MEMORY, check_state, failed};
use super::task::PUBLISH_RAW as RAW_TASK;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::{Context, quality};
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming};
use crate::modem::event::{Received, Task};
use crate::modem::fail::Fail;
use crate::modem::options::{ACK_TIMEOUT, OptionValue};
use crate::modem::outbox::Message;
use crate::mqtt::topic::can_publish_to;

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
    ..Prompt::new(publish_raw)
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
pub(super) fn apply_timeout(cx: &mut Context, args: &Args, place: usize) -> Result<(), Fail> {
    let timeout = if args.has(place) {
        args.int(place)
    } else {
        USUAL
    };
    cx.apply_option(ACK_TIMEOUT, |_| OptionValue::Number(timeout.div_ceil(1000)))
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
    let checked = check_state(cx, "+MQTTPUB").and_then(|()| apply_timeout(cx, args, 5));
    let message = checked.and_then(|()| message(args, args.bytes(2)));
    message.and_then(|message| cx.publish(&message)).into()
}

fn ask(cx: &mut Context, args: &Args) -> Outcome {
    if let Err(fail) = check_state(cx, "+MQTTPUBRAW") {
        return Outcome::Fail(fail);
    }
    let length = args.int(2) as usize;
    if length > cx.most_published() {
        return failed(cx, &[NO_MEMORY]);
    }
    Outcome::Prompt(DataFraming::Length(length), &PAYLOAD)
}

fn publish_raw(cx: &mut Context, args: &Args, data: Data<'_>) -> Outcome {
    let ready = apply_timeout(cx, args, 5).and_then(|()| message(args, data.bytes));
    let task = Task {
        command: RAW_TASK,
        number: 0,
    };
    if let Ok(wait) = ready.and_then(|message| cx.publish(&message)) {
        return Outcome::Finishing(wait, task);
    }
    cx.write(|reply| reply.urc(|line| line.text("+MQTTPUB:FAIL")));
    Outcome::Silent
}

/// A message: nothing in it is escaped.
pub(super) fn word(message: &Received<'_>, reply: &mut Reply) {
    reply.urc(|line| {
        line.text("+MQTTSUBRECV:0,\"");
        line.text(message.topic);
        line.text("\",");
        line.number(message.payload.len() as u32);
        line.text(",");
        line.bytes(message.payload);
    });
}
