//! `+MQTTPUB`, `+MQTTPUBRAW` and `+MQTTQUEUE`: messages to the broker.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::{Context, quality};
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming};
use crate::modem::fail::Fail;
use crate::modem::outbox::Message;
use crate::mqtt::topic::can_publish_to;
use core::fmt::Write;
use core::time::Duration;

/// The longest topic MQTT has room for (clause 4.7.3).
const MAX_TOPIC: usize = 65_535;
/// More than any line holds.
const MAX_MESSAGE: usize = 256 * 1024 * 1024;

pub(super) const QOS: Param = Param::choice(
    "qos",
    &[
        (0, "at most once"),
        (1, "at least once"),
        (2, "exactly once"),
    ],
);

pub(super) const TOPIC: Param = Param::text("topic", 1, MAX_TOPIC)
    .check(can_publish_to, "a/+")
    .means("without +, # and control characters")
    .example("devices/MQTT002/data");
pub(super) const RETAIN: Param = Param::choice(
    "retain",
    &[
        (0, "not retained"),
        (1, "retained by the broker for later subscribers"),
    ],
);
pub(super) const MESSAGE: Param = Param::bytes("message", 0, MAX_MESSAGE)
    .means("any bytes; in quotes `\\hh` is the byte hh")
    .example("{\\\"id\\\":123}");
/// More than any memory holds.
pub(super) const LENGTH: Param =
    Param::int("length", 0, MAX_MESSAGE as u32).means("how many bytes follow the prompt");
/// How long a host that was too late has to be silent before its next line is read.
pub(super) const QUIET: Duration = Duration::from_secs(1);
const ID: Param = Param::int("id", 1, u32::MAX)
    .means("the host's own number for the message; the same number again does not send it again");

const NAME: Param = Param::int("id", 0, u32::MAX)
    .means("a message, by the number that the host gave it or received for it; 0: all of them");

const SIGNATURES: &[Signature] = &[
    Signature::of(&[TOPIC, QOS, RETAIN, MESSAGE]),
    Signature::of(&[TOPIC, QOS, RETAIN, MESSAGE, ID]),
];

pub(super) const PUBLISH: Command = Command::new("+MQTTPUB", "Publish a message")
    .remembers()
    .details(
        "OK is sent when a message of QoS 0 is written to the network, with QoS 1 at PUBACK, with \
         QoS 2 at PUBCOMP. With the option `pubmode` 1, OK means that a message of QoS 1 or 2 is \
         accepted. `+MQTTPUB:<id>` is sent before OK, and `+MQTTPUBACK:<id>,<code>` later; an \
         error means that the message is certainly not accepted. While there is no connection, \
         messages wait in the queue if the option `queue` gives it room; OK then means accepted. \
         A host that does not know the result of its command repeats it with the same `<id>`: a \
         message that is not delivered yet, or is one of the last 32 delivered, is not sent \
         twice. JSON may be sent without escaping its quotes if it is the last value on the line. \
         Inside quotes, `\\b`, `\\d` and `\\f` before a hex digit form a byte: write `\\\\` for \
         the `\\`.",
    )
    .multi_line()
    .forgiving()
    .gathers()
    .commits()
    .takes_list()
    .test("+MQTTPUB:<topic>,(0-2),(0-1);<message>")
    .set(SIGNATURES, publish)
    .examples(&[
        Example {
            line: "AT+MQTTPUB=\"$sys/431671/MQTT002/dp/post/json\",1,0,\"{\\\"id\\\":123}\"",
            answer: &["OK"],
        },
        Example {
            line: "AT+MQTTPUB=\"devices/MQTT002/data\",1,0,\"21.5\",17",
            answer: &["+MQTTPUB:17", "OK"],
        },
    ]);

const RAW_SIGNATURES: &[Signature] = &[
    Signature::of(&[TOPIC, QOS, RETAIN, LENGTH]),
    Signature::of(&[TOPIC, QOS, RETAIN, LENGTH, ID]),
];

static PAYLOAD: Prompt = Prompt {
    quiet: QUIET,
    ..Prompt::new(publish_raw).shown()
};

