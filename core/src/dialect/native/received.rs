//! Messages from the broker: how they are worded, `+MQTTREAD` and `+MQTTACK`.

use super::properties;
use super::urc::write_name;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::modem::api::LinkId;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Received;
use crate::mqtt::property::{ALIAS, Property, PropertyValue};

pub(super) const READ: Command = Command::new("+MQTTREAD", "Read the oldest waiting message")
    .remembers()
    .details(
        "With the option `recvmode` 1: \
         `+MQTTREAD:<number>,\"<topic>\",<qos>,<retain>,<length>,<payload>`, or OK alone if no \
         message waits. The message stays until `+MQTTACK` or the next `+MQTTREAD` releases it; \
         only then it is acknowledged to the broker. After the host dropped DTR, or the modem \
         restarted, the host receives the same message with the same number again. A message too \
         long for the option `recvformat` or with `recvprops` is an error (20) and stays: 0 takes \
         the least room. `?` reads how many messages wait.",
    )
    .commits()
    .execute(read)
    .read(waiting)
    .examples(&[Example {
        line: "AT+MQTTREAD",
        answer: &["+MQTTREAD:7,\"devices/MQTT002/cmd\",1,0,2,on", "OK"],
    }]);

const ACK_SIGNATURES: &[Signature] = &[Signature::of(&[Param::int("number", 1, u32::MAX)
    .means("number of the message, from +MQTTREAD")
    .example("7")])];

pub(super) const ACKNOWLEDGE: Command = Command::new("+MQTTACK", "Release a message that was read")
    .remembers()
    .details(
        "OK when the release is on disk, if sessions are stored there: the message is never \
             delivered again. Any waiting message may be released, not only the oldest. To \
             release it again is OK; a number that was never assigned is an error (21).",
    )
    .commits()
    .set(ACK_SIGNATURES, acknowledge)
    .examples(&[Example {
        line: "AT+MQTTACK=7",
        answer: &["OK"],
    }]);

fn read(cx: &mut Context, _: &Args) -> Outcome {
    Outcome::Wait(cx.read_message())
}

fn waiting(cx: &mut Context, _: &Args) -> Outcome {
    let count = cx.waiting();
    cx.info(|line| {
        line.text("+MQTTREAD:");
        line.number(count);
    });
    Outcome::Ok
}

fn acknowledge(cx: &mut Context, args: &Args) -> Outcome {
    cx.acknowledge(args.int(0)).into()
}

/// The properties a host is told of, in their order. An alias is part of how a topic came.
fn told<'m>(
    message: &Received<'m>,
) -> impl Iterator<Item = (&'static Property, PropertyValue<'m>)> + use<'m> {
    let properties = message.properties.iter();
    properties.filter(|(property, _)| **property != ALIAS)
}

/// `+MQTTRECVPROP:"<name>",<value>` for each property, then
/// `+MQTTRECV:"<topic>",<qos>,<retain>,<length>,<payload>`
pub(super) fn word(reply: &mut Reply, link: LinkId, message: &Received) {
    for (property, value) in told(message) {
        reply.urc(|line| {
            write_name(line, "+MQTTRECVPROP", link);
            properties::write_pair(line, property.name, value);
        });
    }
    reply.urc(|line| {
        write_name(line, "+MQTTRECV", link);
        write(line, message);
    });
}

/// `+MQTTREAD:<number>,` and the same.
pub(super) fn word_read(reply: &mut Reply, number: u32, message: &Received) {
    for (property, value) in told(message) {
        properties::word_one(reply, "+MQTTRECVPROP:", property.name, value);
    }
    reply.info(|line| {
        line.text("+MQTTREAD:");
        line.number(number);
        line.text(",");
        write(line, message);
    });
}

/// `+MQTTWILL:` and the same.
pub(super) fn word_will(message: &Received, reply: &mut Reply) {
    properties::word(reply, "+MQTTPROP:", message.properties);
    reply.info(|line| {
        line.text("+MQTTWILL:");
        write(line, message);
    });
}

fn write(line: &mut Reply, message: &Received) {
    line.quoted(message.topic.as_bytes());
    line.text(",");
    line.number(message.qos.into());
    line.text(if message.retain { ",1," } else { ",0," });
    line.number(message.len());
    line.text(",");
    match message.format {
        0 => line.bytes(message.payload),
        1 => write_hex(line, message.payload),
        _ => write_base64(line, message.payload),
    }
}

fn write_hex(line: &mut Reply, payload: &[u8]) {
    for byte in payload {
        line.hex(*byte);
    }
}

/// Base64 with padding (RFC 4648 §4).
fn write_base64(line: &mut Reply, payload: &[u8]) {
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
pub(super) fn word_dropped(reply: &mut Reply, link: LinkId, topic: &str, qos: u8, length: u32) {
    reply.urc(|line| {
        write_name(line, "+MQTTRECVDROPPED", link);
        line.quoted(topic.as_bytes());
        line.text(",");
        line.number(qos.into());
        line.text(",");
        line.number(length);
    });
}
