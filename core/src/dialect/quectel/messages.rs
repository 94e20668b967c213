//! `+QMTPUB`, `+QMTPUBEX` and messages that come.

use super::connection::started;
use super::state::{LINK, LinkSetup, check_step, key, use_link};
use super::task;
use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::modem::Staged;
use crate::modem::api::LinkStep;
use crate::modem::code;
use crate::modem::command::context::{Context, quality};
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataEnd, DataFraming, Late};
use crate::modem::event::Received;
use crate::modem::fail::Fail;
use crate::modem::outbox::Message;
use crate::mqtt::Qos;
use crate::mqtt::topic::can_publish_to;
use core::time::Duration;

/// As long as a string of MQTT may be.
const MAX_TOPIC: usize = 65_535;
/// More than any memory holds.
const MAX_DATA: usize = 256 * 1024 * 1024;
/// The most messages that wait for an acknowledgement.
const WINDOW: usize = 5;
/// How long the next byte at a prompt may take.
const LIMIT: Duration = Duration::from_secs(30);

pub(super) const NUMBER: Param = Param::int("msgID", 0, 65_535);
const QOS: Param = Param::int("qos", 0, 2);
const RETAIN: Param = Param::int("retain", 0, 1);
const TOPIC: Param = Param::text("topic", 1, MAX_TOPIC)
    .check(can_publish_to, "a/+")
    .example("pump/7/data");

const FORMS: &[Signature] = &[
    Signature::of(&[
        LINK,
        NUMBER,
        QOS,
        RETAIN,
        TOPIC,
        Param::bytes("msg", 0, MAX_DATA)
            .means("from the first quote to the last of the line; none in it is escaped")
            .example("{\"v\":1}"),
    ])
    .check(|args| with_message(args, true)),
    Signature::of(&[
        LINK,
        NUMBER,
        QOS,
        RETAIN,
        TOPIC,
        Param::int("length", 1, MAX_DATA as u32).means("bytes that follow the prompt"),
    ])
    .check(|args| with_message(args, false)),
    Signature::of(&[LINK, NUMBER, QOS, RETAIN, TOPIC]),
];

pub(super) const PUBLISH: Command = Command::new("+QMTPUB", "Publish a message")
    .details(
        "OK, then `+QMTPUB: <idx>,<msgID>,<result>`: 0 the broker has it, 1 it has not \
         acknowledged yet, 2 failed. Without a message the data follows `> `: up to Ctrl-Z, ESC \
         cancels, or exactly so many bytes.",
    )
    .remembers()
    .forgiving()
    .test("+QMTPUB: (0-5),<msgID>,(0-2),(0,1),\"topic\",\"length\"")
    .commits()
    .set(FORMS, |cx, args| publish(cx, args, &PAYLOAD, task::PUBLISH))
    .examples(&[Example {
        line: "AT+QMTPUB=0,1,1,0,\"pump/7/data\",\"21\"",
        answer: &["ERROR"],
    }]);

/// `+QMTPUBEX` whose result has the name of the command, or that of `+QMTPUB`.
pub(super) const fn publish_ex(own_name: bool) -> Command {
    let command = Command::new("+QMTPUBEX", "Publish a message, as `+QMTPUB`")
        .remembers()
        .forgiving()
        .test("+QMTPUBEX: (0-5),<msgID>,(0-2),(0,1),\"topic\",\"length\"")
        .commits();
    if own_name {
        command.set(FORMS, |cx, args| {
            publish(cx, args, &PAYLOAD_EX, task::PUBLISH_EX)
        })
    } else {
        command.set(FORMS, |cx, args| publish(cx, args, &PAYLOAD, task::PUBLISH))
    }
}

/// Ends by Ctrl-Z; ESC cancels.
const TYPED: DataFraming = DataFraming::Terminator {
    end: 0x1a,
    cancel: Some(0x1b),
};

static PAYLOAD: Prompt = prompt(|cx, args, data| send(cx, args, data, task::PUBLISH));
static PAYLOAD_EX: Prompt = prompt(|cx, args, data| send(cx, args, data, task::PUBLISH_EX));

const fn prompt(then: crate::modem::dialect::Then) -> Prompt {
    Prompt {
        limit: Some(LIMIT),
        late: Late::Fail(Fail::Plain),
        ..Prompt::new(then).shown()
    }
}

