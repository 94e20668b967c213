//! Filters that are collected or given at once, `+CMQTTSUB` and `+CMQTTUNSUB`.

use super::client::{self, CLIENT, done, select_connected};
use super::configuration::operation_timeout;
use super::connection::{apply_timeout, begun};
use super::error::{self, fail};
use super::filters::{self, Collected};
use super::messages::{DUP, QOS};
use super::prompt::{self, LENGTH, asks, text_of};
use super::system::SIM7600_MODEL;
use super::{key, task};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::Data;
use crate::modem::fail::Fail;
use crate::mqtt::packet::SubscribeOptions;
use crate::mqtt::topic::can_subscribe_to;

const SUB: &str = "+CMQTTSUB";
const UNSUB: &str = "+CMQTTUNSUB";

const FILTER: Param = Param::text("topic", 1, 1024)
    .check(can_subscribe_to, "a/#/b")
    .example("pump/7/cmd");

static COLLECTED: Prompt = prompt::of(|cx, args, data| {
    let qos = args.int(2) as u8;
    collect(cx, "+CMQTTSUBTOPIC", key::FILTERS, qos, data).into()
});
static COLLECTED_TO_END: Prompt =
    prompt::of(|cx, _, data| collect(cx, "+CMQTTUNSUBTOPIC", key::UNFILTERS, 0, data).into());
static SUBSCRIBED: Prompt = prompt::of(|cx, args, data| done(subscribe_data(cx, args, data)));
static UNSUBSCRIBED: Prompt = prompt::of(|cx, _, data| done(unsubscribe_data(cx, data)));

pub(super) const COLLECT: Command =
    Command::new("+CMQTTSUBTOPIC", "Give one more filter to subscribe to")
        .test("+CMQTTSUBTOPIC: (0-1),(1-1024),(0-2)")
        .set(&[Signature::of(&[CLIENT, LENGTH, QOS])], |cx, args| {
            let connected = expect_collected(cx, args);
            asks(connected, args, &COLLECTED)
        });

pub(super) const SUBSCRIBE: Command = Command::new(SUB, "Subscribe")
    .details(
        "To all filters given before, by one packet; to one that is asked for; or to one that is \
         a value. 18: there is none.",
    )
    .test("+CMQTTSUB: (0-1),(1-1024),(0-2),(0-1)")
    .remembers()
    .read(|cx, _| done(read(cx)))
    .set(
        &[
            Signature::of(&[CLIENT, FILTER, QOS]),
            Signature::of(&[CLIENT, DUP]),
            Signature::of(&[CLIENT, LENGTH, QOS, DUP]),
        ],
        |cx, args| match args.signature() {
            0 => done(subscribe_text(cx, args)),
            1 => done(subscribe_collected(cx, args)),
            _ => {
                let connected = select_connected(cx, SUB, args);
                asks(connected, args, &SUBSCRIBED)
            }
        },
    )
    .examples(&[Example {
        line: "AT+CMQTTSUB=0",
        answer: &["OK", "+CMQTTSUB: 0,0"],
    }]);

pub(super) const COLLECT_TO_END: Command = Command::new(
    "+CMQTTUNSUBTOPIC",
    "Give one more filter to unsubscribe from",
)
.test("+CMQTTUNSUBTOPIC: (0-1),(1-1024)")
.set(&[Signature::of(&[CLIENT, LENGTH])], |cx, args| {
    let connected = select_connected(cx, "+CMQTTUNSUBTOPIC", args);
    asks(connected, args, &COLLECTED_TO_END)
});

pub(super) const UNSUBSCRIBE: Command = Command::new(UNSUB, "Unsubscribe")
    .details("From filters given in the ways `+CMQTTSUB` has.")
    .test("+CMQTTUNSUB: (0-1),(1-1024),(0-1)")
    .remembers()
    .set(
        &[
            Signature::of(&[CLIENT, FILTER]),
            Signature::of(&[CLIENT, DUP]),
            Signature::of(&[CLIENT, LENGTH, Param::int("dup", 0, 1).means("no effect")]),
        ],
        |cx, args| match args.signature() {
            0 => done(unsubscribe_text(cx, args)),
            1 => done(unsubscribe_collected(cx, args)),
            _ => {
                let connected = select_connected(cx, UNSUB, args);
                asks(connected, args, &UNSUBSCRIBED)
            }
        },
    );

