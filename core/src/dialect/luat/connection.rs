//! Opening the transport, and the session on it.

use super::messages;
use super::state::{FAILED, RADIO_OFF, key, number, set_number, task};
use super::tls;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::buffer::Buf;
use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Task;
use crate::modem::fail::Fail;
use crate::modem::options::{CONNECT_TIMEOUT, OptionValue};
use crate::modem::settings::Settings;
use crate::modem::url::{BrokerUrl, Scheme};
use crate::modem::wait::Wait;
use crate::mqtt::{Properties, Qos, Will};

/// The longest host a name server answers for.
const MOST_HOST: usize = 253;
const MOST_URL: usize = MOST_HOST + 10;
/// How long the transport may take to open, and the broker to accept.
pub(super) const MOST_SECONDS: u32 = 20;

const PLACE: &[Signature] = &[Signature::of(&[
    Param::text("host", 1, MOST_HOST)
        .check(is_host, "a b")
        .example("broker.example"),
    Param::int("port", 1, 65_535),
])];

pub(super) const OPEN: Command = Command::new("+MIPSTART", "Open the transport")
    .details("`CONNECT OK` follows, or `STATE: <state>` and `CONNECT FAIL`.")
    .test(
        "+MIPSTART: \"(0,255).(0,255).(0,255).(0,255)\",(1-65535)\r\n\
         +MIPSTART: \"DOMAIN NAME\",(1-65535)",
    )
    .remembers()
    .commits()
    .set(PLACE, |cx, args| open(cx, args, Scheme::Mqtt));

pub(super) const OPEN_TLS: Command = Command::new("+SSLMIPSTART", "Open the transport by TLS")
    .details("As `+MIPSTART`, with `+SSLCFG` of context 88; without it nothing is verified.")
    .test(
        "+SSLMIPSTART: \"(0,255).(0,255).(0,255).(0,255)\",(1-65535)\r\n\
         +SSLMIPSTART: \"DOMAIN NAME\",(1-65535)",
    )
    .remembers()
    .commits()
    .set(PLACE, |cx, args| open(cx, args, Scheme::Mqtts));

pub(super) const CONNECT: Command = Command::new("+MCONNECT", "Begin the session")
    .details("`CONNACK OK` follows, or `ERROR` and `CLOSED`.")
    .test("+MCONNECT: (0-1),(1-65535)")
    .remembers()
    .commits()
    .set(
        &[Signature::of(&[
            Param::choice(
                "clean_session",
                &[
                    (0, "the session is kept"),
                    (1, "each connect starts a new session"),
                ],
            ),
            Param::int("keepalive", 1, 65_535).means("seconds"),
        ])],
        connect,
    );

pub(super) const DISCONNECT: Command = Command::new("+MDISCONNECT", "End the session")
    .details("The transport is closed, too.")
    .test("")
    .commits()
    .execute(disconnect);

pub(super) const CLOSE: Command = Command::new("+MIPCLOSE", "Close the transport")
    .test("")
    .commits()
    .execute(|cx, _| close(cx));

pub(super) const STATE: Command = Command::new("+MQTTSTATU", "Show how far the link is")
    .details("0: offline, 1: the session is up, 2: the transport is up.")
    .test("")
    .execute(state);

fn is_host(text: &str) -> bool {
    BrokerUrl::parse(text).is_ok()
}

/// OK now, an event later.
fn started(wait: Wait, command: u8) -> Outcome {
    Outcome::Started(wait, Task { command, number: 0 })
}

fn open(cx: &mut Context, args: &Args, scheme: Scheme) -> Outcome {
    if !cx.has_network() {
        return Outcome::Fail(RADIO_OFF);
    }
    if cx.is_opened() {
        return started(Wait::Opened(cx.link()), task::ALREADY);
    }
    let prepared = prepare(cx, args, scheme);
    match prepared.and_then(|()| cx.open()) {
        Ok(wait) => started(wait, task::OPEN),
        Err(_) => Outcome::Fail(FAILED),
    }
}

