//! `+MQTTOPT` and `+MQTTERR`.

use crate::at::args::Args;
use crate::at::help::Range;
use crate::at::schema::{Example, Param, Signature};
use crate::modem::api::Failure;
use crate::modem::cx::Cx;
use crate::modem::options::{self, OPTIONS};
use crate::modem::table::{Command, Fail, Outcome};
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
    ]),
    Signature::of(&[
        NAME.example("sni"),
        Param::text("text", 0, 253)
            .means("its value, of options that are a text")
            .example("broker.example"),
    ]),
];

pub(super) const OPTION: Command = Command::new("+MQTTOPT", "Set an option")
    .details(
        "OK means that it is kept. Reading lists every option with its value, testing every \
         option with its range. With `verify` 0 whoever is on the way to the broker can pass for it, read \
         the password and every message: for a laboratory only.",
    )
    .test("+MQTTOPT:\"<name>\",<range>")
    .test_with(say_ranges)
    .read(read)
    .set(SIGNATURES, set)
    .examples(&[Example {
        line: "AT+MQTTOPT=\"reconnect\",1",
        answer: &["OK"],
    }]);

pub(super) const ERROR: Command = Command::new("+MQTTERR", "The last failure of the link")
    .details(
        "`+MQTTERR:<layer>,<code>,\"<words>\"`; the layer is name, tcp, tls, mqtt or modem. A \
         time-out names the layer that did not answer: code 20 the name server, 23 the rest; \
         mqtt is a broker that is reached and sends no CONNACK.",
    )
    .read(last_failure)
    .examples(&[Example {
        line: "AT+MQTTERR?",
        answer: &["+MQTTERR:tls,25,\"TLS: certificate not trusted\"", "OK"],
    }]);

fn set(cx: &mut Cx, args: &Args) -> Outcome {
    match options::find(args.text(0)) {
        Some(option) => cx.keep_option(option, args.text(1)).into(),
        None => Outcome::Fail(Fail::INCORRECT),
    }
}

fn read(cx: &mut Cx, _: &Args) -> Outcome {
    for (option, opt) in OPTIONS.iter().enumerate() {
        cx.say_option(option, |value, reply| {
            reply.info(|line| {
                // A reply notes for itself what does not fit.
                let _ = write!(line, "+MQTTOPT:\"{}\",{value}", opt.param.name);
            });
        });
    }
    Outcome::Ok
}

fn say_ranges(cx: &mut Cx, _: &Args) -> Outcome {
    for opt in &OPTIONS {
        cx.info(|line| {
            let range = Range(&opt.param);
            let _ = write!(line, "+MQTTOPT:\"{}\",{range}", opt.param.name);
        });
    }
    Outcome::Ok
}

fn last_failure(cx: &mut Cx, _: &Args) -> Outcome {
    let last = cx.last_failure();
    cx.info(|line| {
        let Failure { code, layer, words } = last;
        let _ = write!(line, "+MQTTERR:{layer},{code},\"{words}\"");
    });
    Outcome::Ok
}
