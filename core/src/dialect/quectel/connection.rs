//! `+QMTOPEN`, `+QMTCONN`, `+QMTDISC` and `+QMTCLOSE`.

use super::state::{LINK, LinkSetup, check_step, key, number, use_link};
use super::{packet, task, tls};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::buffer::Buf;
use crate::modem::Staged;
use crate::modem::api::LinkStep;
use crate::modem::code;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Task;
use crate::modem::fail::Fail;
use crate::modem::options::{ACK_TIMEOUT, CONNECT_TIMEOUT, OptionValue};
use crate::modem::settings::Settings;
use crate::modem::url::{BrokerUrl, Scheme};
use crate::mqtt::topic::has_allowed_characters;
use crate::mqtt::{Properties, Qos, Will};
use core::fmt::Write;

/// The most bytes of a host.
const MAX_HOST: usize = 100;
/// How long opening takes at most, in seconds.
const OPEN_LIMIT: u32 = 75;
/// As long as a string of MQTT may be.
const MAX_TEXT: usize = 65_535;

pub(super) const OPEN: Command =
    Command::new("+QMTOPEN", "Open the network, and TLS where it is on")
        .details(
            "OK, then `+QMTOPEN: <idx>,<result>`: 0 open, 1 wrong value, 2 in use, 3 no packet \
         context, 4 name not resolved, 5 connection or TLS failed.",
        )
        .remembers()
        .test("+QMTOPEN: (0-5),\"hostname\",(1-65535)")
        .read(read_open)
        .commits()
        .set(
            &[Signature::of(&[
                LINK,
                Param::text("host_name", 1, MAX_HOST)
                    .check(is_host, "a b")
                    .example("broker.example"),
                Param::int("port", 1, 65_535),
            ])],
            open,
        )
        .examples(&[Example {
            line: "AT+QMTOPEN=?",
            answer: &["+QMTOPEN: (0-5),\"hostname\",(1-65535)", "OK"],
        }]);

pub(super) const CONNECT: Command = Command::new("+QMTCONN", "Connect to the broker")
    .details(
        "OK, then `+QMTCONN: <idx>,0,<code>` with the code of CONNACK, 0 where it was accepted; \
         `+QMTCONN: <idx>,2` where none came.",
    )
    .remembers()
    .test("+QMTCONN: (0-5),\"clientID\",\"username\",\"password\"")
    .read(read_connect)
    .commits()
    .set(
        &[Signature::of(&[
            LINK,
            Param::text("clientID", 0, MAX_TEXT)
                .check(has_allowed_characters, "a\u{1}")
                .example("pump-7"),
            Param::text("username", 0, MAX_TEXT)
                .optional()
                .example("user"),
            Param::bytes("password", 0, MAX_TEXT)
                .secret()
                .optional()
                .example("secret"),
        ])],
        connect,
    );

pub(super) const DISCONNECT: Command = Command::new("+QMTDISC", "Disconnect from the broker")
    .details("The network is closed, too.")
    .test("+QMTDISC: (0-5)")
    .commits()
    .set(&[Signature::of(&[LINK])], disconnect);

pub(super) const CLOSE: Command = Command::new("+QMTCLOSE", "Close the network")
    .details("The broker is not told: it publishes the will.")
    .test("+QMTCLOSE: (0-5)")
    .commits()
    .set(&[Signature::of(&[LINK])], close);

fn is_host(text: &str) -> bool {
    BrokerUrl::parse(text).is_ok_and(|url| url.scheme().is_none())
}

pub(super) fn started(command: u8, number: u32) -> Task {
    Task { command, number }
}

fn open(cx: &mut Context, args: &Args) -> Outcome {
    if use_link(cx, args, 0).is_err() {
        return Outcome::Fail(Fail::Plain);
    }
    if cx.step() != LinkStep::Closed {
        let task = started(task::OPEN, task::IN_USE);
        return Outcome::Ended(task, Err(Fail::Plain), code::DONE);
    }
    let task = started(task::OPEN, 0);
    match prepare(cx, args).and_then(|()| cx.open()) {
        Ok(wait) => Outcome::Started(wait, task),
        Err(Fail::NO_SERVICE) => Outcome::Ended(task, Err(Fail::Plain), code::RADIO_OFF),
        Err(Fail::Plain) => Outcome::Ended(task, Err(Fail::Plain), code::TLS_CLIENT),
        Err(_) => Outcome::Fail(Fail::Plain),
    }
}