/// The sixth value is a message if it is quoted, else a length.
fn with_message(args: &Args, quoted: bool) -> Result<(), Reject> {
    if args.is_quoted(5) == quoted {
        Ok(())
    } else {
        Err(Reject::Value)
    }
}

fn publish(cx: &mut Context, args: &Args, prompt: &'static Prompt, command: u8) -> Outcome {
    let ready = use_link(cx, args, 0).and_then(|()| check_step(cx, LinkStep::Connected));
    if ready.is_err() || !fits_window(cx, args) || args.text(4).len() > cx.limits().topic {
        return Outcome::Fail(Fail::Plain);
    }
    let most = cx.most_published().min(cx.limits().payload);
    let [has_limit, limit] = LinkSetup::of(cx.staged(), key::CONFIG).edit;
    if has_limit != 0 {
        cx.limit_data(Duration::from_secs(limit.into()));
    }
    match args.signature() {
        0 if args.bytes(5).len() > most => Outcome::Fail(Fail::Plain),
        0 => write(cx, args, args.bytes(5), command),
        1 if args.int(5) as usize > most => Outcome::Fail(Fail::Plain),
        1 => Outcome::Prompt(DataFraming::Length(args.int(5) as usize), prompt),
        _ => Outcome::Prompt(TYPED, prompt),
    }
}

fn fits_window(cx: &Context, args: &Args) -> bool {
    let waiting = cx.begun(task::PUBLISH) + cx.begun(task::PUBLISH_EX);
    args.int(2) == 0 || waiting < WINDOW
}

fn send(cx: &mut Context, args: &Args, data: Data<'_>, command: u8) -> Outcome {
    match data.end {
        DataEnd::Cancelled => Outcome::Ok,
        _ if data.bytes.len() > cx.limits().payload => Outcome::Fail(Fail::Plain),
        _ => write(cx, args, data.bytes, command),
    }
}

fn write(cx: &mut Context, args: &Args, given: &[u8], command: u8) -> Outcome {
    let config = LinkSetup::of(cx.staged(), key::IN_FORCE);
    let [is_hex, _] = config.hex;
    if is_hex != 0 {
        return write_hex(cx, args, given, command);
    }
    send_message(cx, args, given, command, config)
}

/// The payload is given in hex.
fn write_hex(cx: &mut Context, args: &Args, given: &[u8], command: u8) -> Outcome {
    let mut memory = [0; MOST_HEX];
    let config = LinkSetup::of(cx.staged(), key::IN_FORCE);
    match super::hex::decode(given, &mut memory) {
        Some(payload) => send_message(cx, args, payload, command, config),
        None => Outcome::Fail(Fail::Plain),
    }
}

/// The most bytes of a payload that is given in hex.
const MOST_HEX: usize = 4096;

fn send_message(
    cx: &mut Context,
    args: &Args,
    payload: &[u8],
    command: u8,
    config: LinkSetup,
) -> Outcome {
    let message = Message {
        topic: args.text(4),
        qos: quality(args.int(2)).unwrap_or(Qos::AtMostOnce),
        retain: args.flag(3),
        payload,
        id: 0,
    };
    let task = started(command, args.int(1));
    let [packet, _, notice] = config.timeout;
    match cx.publish(&message) {
        Ok(wait) => {
            if notice != 0 && message.qos != Qos::AtMostOnce {
                cx.report_overdue(Duration::from_secs(packet.into()));
            }
            Outcome::Started(wait, task)
        }
        Err(_) => Outcome::Ended(task, Err(Fail::Plain), code::DONE),
    }
}

/// A message: nothing in it is escaped.
pub(super) fn word(of: Staged<'_>, message: &Received<'_>, reply: &mut Reply) {
    reply.urc(|line| write_message(of, message, line));
}

/// The same without its frame.
pub(super) fn write_message(of: Staged<'_>, message: &Received<'_>, line: &mut Reply) {
    let config = LinkSetup::of(of, key::IN_FORCE);
    let ([_, with_length], [_, is_hex]) = (config.receive, config.hex);
    line.text("+QMTRECV: ");
    line.number(of.link().0.into());
    line.text(",");
    line.number(message.id.map_or(0, |id| id.get().into()));
    line.text(",\"");
    line.text(message.topic);
    line.text("\",");
    if with_length != 0 {
        line.number(message.payload.len() as u32);
        line.text(",");
    }
    line.text("\"");
    if is_hex == 0 {
        line.bytes(message.payload);
    } else {
        super::hex::write(message.payload, line);
    }
    line.text("\"");
}
