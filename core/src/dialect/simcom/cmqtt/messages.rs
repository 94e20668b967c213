//! Topics, payloads, `+CMQTTPUB` and messages that come.

use super::client::{self, CLIENT, check_connected, done, select_connected};
use super::configuration::operation_timeout;
use super::connection::{apply_timeout, begun};
use super::error::{self, fail};
use super::prompt::{self, LENGTH, LENGTH_OF_PAYLOAD, asks, asks_for, text_of};
use super::{key, task};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::modem::Staged;
use crate::modem::command::context::{Context, quality};
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::Data;
use crate::modem::event::Received;
use crate::modem::fail::Fail;
use crate::modem::outbox::Message;
use crate::mqtt::topic::can_publish_to;
use core::fmt::Write;

const NAME: &str = "+CMQTTPUB";
/// A payload is told in parts of so many bytes.
const PART: usize = 1500;

pub(super) const QOS: Param = Param::int("qos", 0, 2);
const RETAIN: Param = Param::choice("ratained", &[(0, "not retained"), (1, "retained")]).optional();
pub(super) const DUP: Param = Param::int("dup", 0, 1).optional().means("no effect");

static TOPIC_DATA: Prompt = prompt::of(|cx, _, data| keep_topic(cx, data).into());
static PAYLOAD_DATA: Prompt =
    prompt::of(|cx, _, data| client::stage(cx, "+CMQTTPAYLOAD", key::PAYLOAD, data.bytes).into());
static MESSAGE_DATA: Prompt = prompt::of(|cx, args, data| done(publish_data(cx, args, data)));

pub(super) const TOPIC: Command = Command::new("+CMQTTTOPIC", "Give the topic of the next message")
    .test("+CMQTTTOPIC: (0-1),(1-1024)")
    .set(&[Signature::of(&[CLIENT, LENGTH])], |cx, args| {
        let connected = expect(cx, "+CMQTTTOPIC", args);
        asks(connected, args, &TOPIC_DATA)
    });

pub(super) const PAYLOAD: Command =
    Command::new("+CMQTTPAYLOAD", "Give the payload of the next message")
        .details("Without it the message is empty.")
        .test("+CMQTTPAYLOAD: (0-1),(1-10240)")
        .set(
            &[Signature::of(&[CLIENT, LENGTH_OF_PAYLOAD])],
            |cx, args| {
                let connected = expect(cx, "+CMQTTPAYLOAD", args);
                asks(connected, args, &PAYLOAD_DATA)
            },
        );

pub(super) const PUBLISH: Command = Command::new("+CMQTTPUB", "Publish a message")
    .details(
        "The event comes when the message is written (QoS 0), at PUBACK (1), at PUBCOMP (2). Topic \
         and payload are forgotten by it. With the topic as a value the payload is asked for.",
    )
    .test("+CMQTTPUB: (0-1),(0-2),(1-180),(0-1),(0-1)")
    .remembers()
    .set(
        &[
            Signature::of(&[
                CLIENT,
                Param::text("topic", 1, 1024)
                    .check(can_publish_to, "a/+")
                    .example("pump/7/data"),
                QOS,
                LENGTH_OF_PAYLOAD,
                RETAIN,
                DUP,
            ]),
            Signature::of(&[
                CLIENT,
                QOS,
                Param::int("pub_timeout", 1, 180).means("seconds"),
                RETAIN,
                DUP,
            ]),
        ],
        publish,
    )
    .examples(&[Example {
        line: "AT+CMQTTPUB=0,1,60",
        answer: &["OK", "+CMQTTPUB: 0,0"],
    }]);

/// Turns to a client that may be given something to send.
fn expect(cx: &mut Context, name: &str, args: &Args) -> Result<(), Fail> {
    client::select(cx, name, args, 0)?;
    check_connected(cx, name)
}

