//! `+MQTTSUB` and `+MQTTUNSUB`.

use super::configuration::LINK;
use super::connection::TIMEOUT;
use super::error::check_state;
use super::messages::{QOS, check_topic, limit};
use super::state::{self, MqttState, state};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::Signature;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::mqtt::Qos;
use crate::mqtt::topic::can_subscribe_to;

/// The longest filter MQTT has room for (clause 4.7.3).
const MAX_TOPIC: usize = 65_535;
const FILTER: Param = Param::text("topic", 1, MAX_TOPIC)
    .check(can_subscribe_to, "a/#/b")
    .example("pump/7/cmd");

pub(super) const SUBSCRIBE: Command = Command::new("+MQTTSUB", "Subscribe to a topic")
    .details(
        "OK at SUBACK, with QoS 0 at once. The read form lists state, topic and QoS of each \
         subscription; with the module's own limits an eleventh is neither listed nor \
         subscribed again.",
    )
    .remembers()
    .read(read)
    .commits()
    .set(&[Signature::of(&[LINK, FILTER, QOS, TIMEOUT])], subscribe);

pub(super) const UNSUBSCRIBE: Command = Command::new("+MQTTUNSUB", "Unsubscribe from a topic")
    .details("OK at UNSUBACK, of an unknown topic too.")
    .remembers()
    .commits()
    .set(&[Signature::of(&[LINK, FILTER, TIMEOUT])], unsubscribe);

fn subscribe(cx: &mut Context, args: &Args) -> Outcome {
    let checked = check_state(cx, "+MQTTSUB").and_then(|()| check_topic(cx, args));
    let wait = checked.and_then(|()| {
        if is_remembered(cx, args.text(1)) {
            cx.subscribe(args.text(1), args.int(2))
        } else {
            cx.subscribe_unlisted(args.text(1), args.int(2))
        }
    });
    match wait {
        // The broker's answer is not waited for.
        Ok(_) if args.int(2) == 0 => state::set_asked(cx).into(),
        Ok(wait) => Outcome::WaitFor(wait, limit(args, 3)),
        Err(fail) => Outcome::Fail(fail),
    }
}

/// Whether a topic is one of those that the module remembers.
fn is_remembered(cx: &mut Context, topic: &str) -> bool {
    let mut left = cx.limits().subscriptions;
    if left == usize::MAX {
        return true;
    }
    let mut is_known = false;
    let mut look = |known: &str| {
        left = left.saturating_sub(1);
        is_known |= known == topic;
    };
    cx.each_subscription(|known, _, _| look(known));
    cx.each_asked(|known, _, _| look(known));
    is_known || left > 0
}

fn unsubscribe(cx: &mut Context, args: &Args) -> Outcome {
    let checked = check_state(cx, "+MQTTUNSUB").and_then(|()| check_topic(cx, args));
    let noted = checked.and_then(|()| state::set_leaving(cx));
    match noted.and_then(|()| cx.unsubscribe(args.text(1))) {
        Ok(wait) => Outcome::WaitFor(wait, limit(args, 2)),
        Err(fail) => Outcome::Fail(fail),
    }
}

fn read(cx: &mut Context, _: &Args) -> Outcome {
    let state = state(cx);
    if state <= MqttState::Connection {
        cx.info(|line| {
            line.text("+MQTTSUB:0,");
            line.number(state as u32);
            line.text(",\"\",0");
        });
        return Outcome::Ok;
    }
    cx.each_subscription(|topic, qos, reply| write_topic(reply, state, topic, qos));
    cx.each_asked(|topic, is_of_interest, reply| {
        // With QoS 0 the answer is not waited for; with another it has come by now, or the
        // wait was in vain.
        if is_of_interest {
            write_topic(reply, state, topic, Qos::AtMostOnce);
        }
    });
    Outcome::Ok
}

fn write_topic(reply: &mut Reply, state: MqttState, topic: &str, qos: Qos) {
    reply.info(|line| {
        line.text("+MQTTSUB:0,");
        line.number(state as u32);
        line.text(",\"");
        line.text(topic);
        line.text("\",");
        line.number(qos.level().into());
    });
}
