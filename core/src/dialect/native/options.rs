//! `+MQTTOPT` and `+MQTTERR`.

use crate::at::args::Args;
use crate::at::help::Range;
use crate::at::param::{Kind, Param, Reject};
use crate::at::schema::{Example, Signature};
use crate::modem::api::Failure;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::options::{self, OPTIONS, OptionValue, QUEUE};
use core::fmt::Write;

const NAME: Param = Param::text("name", 1, 32)
    .check(options::is_name, "nosuch")
    .means("name of an option");
const SIGNATURES: &[Signature] = &[
    Signature::of(&[
        NAME.example("reconnect"),
        Param::int("number", 0, u32::MAX)
            .means("its value")
            .example("1"),
    ])
    .check(takes_value),
    Signature::of(&[
        NAME.example("sni"),
        Param::text("text", 0, 253)
            .means("its value, if the option is a text")
            .example("broker.example"),
    ])
    .check(takes_value),
];

pub(super) const OPTION: Command = Command::new("+MQTTOPT", "Set an option")
    .remembers()
    .details(
        "OK means that it is stored. The read form lists every option with its value, the test \
         form with its range. With `verify` 0, anyone between the modem and the broker can \
         pretend to be the broker, and read the password and every message: for laboratories \
         only.",
    )
    .test("+MQTTOPT:\"<name>\",<range>")
    .test_with(write_ranges)
    .read(read)
    .commits()
    .set(SIGNATURES, set)
    .examples(&[Example {
        line: "AT+MQTTOPT=\"reconnect\",1",
        answer: &["OK"],
    }]);

pub(super) const ERROR: Command = Command::new("+MQTTERR", "The last failure of the link")
    .details(
        "`+MQTTERR:<layer>,<code>,\"<words>\"`; the layer is name, tcp, tls, mqtt or modem. A \
         time-out names the layer that did not answer: code 20 for the name server, 23 for the \
         others. Layer mqtt means that the broker was reached and sent no CONNACK. A fourth \
         value is the reason string of a broker of MQTT 5, if it sent one.",
    )
    .read(last_failure)
    .examples(&[Example {
        line: "AT+MQTTERR?",
        answer: &["+MQTTERR:tls,25,\"TLS: certificate not trusted\"", "OK"],
    }]);

fn takes_value(args: &Args) -> Result<(), Reject> {
    value(args).map(|_| ())
}

/// An option by its place, and the value it is to have.
fn value<'l>(args: &Args<'l>) -> Result<(usize, OptionValue<'l>), Reject> {
    let option = options::find(args.text(0)).ok_or(Reject::Value)?;
    let opt = OPTIONS.get(option).ok_or(Reject::Value)?;
    Ok((option, opt.parse(args.text(1))?))
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    let value = value(args).map_err(Fail::from);
    value
        .and_then(|(option, value)| match value {
            OptionValue::Number(bytes) if option == QUEUE && bytes > cx.most_queued() => {
                Err(Fail::INCORRECT)
            }
            value => cx.store_option(option, value),
        })
        .into()
}

fn read(cx: &mut Context, _: &Args) -> Outcome {
    for (option, opt) in OPTIONS.iter().enumerate() {
        cx.write_option(option, |value, reply| {
            reply.info(|line| {
                // A reply notes for itself what does not fit.
                let _ = write!(line, "+MQTTOPT:\"{}\",{value}", opt.param.name);
            });
        });
    }
    Outcome::Ok
}

fn write_ranges(cx: &mut Context, _: &Args) -> Outcome {
    for (option, opt) in OPTIONS.iter().enumerate() {
        let mut param = opt.param;
        if option == QUEUE {
            param.kind = Kind::Int {
                min: 0,
                max: cx.most_queued(),
            };
        }
        cx.info(|line| {
            let range = Range(&param);
            let _ = write!(line, "+MQTTOPT:\"{}\",{range}", param.name);
        });
    }
    Outcome::Ok
}

fn last_failure(cx: &mut Context, _: &Args) -> Outcome {
    cx.write_failure(|failure, reason, reply| {
        reply.info(|line| {
            let Failure { code, layer, .. } = failure;
            let _ = write!(line, "+MQTTERR:{layer},{code},\"{failure}\"");
            if !reason.is_empty() {
                line.text(",");
                line.quoted(reason.as_bytes());
            }
        });
    });
    Outcome::Ok
}
