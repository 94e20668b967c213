//! `+QMTSUB` and `+QMTUNS`.

use super::connection::{started, word};
use super::state::{LINK, check_step, use_link};
use super::task;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::Signature;
use crate::modem::Staged;
use crate::modem::api::LinkStep;
use crate::modem::command::context::{Context, quality};
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::{GrantedCodes, Task};
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;
use crate::mqtt::packet::SubscribeOptions;
use crate::mqtt::session::MOST_FILTERS;
use crate::mqtt::topic::can_subscribe_to;

/// The longest filter MQTT has room for (clause 4.7.3).
const MAX_TOPIC: usize = 65_535;
const NUMBER: Param = Param::int("msgID", 1, 65_535);
const FILTER: Param = Param::text("topic", 1, MAX_TOPIC)
    .check(can_subscribe_to, "a/#/b")
    .example("pump/7/cmd");

pub(super) const SUBSCRIBE: Command = Command::new("+QMTSUB", "Subscribe to topics")
    .details(
        "OK, then `+QMTSUB: <idx>,<msgID>,0,<granted>` with the QoS granted for each topic, 128 \
         where it was refused. Eight topics at most.",
    )
    .remembers()
    .test("+QMTSUB: (0-5),<msgID>,list of [\"topic\",qos]")
    .commits()
    .set(
        &[Signature::of(&[LINK, NUMBER, FILTER, Param::int("qos", 0, 2)]).repeats(2)],
        subscribe,
    );

pub(super) const UNSUBSCRIBE: Command = Command::new("+QMTUNS", "Unsubscribe from topics")
    .details("OK, then `+QMTUNS: <idx>,<msgID>,0`. Eight topics at most.")
    .remembers()
    .test("+QMTUNS: (0-5),<msgID>,list of [\"topic\"]")
    .commits()
    .set(
        &[Signature::of(&[LINK, NUMBER, FILTER]).repeats(1)],
        unsubscribe,
    );

fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}

fn subscribe(cx: &mut Context, args: &Args) -> Outcome {
    let none = SubscribeOptions::new(crate::mqtt::Qos::AtMostOnce);
    let mut requests = [("", none); MOST_FILTERS];
    let (mut values, mut count) = (args.from(2), 0);
    while let (Some(filter), Some(qos)) = (values.next(), values.next()) {
        let qos = quality(text(qos).parse().unwrap_or(0));
        let (Some(place), Ok(qos)) = (requests.get_mut(count), qos) else {
            return Outcome::Fail(Fail::Plain);
        };
        if filter.len() > cx.limits().topic {
            return Outcome::Fail(Fail::Plain);
        }
        *place = (text(filter), SubscribeOptions::new(qos));
        count += 1;
    }
    let requests = requests.get(..count).unwrap_or_default();
    begin(cx, args, task::SUBSCRIBE, |cx| {
        let mut subscribed = 0;
        cx.each_subscription(|_, _, _| subscribed += 1);
        if subscribed + requests.len() > cx.limits().subscriptions {
            return Err(Fail::Plain);
        }
        cx.subscribe_all(requests)
    })
}

fn unsubscribe(cx: &mut Context, args: &Args) -> Outcome {
    let (mut filters, mut count) = ([""; MOST_FILTERS], 0);
    for filter in args.from(2) {
        let Some(place) = filters.get_mut(count) else {
            return Outcome::Fail(Fail::Plain);
        };
        if filter.len() > cx.limits().topic {
            return Outcome::Fail(Fail::Plain);
        }
        *place = text(filter);
        count += 1;
    }
    let filters = filters.get(..count).unwrap_or_default();
    begin(cx, args, task::UNSUBSCRIBE, |cx| {
        cx.unsubscribe_all(filters)
    })
}

/// OK now, an event later.
fn begin(
    cx: &mut Context,
    args: &Args,
    command: u8,
    ask: impl FnOnce(&mut Context) -> Result<Wait, Fail>,
) -> Outcome {
    let ready = use_link(cx, args, 0).and_then(|()| check_step(cx, LinkStep::Connected));
    match ready.and_then(|()| ask(cx)) {
        Ok(wait) => Outcome::Started(wait, started(command, args.int(1))),
        Err(_) => Outcome::Fail(Fail::Plain),
    }
}

/// What the broker granted.
pub(super) fn word_granted(of: Staged<'_>, task: Task, granted: GrantedCodes, reply: &mut Reply) {
    if granted.iter().next().is_none() {
        return word(reply, "+QMTSUB: ", of, &[task.number, 2]);
    }
    reply.urc(|line| {
        line.text("+QMTSUB: ");
        line.number(of.link().0.into());
        line.text(",");
        line.number(task.number);
        line.text(",0");
        for code in granted.iter() {
            line.text(",");
            line.number(code.into());
        }
    });
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use crate::dialect::quectel::BG95;
    use crate::{Config, Instant, Memory, Modem};

    /// How much of a line may be written down.
    fn shown(line: &str) -> usize {
        let memory = Memory::heap();
        let mut modem = Modem::new(Config::of(&BG95), memory, Instant::ZERO);
        modem.take_host(Instant::ZERO, line.as_bytes());
        modem.line().shown.len()
    }

    #[test]
    fn every_topic_is_written_down() {
        for (line, hidden) in [
            ("+QMTSUB=0,1,\"a\",1,\"b\",2,\"c\",0", ""),
            ("+QMTSUB=0,1,\"a\",1,\"b\",", "3,\"c\",0"),
            ("+QMTUNS=0,1,\"a\",\"b\",\"c\"", ""),
            ("+QMTUNS=0,1,\"a\",\"b\",", "\"#c\",\"d\""),
        ] {
            let typed = std::format!("AT{line}{hidden}\r");
            assert_eq!(shown(&typed), line.len(), "{typed}");
        }
    }
}