/// Makes settings of what the host has given until now.
fn prepare(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    let config = LinkSetup::of(cx.staged(), key::CONFIG);
    config.stage(cx, key::IN_FORCE)?;
    let tls = (config.tls != 0).then_some(config.tls_context as u8);
    stage_place(cx, args, tls.is_some())?;
    cx.apply_option(ACK_TIMEOUT, |_| OptionValue::Number(config.patience()))?;
    let limit = tls::apply(cx, tls)?.min(OPEN_LIMIT);
    cx.apply_option(CONNECT_TIMEOUT, |_| OptionValue::Number(limit))?;
    let [buffers, _] = config.receive;
    cx.set_numbered(buffers != 0);
    cx.apply_will(will)?;
    cx.stage(key::CLIENT_ID, b"")?;
    cx.configure(settings)?;
    packet::activate(cx, config.context)
}

/// Puts aside where the broker is.
fn stage_place(cx: &mut Context, args: &Args, tls: bool) -> Result<(), Fail> {
    let mut memory = [0; 10 + MAX_HOST];
    let mut url = Buf::lent(&mut memory);
    let host = args.text(1);
    Scheme::of_mqtt(tls).write_url(host, None, &mut url)?;
    cx.stage(key::URL, url.as_slice())?;
    cx.stage(key::HOST, host.as_bytes())?;
    cx.stage(key::PORT, &args.int(2).to_be_bytes())
}

fn will(staged: Staged<'_>) -> Option<Will<'_>> {
    let [is_there, qos, retain] = LinkSetup::of(staged, key::IN_FORCE).will;
    (is_there != 0).then(|| Will {
        topic: staged.text(key::WILL_TOPIC),
        message: staged.get(key::WILL_MESSAGE).unwrap_or_default(),
        qos: Qos::new(qos as u8).unwrap_or(Qos::AtMostOnce),
        retain: retain != 0,
        properties: Properties::NONE,
    })
}

fn settings(staged: Staged<'_>) -> Settings<'_> {
    let config = LinkSetup::of(staged, key::IN_FORCE);
    let password = staged.get(key::PASSWORD);
    // In 3.1.1 there is no password without a user name (clause 3.1.2-22).
    let username = staged
        .get(key::USERNAME)
        .map(|_| staged.text(key::USERNAME));
    let url = BrokerUrl::parse(staged.text(key::URL));
    let url = url.unwrap_or(BrokerUrl::of_host(staged.text(key::HOST)));
    Settings {
        port: number(staged, key::PORT) as u16,
        client_id: staged.text(key::CLIENT_ID),
        clean_session: config.clean != 0,
        keep_alive: config.keep_alive,
        username: username.or(password.map(|_| "")),
        password,
        ..Settings::of(url)
    }
}

fn connect(cx: &mut Context, args: &Args) -> Outcome {
    let ready = use_link(cx, args, 0).and_then(|()| check_step(cx, LinkStep::Opened));
    let wait = ready.and_then(|()| {
        cx.stage(key::CLIENT_ID, args.bytes(1))?;
        for (place, key) in [(2, key::USERNAME), (3, key::PASSWORD)] {
            if args.has(place) {
                cx.stage(key, args.bytes(place))?;
            } else {
                cx.forget_staged(Some(key));
            }
        }
        let [packet, ..] = LinkSetup::of(cx.staged(), key::IN_FORCE).timeout;
        let limit = u32::from(packet).clamp(1, 300);
        cx.apply_option(CONNECT_TIMEOUT, |_| OptionValue::Number(limit))?;
        cx.configure(settings)?;
        cx.connect()
    });
    match wait {
        Ok(wait) => Outcome::Started(wait, started(task::CONNECT, 0)),
        Err(_) => Outcome::Fail(Fail::Plain),
    }
}

fn disconnect(cx: &mut Context, args: &Args) -> Outcome {
    let ready = use_link(cx, args, 0).and_then(|()| check_step(cx, LinkStep::Connected));
    match ready.and_then(|()| cx.disconnect()) {
        Ok(wait) => Outcome::Started(wait, started(task::DISCONNECT, 0)),
        Err(_) => Outcome::Fail(Fail::Plain),
    }
}

fn close(cx: &mut Context, args: &Args) -> Outcome {
    if use_link(cx, args, 0).is_err() || cx.staged().get(key::HOST).is_none() {
        return Outcome::Fail(Fail::Plain);
    }
    cx.cut();
    Outcome::Ended(started(task::CLOSE, 0), Ok(()), code::DONE)
}

fn read_open(cx: &mut Context, _: &Args) -> Outcome {
    cx.each_configured(|it, reply| {
        if matches!(it.step, LinkStep::Closed | LinkStep::Opening) {
            return;
        }
        reply.info(|line| {
            let (host, port) = (it.settings.url.host(), it.settings.port);
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+QMTOPEN: {},\"{host}\",{port}", it.link.0);
        });
    });
    Outcome::Ok
}

fn read_connect(cx: &mut Context, _: &Args) -> Outcome {
    cx.each_configured(|it, reply| {
        let state = match it.step {
            LinkStep::Closed => return,
            LinkStep::Opening | LinkStep::Opened => 1,
            LinkStep::Connecting => 2,
            LinkStep::Connected => 3,
            LinkStep::Leaving => 4,
        };
        reply.info(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+QMTCONN: {},{state}", it.link.0);
        });
    });
    Outcome::Ok
}

