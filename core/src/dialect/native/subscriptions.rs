//! `+MQTTSUB` and `+MQTTUNSUB`.

use super::messages::QOS;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::mqtt::topic::can_subscribe_to;

const TOPIC: Param = Param::text("topic", 1, 65_535)
    .check(can_subscribe_to, "a/#/b")
    .means("topic filter, with + and # as wildcards, without control characters")
    .example("devices/MQTT002/#");

const SUBSCRIBE_SIGNATURES: &[Signature] = &[Signature::of(&[TOPIC, QOS])];
const UNSUBSCRIBE_SIGNATURES: &[Signature] = &[Signature::of(&[TOPIC])];

pub(super) const SUBSCRIBE: Command = Command::new("+MQTTSUB", "Subscribe to a topic")
    .remembers()
    .details(
        "OK when the broker grants it. The read form lists each subscription with the granted \
             QoS; its topic is shown as `+MQTTCONFIG?` shows text.",
    )
    .test("+MQTTSUB:<topic>,(0-2)")
    .read(read)
    .commits()
    .set(SUBSCRIBE_SIGNATURES, subscribe)
    .examples(&[
        Example {
            line: "AT+MQTTSUB=\"devices/MQTT002/#\",1",
            answer: &["OK"],
        },
        Example {
            line: "AT+MQTTSUB?",
            answer: &["+MQTTSUB:devices/MQTT002/#,1", "OK"],
        },
    ]);

pub(super) const UNSUBSCRIBE: Command = Command::new("+MQTTUNSUB", "Unsubscribe from a topic")
    .remembers()
    .details("OK when the broker confirms it.")
    .test("+MQTTUNSUB:<topic>")
    .commits()
    .set(UNSUBSCRIBE_SIGNATURES, unsubscribe)
    .examples(&[Example {
        line: "AT+MQTTUNSUB=\"devices/MQTT002/#\"",
        answer: &["OK"],
    }]);

fn subscribe(cx: &mut Context, args: &Args) -> Outcome {
    cx.subscribe(args.text(0), args.int(1)).into()
}

fn unsubscribe(cx: &mut Context, args: &Args) -> Outcome {
    cx.unsubscribe(args.text(0)).into()
}

fn read(cx: &mut Context, _: &Args) -> Outcome {
    cx.each_subscription(|topic, qos, reply| {
        reply.info(|line| {
            line.text("+MQTTSUB:");
            line.value(Some(topic.as_bytes()));
            line.text(",");
            line.number(qos.level().into());
        });
    });
    Outcome::Ok
}
