//! `+QMTCFG`: what a link is opened with.

use super::model::Model;
use super::state::{LINK, LinkSetup, key, use_link};
use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming, Late};
use crate::modem::fail::Fail;
use crate::mqtt::topic::can_publish_to;
use core::fmt::Write;
use core::ops::RangeInclusive;

/// A setting: its numbers, and whether it is one of the newer models alone.
struct Setting {
    name: &'static str,
    /// The range of each number; those behind the first may be left out.
    ranges: &'static [RangeInclusive<u16>],
    is_newer: bool,
}

const SETTINGS: [Setting; 12] = [
    setting("version", &[3..=4], false),
    setting("pdpcid", &[1..=16], false),
    setting("ssl", &[0..=1, 0..=5], false),
    setting("keepalive", &[0..=3600], false),
    setting("session", &[0..=1], false),
    setting("timeout", &[1..=1200, 0..=10, 0..=1], false),
    setting("will", &[0..=0], false),
    setting("recv/mode", &[0..=1, 0..=1], false),
    setting("send/mode", &[0..=1], true),
    setting("dataformat", &[0..=1, 0..=1], true),
    setting("view/mode", &[0..=1], true),
    setting("edit/timeout", &[0..=1, 1..=180], true),
];
const PING: Setting = setting("qmtping", &[5..=60], true);

const fn setting(
    name: &'static str,
    ranges: &'static [RangeInclusive<u16>],
    is_newer: bool,
) -> Setting {
    Setting {
        name,
        ranges,
        is_newer,
    }
}

fn find(name: &str) -> Option<&'static Setting> {
    let mut all = SETTINGS.iter().chain([&PING]);
    all.find(|it| it.name.eq_ignore_ascii_case(name))
}

const NAME: Param = Param::text("name", 3, 16)
    .check(|name| find(name).is_some(), "nosuch")
    .means("version, pdpcid, ssl, keepalive, session, timeout, will, recv/mode and others")
    .example("keepalive");
const VALUE: Param = Param::int("number", 0, 3600);
const SWITCH: Param = Param::int("will_flag", 1, 1);
const QOS: Param = Param::int("will_qos", 0, 2);
const RETAIN: Param = Param::int("will_retain", 0, 1);
const TOPIC: Param = Param::text("willtopic", 1, 255)
    .check(can_publish_to, "a/+")
    .example("pump/7/state");

pub(super) const CONFIGURE: Command = Command::new("+QMTCFG", "Set how a link is opened")
    .details(
        "Without values it reads. What is set counts from the next `+QMTOPEN` on, and until the \
         module is switched off.",
    )
    .test_with(test)
    .commits()
    .set(
        &[
            Signature::of(&[NAME, LINK]),
            Signature::of(&[NAME, LINK, VALUE, VALUE.optional(), VALUE.optional()])
                .check(fit_ranges),
            Signature::of(&[
                NAME.example("will"),
                LINK,
                SWITCH,
                QOS,
                RETAIN,
                TOPIC,
                Param::bytes("willmessage", 0, 255).example("gone"),
            ])
            .check(|args| is_named(args, "will")),
            Signature::of(&[
                Param::text("name", 6, 6)
                    .check(|name| name.eq_ignore_ascii_case("willex"), "nosuch")
                    .example("willex"),
                LINK,
                SWITCH,
                QOS,
                RETAIN,
                TOPIC,
                Param::int("length", 1, 256).means("bytes that follow the prompt"),
            ])
            .check(|args| {
                if args.is_quoted(6) {
                    Err(Reject::Value)
                } else {
                    Ok(())
                }
            }),
        ],
        configure,
    )
    .examples(&[Example {
        line: "AT+QMTCFG=\"keepalive\",0",
        answer: &["+QMTCFG: \"keepalive\",120", "OK"],
    }]);

static WILL: Prompt = Prompt {
    late: Late::Fail(Fail::Plain),
    ..Prompt::new(|cx, args, data: Data| {
        use_link(cx, args, 1)
            .and_then(|()| set_will(cx, args, data.bytes))
            .into()
    })
    .shown()
};

fn is_named(args: &Args, name: &str) -> Result<(), Reject> {
    if args.text(0).eq_ignore_ascii_case(name) {
        Ok(())
    } else {
        Err(Reject::Value)
    }
}

/// Each number is in the range of its setting.
fn fit_ranges(args: &Args) -> Result<(), Reject> {
    let ranges = find(args.text(0)).map_or(&[][..], |it| it.ranges);
    let fits = (2..5).filter(|place| args.has(*place)).all(|place| {
        let range = ranges.get(place - 2);
        let number = u16::try_from(args.int(place));
        range.is_some_and(|range| number.is_ok_and(|number| range.contains(&number)))
    });
    fits.then_some(()).ok_or(Reject::Value)
}

fn configure(cx: &mut Context, args: &Args) -> Outcome {
    if let Err(fail) = use_link(cx, args, 1) {
        return Outcome::Fail(fail);
    }
    match args.signature() {
        0 => read(cx, args),
        1 => set_numbers(cx, args).into(),
        2 => set_will(cx, args, args.bytes(6)).into(),
        _ => Outcome::Prompt(DataFraming::Length(args.int(6) as usize), &WILL),
    }
}

fn set_will(cx: &mut Context, args: &Args, message: &[u8]) -> Result<(), Fail> {
    let mut config = LinkSetup::of(cx.staged(), key::CONFIG);
    config.will = [1, args.int(3) as u16, args.int(4) as u16];
    config.stage(cx, key::CONFIG)?;
    cx.stage(key::WILL_TOPIC, args.bytes(5))?;
    cx.stage(key::WILL_MESSAGE, message)
}