/// Of `+QMTOPEN`.
pub(super) fn word_opened(of: Staged<'_>, task: Task, worked: bool, failed: u8, reply: &mut Reply) {
    let result = match failed {
        _ if worked => 0,
        _ if task.number > 0 => task.number,
        code::RADIO_OFF => 3,
        code::NAME_NOT_FOUND | code::NO_NAME_SERVER => 4,
        _ => 5,
    };
    word(reply, "+QMTOPEN: ", of, &[result]);
}

/// Of `+QMTCONN`, and that the link is gone where it failed.
pub(super) fn word_connected(of: Staged<'_>, worked: bool, failed: u8, reply: &mut Reply) {
    match failed {
        _ if worked => word(reply, "+QMTCONN: ", of, &[0, 0]),
        refused @ 1..=5 => {
            word(reply, "+QMTCONN: ", of, &[0, refused.into()]);
            word(reply, "+QMTSTAT: ", of, &[1]);
        }
        code::BY_COMMAND => word(reply, "+QMTCONN: ", of, &[2]),
        _ => {
            word(reply, "+QMTCONN: ", of, &[2]);
            let no_answer = failed == code::TIMED_OUT;
            word(reply, "+QMTSTAT: ", of, &[if no_answer { 4 } else { 1 }]);
        }
    }
}

/// The link is gone.
pub(super) fn word_lost(of: Staged<'_>, why: u8, reply: &mut Reply) {
    if why == code::RADIO_OFF && !packet::word_lost_context(of, reply) {
        return;
    }
    if why == code::KEEP_ALIVE {
        word(reply, "+QMTPING: ", of, &[1]);
    }
    let error = match why {
        code::KEEP_ALIVE => 2,
        code::BY_COMMAND => 5,
        code::TIMED_OUT => 6,
        code::RADIO_OFF | code::NO_LOCAL_ADDRESS => 7,
        _ => 1,
    };
    word(reply, "+QMTSTAT: ", of, &[error]);
}

/// A URC with the number of its link and others.
pub(super) fn word(reply: &mut Reply, name: &str, of: Staged<'_>, numbers: &[u32]) {
    reply.urc(|line| {
        line.text(name);
        line.number(of.link().0.into());
        for number in numbers {
            line.text(",");
            line.number(*number);
        }
    });
}