/// Turns to a client that filters are collected for. The older module says of one without a
/// connection that its values are wrong.
fn expect_collected(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    const NAME: &str = "+CMQTTSUBTOPIC";
    client::select(cx, NAME, args, 0)?;
    client::check_idle(cx, NAME)?;
    if cx.is_connected() {
        return Ok(());
    }
    let is_older = cx.dialect().model == SIM7600_MODEL;
    let error = if is_older {
        error::INVALID
    } else {
        error::NO_CONNECTION
    };
    Err(fail(cx, NAME, error))
}

fn collect(cx: &mut Context, name: &str, key: u8, qos: u8, data: Data<'_>) -> Result<(), Fail> {
    let filter = text_of(cx, name, data, can_subscribe_to)?;
    match filters::add(cx, key, qos, filter) {
        Ok(()) => Ok(()),
        Err(_) => Err(fail(cx, name, error::FAILED)),
    }
}

fn subscribe_collected(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    select_connected(cx, SUB, args)?;
    let subscribed = cx.with_staged(|cx, staged| {
        let all = Collected::of(staged, key::FILTERS);
        subscribe(cx, all.requests())
    });
    cx.forget_staged(Some(key::FILTERS));
    subscribed
}

fn subscribe_text(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    select_connected(cx, SUB, args)?;
    subscribe(cx, &[request(args.text(1), args)?])
}

fn subscribe_data(cx: &mut Context, args: &Args, data: Data<'_>) -> Result<Outcome, Fail> {
    client::check_connected(cx, SUB)?;
    let filter = text_of(cx, SUB, data, can_subscribe_to)?;
    subscribe(cx, &[request(filter, args)?])
}

/// A filter, and the quality that is the third value.
fn request<'f>(filter: &'f str, args: &Args) -> Result<(&'f str, SubscribeOptions), Fail> {
    let qos = crate::modem::command::context::quality(args.int(2))?;
    Ok((filter, SubscribeOptions::new(qos)))
}

fn subscribe(cx: &mut Context, requests: &[(&str, SubscribeOptions)]) -> Result<Outcome, Fail> {
    if requests.is_empty() {
        return Err(fail(cx, SUB, error::NO_TOPIC));
    }
    let timeout = operation_timeout(cx);
    apply_timeout(cx, timeout)?;
    match cx.subscribe_all(requests) {
        Ok(wait) => Ok(begun(cx, wait, task::SUBSCRIBE)),
        Err(_) => Err(fail(cx, SUB, error::FAILED)),
    }
}

fn unsubscribe_collected(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    select_connected(cx, UNSUB, args)?;
    let unsubscribed = cx.with_staged(|cx, staged| {
        let all = Collected::of(staged, key::UNFILTERS);
        unsubscribe(cx, all.texts())
    });
    cx.forget_staged(Some(key::UNFILTERS));
    unsubscribed
}

fn unsubscribe_text(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    select_connected(cx, UNSUB, args)?;
    unsubscribe(cx, &[args.text(1)])
}

fn unsubscribe_data(cx: &mut Context, data: Data<'_>) -> Result<Outcome, Fail> {
    client::check_connected(cx, UNSUB)?;
    let filter = text_of(cx, UNSUB, data, can_subscribe_to)?;
    unsubscribe(cx, &[filter])
}

fn unsubscribe(cx: &mut Context, filters: &[&str]) -> Result<Outcome, Fail> {
    if filters.is_empty() {
        return Err(fail(cx, UNSUB, error::NO_TOPIC));
    }
    let timeout = operation_timeout(cx);
    apply_timeout(cx, timeout)?;
    match cx.unsubscribe_all(filters) {
        Ok(wait) => Ok(begun(cx, wait, task::UNSUBSCRIBE)),
        Err(_) => Err(fail(cx, UNSUB, error::FAILED)),
    }
}

/// One filter a line.
fn read(cx: &mut Context) -> Result<Outcome, Fail> {
    client::check_started(cx)?;
    cx.text("+CMQTTSUB: ");
    Ok(client::each(cx, |cx| {
        cx.each_subscription(|filter, _, reply| reply.text_line(filter));
    }))
}