/// Numbers that were left out stay.
fn set_numbers(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    let mut config = LinkSetup::of(cx.staged(), key::CONFIG);
    let number = |place: usize, old: u16| {
        if args.has(place) {
            args.int(place) as u16
        } else {
            old
        }
    };
    let first = number(2, 0);
    let setting = find(args.text(0)).ok_or(Fail::Plain)?;
    let model = Model::of(cx);
    match setting.name {
        "version" => config.version = first,
        "pdpcid" if first > model.contexts() => return Err(Fail::Plain),
        "pdpcid" => config.context = first,
        "ssl" => (config.tls, config.tls_context) = (first, number(3, config.tls_context)),
        "keepalive" => config.keep_alive = first,
        "session" => config.clean = first,
        "timeout" => {
            let [_, retries, notice] = config.timeout;
            config.timeout = [first, number(3, retries), number(4, notice)];
            if !model.takes_timeout(config.timeout) {
                return Err(Fail::Plain);
            }
        }
        "will" => config.will = [0; 3],
        "recv/mode" => config.receive = [first, number(3, config.receive[1])],
        "send/mode" => config.hex[0] = first,
        "dataformat" => config.hex = [first, number(3, config.hex[1])],
        "view/mode" => config.view = first,
        "edit/timeout" => config.edit = [first, number(3, config.edit[1])],
        _ => config.ping = first,
    }
    config.stage(cx, key::CONFIG)
}

fn read(cx: &mut Context, args: &Args) -> Outcome {
    let Some(setting) = find(args.text(0)) else {
        return Outcome::Fail(Fail::Plain);
    };
    let model = Model::of(cx);
    cx.write_staged(|staged, reply| {
        reply.info(|line| {
            line.text("+QMTCFG: \"");
            line.text(setting.name);
            line.text("\"");
            write_values(setting.name, (model, staged), line);
        });
    });
    Outcome::Ok
}

fn write_values(name: &str, (model, staged): (Model, Staged<'_>), line: &mut Reply) {
    let config = LinkSetup::of(staged, key::CONFIG);
    match name {
        "version" if config.version == 0 => numbers(line, &[model.version()]),
        "version" => numbers(line, &[config.version]),
        "pdpcid" => numbers(line, &[config.context]),
        "ssl" if config.tls != 0 => numbers(line, &[1, config.tls_context]),
        "ssl" => numbers(line, &[0]),
        "keepalive" => numbers(line, &[config.keep_alive]),
        "session" => numbers(line, &[config.clean]),
        "timeout" => numbers(line, &config.timeout),
        "will" if config.will[0] != 0 => {
            numbers(line, &config.will);
            for key in [key::WILL_TOPIC, key::WILL_MESSAGE] {
                line.text(",\"");
                line.bytes(staged.get(key).unwrap_or_default());
                line.text("\"");
            }
        }
        "will" => numbers(line, &[0]),
        "recv/mode" => numbers(line, &config.receive),
        "send/mode" => numbers(line, &config.hex[..1]),
        "dataformat" => numbers(line, &config.hex),
        "view/mode" => numbers(line, &[config.view]),
        "edit/timeout" => numbers(line, &config.edit),
        _ => numbers(line, &[config.ping]),
    }
}

fn numbers(line: &mut Reply, numbers: &[u16]) {
    for number in numbers {
        line.text(",");
        line.number((*number).into());
    }
}

/// One line for each setting of the model.
fn test(cx: &mut Context, _: &Args) -> Outcome {
    let model = Model::of(cx);
    for setting in SETTINGS.iter().filter(|it| !it.is_newer) {
        write_test(cx, model, setting.name);
        if setting.name == "will" && model.is_newer() {
            write_test(cx, model, "willex");
        }
    }
    if model.is_newer() {
        for name in [
            "send/mode",
            "onenet",
            "aliauth",
            "hwauth",
            "hwprodid",
            "qmtping",
            "dataformat",
            "view/mode",
            "CTWing",
            "edit/timeout",
        ] {
            write_test(cx, model, name);
        }
    } else {
        write_test(cx, model, "aliauth");
    }
    Outcome::Ok
}

fn write_test(cx: &mut Context, model: Model, name: &str) {
    let newer = model.is_newer();
    let values = match name {
        "version" => "(3,4)",
        "pdpcid" if newer => "(1-15)",
        "pdpcid" => "(1-16)",
        "ssl" => "(0,1),(0-5)",
        "keepalive" => "(0-3600)",
        "timeout" if newer => "(1-1200),(1-10),(0,1)",
        "timeout" => "(1-60),(0-10),(0,1)",
        "will" => "(0,1),(0-2),(0,1),\"willtopic\",\"willmessage\"",
        "willex" => "(0,1),(0-2),(0,1),\"willtopic\",(0-256)",
        "recv/mode" | "dataformat" => "(0,1),(0,1)",
        "onenet" => "\"product id\",\"access key\"",
        "hwauth" => "\"device id\",\"device secret\"",
        "hwprodid" => "\"product id\",\"product secret\",\"nodeid\"",
        "CTWing" => "\"client_id\",\"feature_string\"",
        "aliauth" => "\"product key\",\"device name\",\"device secret\"",
        "qmtping" => "(5-60)",
        "edit/timeout" => "(0,1),(1-180)",
        _ => "(0,1)",
    };
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "+QMTCFG: \"{name}\",(0-5),{values}");
    });
}