fn prepare(cx: &mut Context, args: &Args, scheme: Scheme) -> Result<(), Fail> {
    if cx.is_active() {
        return Err(FAILED);
    }
    cx.forget_staged(Some(key::LEFT));
    cx.stage(key::HOST, args.bytes(0))?;
    set_number(cx, key::PORT, args.int(1))?;
    let mut memory = [0; MOST_URL];
    let mut url = Buf::lent(&mut memory);
    scheme.write_url(args.text(0), None, &mut url)?;
    cx.stage(key::URL, url.as_slice())?;
    let mut limit = MOST_SECONDS;
    if scheme.is_tls() {
        tls::apply(cx)?;
        limit = tls::timeout(cx.staged()).unwrap_or(MOST_SECONDS);
    }
    limit_connect(cx, limit)?;
    cx.configure(settings)
}

/// How long the next step may take.
fn limit_connect(cx: &mut Context, seconds: u32) -> Result<(), Fail> {
    cx.apply_option(CONNECT_TIMEOUT, |_| OptionValue::Number(seconds))
}

fn connect(cx: &mut Context, args: &Args) -> Outcome {
    if !cx.is_opened() || cx.is_connected() || cx.has_begun() {
        return Outcome::Fail(FAILED);
    }
    if !args.flag(0) && cx.staged().text(key::CLIENT_ID).is_empty() {
        // No broker keeps a session of nobody (MQTT 3.1.3.1).
        return Outcome::Fail(FAILED);
    }
    match begin(cx, args) {
        Ok(wait) => started(wait, task::CONNECT),
        Err(_) => Outcome::Fail(FAILED),
    }
}

fn begin(cx: &mut Context, args: &Args) -> Result<Wait, Fail> {
    set_number(cx, key::KEEPS_SESSION, u32::from(!args.flag(0)))?;
    set_number(cx, key::KEEP_ALIVE, args.int(1))?;
    limit_connect(cx, MOST_SECONDS)?;
    messages::apply_store(cx)?;
    cx.apply_will(will)?;
    cx.configure(settings)?;
    cx.connect()
}

fn will(staged: Staged<'_>) -> Option<Will<'_>> {
    let topic = staged.text(key::WILL_TOPIC);
    let flags = number(staged, key::WILL_FLAGS);
    (!topic.is_empty()).then(|| Will {
        topic,
        message: staged.get(key::WILL_MESSAGE).unwrap_or_default(),
        qos: Qos::new((flags >> 1) as u8).unwrap_or(Qos::AtMostOnce),
        retain: flags & 1 != 0,
        properties: Properties::NONE,
    })
}

fn settings(staged: Staged<'_>) -> Settings<'_> {
    let password = staged.get(key::PASSWORD).unwrap_or_default();
    let url = BrokerUrl::parse(staged.text(key::URL));
    let url = url.unwrap_or(BrokerUrl::of_host(staged.text(key::HOST)));
    Settings {
        port: number(staged, key::PORT) as u16,
        client_id: staged.text(key::CLIENT_ID),
        clean_session: number(staged, key::KEEPS_SESSION) == 0,
        keep_alive: number(staged, key::KEEP_ALIVE) as u16,
        ..Settings::of(url)
    }
    .with_login(staged.text(key::USERNAME), password)
}

fn disconnect(cx: &mut Context, _: &Args) -> Outcome {
    if !cx.is_connected() {
        return Outcome::Fail(FAILED);
    }
    let left = cx.stage(key::LEFT, &[]).and_then(|()| cx.disconnect());
    left.into()
}

/// Without a word to the broker. A session that was left has closed it already.
pub(super) fn close(cx: &mut Context) -> Outcome {
    let was_left = cx.staged().get(key::LEFT).is_some();
    cx.forget_staged(Some(key::LEFT));
    if !cx.is_active() && !was_left {
        return Outcome::Fail(Fail::Plain);
    }
    cx.cut_links();
    Outcome::Ok
}

fn state(cx: &mut Context, _: &Args) -> Outcome {
    let state = match (cx.is_connected(), cx.is_opened()) {
        (true, _) => "+MQTTSTATU :1",
        (_, true) => "+MQTTSTATU :2",
        _ => "+MQTTSTATU :0",
    };
    cx.text(state);
    Outcome::Ok
}
