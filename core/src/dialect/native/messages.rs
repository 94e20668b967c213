//! `+MQTTPUB` and the wording of messages that come.

use crate::at::args::Args;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Param, Signature};
use crate::modem::cx::Cx;
use crate::modem::table::{Command, Outcome};
use crate::mqtt::topic::is_topic_name;

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

const SIGNATURES: &[Signature] = &[Signature::of(&[
    Param::text("topic", 1, MAX_TOPIC)
        .check(is_topic_name, "a/+")
        .means("without + and #")
        .example("devices/MQTT002/data"),
    QOS,
    Param::choice(
        "retain",
        &[
            (0, "not kept"),
            (1, "kept by the broker for later subscribers"),
        ],
    ),
    Param::bytes("message", 0, MAX_MESSAGE)
        .means("any bytes; in quotes `\\hh` is the byte hh")
        .example("{\\\"id\\\":123}"),
])];

pub(super) const PUBLISH: Command = Command::new("+MQTTPUB", "Publish a message")
    .details(
        "OK once the broker has it: QoS 0 written to the network, QoS 1 at PUBACK, QoS 2 at \
         PUBCOMP. JSON may be sent without escaping its quotes if it is the last thing on the \
         line. In quotes `\\b`, `\\d` and `\\f` before a hex digit are bytes: escape the `\\`.",
    )
    .multi_line()
    .forgiving()
    .test("+MQTTPUB:<topic>,(0-2),(0-1);<message>")
    .set(SIGNATURES, publish)
    .examples(&[Example {
        line: "AT+MQTTPUB=\"$sys/431671/MQTT002/dp/post/json\",1,0,\"{\\\"id\\\":123}\"",
        answer: &["OK"],
    }]);

fn publish(cx: &mut Cx, args: &Args) -> Outcome {
    cx.publish(args.text(0), args.int(1), args.flag(2), args.bytes(3))
        .into()
}

/// `+MQTTRECV:"<topic>",<qos>,<retain>,<length>,<payload>`
pub(super) fn word(
    reply: &mut Reply,
    topic: &str,
    qos: u8,
    retain: bool,
    (payload, format): (&[u8], u32),
) {
    reply.urc(|line| {
        line.text("+MQTTRECV:\"");
        say_topic(line, topic);
        line.text("\",");
        line.number(qos.into());
        line.text(if retain { ",1," } else { ",0," });
        line.number(u32::try_from(payload.len()).unwrap_or(u32::MAX));
        line.text(",");
        match format {
            0 => line.bytes(payload),
            1 => say_hex(line, payload),
            _ => say_base64(line, payload),
        }
    });
}

fn say_hex(line: &mut Reply, payload: &[u8]) {
    for byte in payload {
        line.bytes(&[hex(byte >> 4), hex(byte & 15)]);
    }
}

/// Base64 with padding (RFC 4648 §4).
fn say_base64(line: &mut Reply, payload: &[u8]) {
    const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for chunk in payload.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let symbol = |at: usize| {
            let sextet = (bits >> (18 - 6 * at) & 63) as usize;
            let symbol = SYMBOLS.get(sextet).copied().unwrap_or(b'=');
            if at <= chunk.len() { symbol } else { b'=' }
        };
        line.bytes(&[0, 1, 2, 3].map(symbol));
    }
}

/// `+MQTTRECVDROPPED:"<topic>",<qos>,<length>`
pub(super) fn word_dropped(reply: &mut Reply, topic: &str, qos: u8, length: u32) {
    reply.urc(|line| {
        line.text("+MQTTRECVDROPPED:\"");
        say_topic(line, topic);
        line.text("\",");
        line.number(qos.into());
        line.text(",");
        line.number(length);
    });
}

/// The topic with what could pass for something else as `\hh`.
fn say_topic(line: &mut Reply, topic: &str) {
    let mut rest = topic.as_bytes();
    while !rest.is_empty() {
        let plain = rest.iter().position(|&byte| needs_escape(byte));
        let (run, behind) = rest.split_at(plain.unwrap_or(rest.len()));
        line.bytes(run);
        let Some((&byte, behind)) = behind.split_first() else {
            return;
        };
        line.bytes(&[b'\\', hex(byte >> 4), hex(byte & 15)]);
        rest = behind;
    }
}

fn needs_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20 | 0x7f)
}

fn hex(digit: u8) -> u8 {
    match digit {
        0..=9 => b'0' + digit,
        _ => b'A' - 10 + digit,
    }
}
