//! `+SMPUB`, `+SMSUB`, `+SMUNSUB` and messages that come.

use super::configuration::{HEX, number_of};
use super::key;
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
use core::time::Duration;

/// The longest topic MQTT has room for (clause 4.7.3).
const MAX_TOPIC: usize = 65_535;
/// More than the module takes.
const MAX_PAYLOAD: u32 = 65_535;
/// The most bytes of a payload that is given in hex.
const MAX_HEX: usize = 2048;

const QOS: Param = Param::int("qos", 0, 2);
const FILTER: Param = Param::text("topic", 1, MAX_TOPIC)
    .check(can_subscribe_to, "a/#/b")
    .example("pump/7/cmd");

static PAYLOAD: Prompt = Prompt {
    limit: Some(Duration::from_secs(30)),
    late: Late::Fail(Fail::Plain),
    ..Prompt::new(|cx, args, data| publish(cx, args, data).into()).shown()
};

pub(super) const PUBLISH: Command = Command::new("+SMPUB", "Publish a message")
    .details("OK when it is written (QoS 0), at PUBACK (1), at PUBCOMP (2).")
    .remembers()
    .set(
        &[Signature::of(&[
            Param::text("topic", 1, MAX_TOPIC)
                .check(can_publish_to, "a/+")
                .example("pump/7/data"),
            Param::int("content_length", 0, MAX_PAYLOAD).means("bytes behind the prompt"),
            QOS,
            Param::choice("retain", &[(0, "not retained"), (1, "retained")]),
        ])],
        |cx, args| {
            let length = args.int(1) as usize;
            if cx.is_connected() && length <= cx.limits().payload {
                Outcome::Prompt(DataFraming::Length(length), &PAYLOAD)
            } else {
                Outcome::Fail(Fail::Plain)
            }
        },
    )
    .examples(&[Example {
        line: "AT+SMPUB=\"pump/7/data\",2,1,0",
        answer: &["> ", "OK"],
    }]);

pub(super) const PUBLISH_HEX: Command = Command::new("+SMPUBHEX", "Give payloads in hex")
    .details("The length of `+SMPUB` counts the digits.")
    .read(|cx, _| {
        let hex = is_hex(cx);
        cx.text(if hex { "+SMPUBHEX: 1" } else { "+SMPUBHEX: 0" });
        Outcome::Ok
    })
    .set(
        &[Signature::of(&[Param::choice(
            "hex",
            &[(0, "bytes"), (1, "hex")],
        )])],
        |cx, args| cx.stage(key::HEX, &[args.int(0) as u8]).into(),
    );

pub(super) const SUBSCRIBE: Command = Command::new("+SMSUB", "Subscribe to a topic")
    .remembers()
    .commits()
    .set(&[Signature::of(&[FILTER, QOS])], |cx, args| {
        cx.subscribe(args.text(0), args.int(1)).into()
    });

pub(super) const UNSUBSCRIBE: Command = Command::new("+SMUNSUB", "Unsubscribe from a topic")
    .remembers()
    .commits()
    .set(&[Signature::of(&[FILTER])], |cx, args| {
        cx.unsubscribe(args.text(0)).into()
    });

fn is_hex(cx: &Context) -> bool {
    cx.staged().get(key::HEX) == Some(&[1])
}

fn publish(cx: &mut Context, args: &Args, data: Data<'_>) -> Result<Wait, Fail> {
    let mut memory = [0; MAX_HEX];
    let mut bytes = Buf::lent(&mut memory);
    let payload = if is_hex(cx) {
        decode(data.bytes, &mut bytes)?;
        bytes.as_slice()
    } else {
        data.bytes
    };
    cx.publish(&Message {
        topic: args.text(0),
        qos: quality(args.int(2))?,
        retain: args.flag(3),
        payload,
        id: 0,
    })
}

fn decode(digits: &[u8], bytes: &mut Buf<'_>) -> Result<(), Fail> {
    for pair in digits.chunks(2) {
        let &[high, low] = pair else {
            return Err(Fail::Plain);
        };
        let value = |digit: u8| char::from(digit).to_digit(16).ok_or(Fail::Plain);
        bytes.push((value(high)? << 4 | value(low)?) as u8)?;
    }
    Ok(())
}

/// A message: nothing in it is escaped.
pub(super) fn word(of: Staged<'_>, message: &Received<'_>, reply: &mut Reply) {
    reply.urc(|line| {
        line.text("+SMSUB: \"");
        line.text(message.topic);
        line.text("\",\"");
        if number_of(of, HEX) != 0 {
            message
                .payload
                .iter()
                .for_each(|byte| write_hex(line, *byte));
        } else {
            line.bytes(message.payload);
        }
        line.text("\"");
    });
}

fn write_hex(line: &mut Reply, byte: u8) {
    let digit = |value: u8| match value {
        0..=9 => b'0' + value,
        _ => b'A' + value - 10,
    };
    line.bytes(&[digit(byte >> 4), digit(byte & 15)]);
}