pub(super) const PUBLISH_RAW: Command = Command::new("+MQTTPUBRAW", "Publish raw bytes")
    .remembers()
    .details(
        "The prompt is CR, LF, `> `. Exactly `<length>` bytes after it are the payload, whatever \
         they are; a LF directly behind the CR of the command is not one of them. The result is \
         that of `+MQTTPUB`. Topic, connection, room and length are checked before the prompt, \
         and a message of a known `<id>` is answered without one. Five seconds without a byte \
         are an error (50): nothing is sent, and what comes is dropped until nothing came for \
         one second. A break or DTR off gives up too, without an answer. What stands behind `;` \
         is carried out after the message.",
    )
    .commits()
    .takes_list()
    .test("+MQTTPUBRAW:<topic>,(0-2),(0-1),(0-<most>),<id>")
    .test_with(most_raw)
    .set(RAW_SIGNATURES, ask_raw)
    .examples(&[Example {
        line: "AT+MQTTPUBRAW=\"cam/7\",1,0,4,9001",
        answer: &["> ", "OK"],
    }]);

pub(super) const QUEUE: Command = Command::new("+MQTTQUEUE", "Messages not acknowledged yet")
    .remembers()
    .details(
        "`+MQTTQUEUE:<messages>,<bytes>,<seconds>`: the number of messages that the broker has \
         not acknowledged, the bytes they take, including 24 for each, and the age of the oldest. \
         `AT+MQTTQUEUE=<id>` drops one message, 0 drops all that wait: OK means that they are \
         erased, also from disk. Each is reported after OK, by `+MQTTPUBACK:<id>,44` if it is \
         tracked, otherwise in `+MQTTPUBDROPPED`. A message that was already sent may still \
         arrive. An unknown `<id>` is an error (21), and so is a message of QoS 2 that the broker \
         has taken over (3); 0 does not drop those.",
    )
    .commits()
    .read(queue)
    .test("")
    .set(&[Signature::of(&[NAME])], drop_messages)
    .examples(&[
        Example {
            line: "AT+MQTTQUEUE?",
            answer: &["+MQTTQUEUE:3,162,12", "OK"],
        },
        Example {
            line: "AT+MQTTQUEUE=17",
            answer: &["OK", "+MQTTPUBACK:17,44"],
        },
    ]);

fn publish(cx: &mut Context, args: &Args) -> Outcome {
    let message = message(args, args.bytes(3));
    message.and_then(|message| cx.publish(&message)).into()
}

#[allow(clippy::inline_always, reason = "a publish pays for no call")]
#[inline(always)]
fn message<'m>(args: &Args<'m>, payload: &'m [u8]) -> Result<Message<'m>, Fail> {
    Ok(Message {
        topic: args.text(0),
        qos: quality(args.int(1))?,
        retain: args.flag(2),
        payload,
        id: args.int(4),
    })
}

fn ask_raw(cx: &mut Context, args: &Args) -> Outcome {
    let length = args.int(3) as usize;
    if length > cx.most_published() {
        return Outcome::Fail(Fail::INCORRECT);
    }
    let expected = message(args, &[]).and_then(|message| cx.expect_publish(&message, length));
    match expected {
        Ok(None) => Outcome::Prompt(DataFraming::Length(length), &PAYLOAD),
        Ok(Some(wait)) => Outcome::Wait(wait),
        Err(fail) => Outcome::Fail(fail),
    }
}

fn publish_raw(cx: &mut Context, args: &Args, data: Data) -> Outcome {
    let message = message(args, data.bytes);
    message.and_then(|message| cx.publish(&message)).into()
}

fn most_raw(cx: &mut Context, _: &Args) -> Outcome {
    let most = cx.most_published();
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "+MQTTPUBRAW:<topic>,(0-2),(0-1),(0-{most}),<id>");
    });
    Outcome::Ok
}

fn drop_messages(cx: &mut Context, args: &Args) -> Outcome {
    cx.drop_messages(args.int(0)).into()
}

fn queue(cx: &mut Context, _: &Args) -> Outcome {
    let (backlog, age) = (cx.backlog(), cx.age_of_backlog());
    cx.info(|line| {
        line.text("+MQTTQUEUE:");
        line.number(backlog.messages as u32);
        line.text(",");
        line.number(backlog.bytes as u32);
        line.text(",");
        line.number(age);
    });
    Outcome::Ok
}