fn keep_topic(cx: &mut Context, data: Data<'_>) -> Result<(), Fail> {
    const NAME: &str = "+CMQTTTOPIC";
    let topic = text_of(cx, NAME, data, can_publish_to)?;
    client::stage(cx, NAME, key::TOPIC, topic.as_bytes())
}

fn publish(cx: &mut Context, args: &Args) -> Outcome {
    if args.signature() == 0 {
        let connected = select_connected(cx, NAME, args);
        return asks_for(connected, args.int(3), &MESSAGE_DATA);
    }
    done(publish_staged(cx, args))
}

/// Publishes what was given before, and forgets it.
fn publish_staged(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    client::select(cx, NAME, args, 0)?;
    client::check_idle(cx, NAME)?;
    if cx.staged().get(key::TOPIC).is_none() {
        return Err(fail(cx, NAME, error::NO_TOPIC));
    }
    let (qos, timeout, retain) = (args.int(1), args.int(2), args.flag(3));
    let published = check_connected(cx, NAME).and_then(|()| {
        cx.with_staged(|cx, staged| {
            let topic = staged.text(key::TOPIC);
            let payload = staged.get(key::PAYLOAD).unwrap_or_default();
            send(cx, (topic, payload), (qos, retain), timeout)
        })
    });
    cx.forget_staged(Some(key::TOPIC));
    cx.forget_staged(Some(key::PAYLOAD));
    published
}

fn publish_data(cx: &mut Context, args: &Args, data: Data<'_>) -> Result<Outcome, Fail> {
    check_connected(cx, NAME)?;
    let timeout = operation_timeout(cx);
    let quality = (args.int(2), args.flag(4));
    send(cx, (args.text(1), data.bytes), quality, timeout)
}

fn send(
    cx: &mut Context,
    (topic, payload): (&str, &[u8]),
    (qos, retain): (u32, bool),
    timeout: u32,
) -> Result<Outcome, Fail> {
    apply_timeout(cx, timeout)?;
    let message = Message {
        topic,
        qos: quality(qos)?,
        retain,
        payload,
        id: 0,
    };
    match cx.publish(&message) {
        Ok(wait) => Ok(begun(cx, wait, task::PUBLISH)),
        Err(_) => Err(fail(cx, NAME, error::FAILED)),
    }
}

/// A message, in the form the client has chosen.
pub(super) fn word(of: Staged<'_>, message: &Received<'_>, reply: &mut Reply) {
    match client::number_of(of, key::ARGUMENTS, 0) {
        form if form & 1 == 0 => reply.urc(|line| write_block(line, of.link().0, message)),
        form => reply.urc(|line| write_line(line, of.link().0, message, form & 2 != 0)),
    }
}

/// One block without empty lines.
fn write_block(line: &mut Reply, client: u8, message: &Received<'_>) {
    let Received { topic, payload, .. } = *message;
    let (topic_len, len) = (topic.len(), payload.len());
    // A reply notes for itself what does not fit.
    let _ = write!(line, "+CMQTTRXSTART: {client},{topic_len},{len}\r\n");
    let _ = write!(line, "+CMQTTRXTOPIC: {client},{topic_len}\r\n{topic}\r\n");
    let mut rest = payload;
    loop {
        let (part, behind) = rest.split_at_checked(PART).unwrap_or((rest, &[]));
        let _ = write!(line, "+CMQTTRXPAYLOAD: {client},{}\r\n", part.len());
        line.bytes(part);
        line.text("\r\n");
        rest = behind;
        if rest.is_empty() {
            break;
        }
    }
    let _ = write!(line, "+CMQTTRXEND: {client}");
}

fn write_line(line: &mut Reply, client: u8, message: &Received<'_>, has_length: bool) {
    let Received { topic, payload, .. } = *message;
    // A reply notes for itself what does not fit.
    let _ = write!(line, "+CMQTTRECV: {client},\"{topic}\",");
    if has_length {
        let _ = write!(line, "{},", payload.len());
    }
    line.text("\"");
    line.bytes(payload);
    line.text("\"");
}
