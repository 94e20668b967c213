//! `+MQTTSUB` and `+MQTTUNSUB`.

use super::messages::QOS;
use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::{Context, quality};
use crate::modem::command::dialect::{Command, Outcome};
use crate::mqtt::packet::SubscribeOptions;
use crate::mqtt::topic::{can_subscribe_to, is_shared};

const TOPIC: Param = Param::text("topic", 1, 65_535)
    .check(can_subscribe_to, "a/#/b")
    .means("topic filter, with + and # as wildcards, without control characters")
    .example("devices/MQTT002/#");

const NO_LOCAL: Param = Param::choice(
    "no local",
    &[
        (0, "all messages come"),
        (1, "not those this client publishes itself"),
    ],
)
.optional();
const AS_PUBLISHED: Param = Param::choice(
    "retain as published",
    &[
        (0, "retain says that the message was stored"),
        (1, "retain as it was published"),
    ],
)
.optional();
const HANDLING: Param = Param::choice(
    "retain handling",
    &[
        (0, "stored messages come"),
        (1, "only if the subscription is new"),
        (2, "never"),
    ],
)
.optional();

const SUBSCRIBE_SIGNATURES: &[Signature] =
    &[Signature::of(&[TOPIC, QOS, NO_LOCAL, AS_PUBLISHED, HANDLING]).check(is_asked_alone)];
const UNSUBSCRIBE_SIGNATURES: &[Signature] = &[Signature::of(&[TOPIC])];

pub(super) const SUBSCRIBE: Command = Command::new("+MQTTSUB", "Subscribe to a topic")
    .remembers()
    .details(
        "OK when the broker grants it. The read form lists each subscription with the granted \
             QoS; its topic is shown as `+MQTTCONFIG?` shows text. The options behind the QoS are \
             of MQTT 5, and each 0 if it is left out; over a connection of 3.1.1 another value is \
             an error (4). `<no local>` 1 is an error (50) for a shared subscription, `$share/…`.",
    )
    .test("+MQTTSUB:<topic>,(0-2)")
    .read(read)
    .commits()
    .takes_list()
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
    .takes_list()
    .set(UNSUBSCRIBE_SIGNATURES, unsubscribe)
    .examples(&[Example {
        line: "AT+MQTTUNSUB=\"devices/MQTT002/#\"",
        answer: &["OK"],
    }]);

/// No local is not for a shared subscription.
fn is_asked_alone(args: &Args) -> Result<(), Reject> {
    if args.flag(2) && is_shared(args.text(0)) {
        return Err(Reject::Value);
    }
    Ok(())
}

fn subscribe(cx: &mut Context, args: &Args) -> Outcome {
    let options = quality(args.int(1)).map(|qos| SubscribeOptions {
        qos,
        no_local: args.flag(2),
        retain_as_published: args.flag(3),
        retain_handling: args.int(4) as u8,
    });
    options
        .and_then(|options| cx.subscribe_with(args.text(0), options))
        .into()
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
