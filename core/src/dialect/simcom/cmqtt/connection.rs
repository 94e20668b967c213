//! `+CMQTTCONNECT` and `+CMQTTDISC`.

use super::client::{self, CLIENT, apply_number, done, number_of, select_acquired, set_number};
use super::configuration::operation_timeout;
use super::error::{self, fail};
use super::{key, network, task, tls};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::buffer::Buf;
use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Task;
use crate::modem::fail::Fail;
use crate::modem::options::{ACK_TIMEOUT, CONNECT_TIMEOUT, RECONNECT};
use crate::modem::settings::Settings;
use crate::modem::url::{BrokerUrl, Scheme};
use crate::modem::wait::Wait;
use crate::mqtt::{Properties, Qos, Will};
use core::fmt::Write;

const SCHEME: &str = "tcp://";
/// The longest address.
const MAX_ADDRESS: usize = 256;
const PORT: u16 = 1883;

pub(super) const CONNECT: Command = Command::new("+CMQTTCONNECT", "Connect to the broker")
    .details(
        "The scheme is `tcp://` with TLS, too; without a port 1883 is meant. What the module knows \
         before it has reached the broker's host is told before ERROR, the rest behind OK. A lost \
         link does not come back by itself.",
    )
    .test("+CMQTTCONNECT: (0-1),(9-256),(1-64800),(0-1)[,<user_name>,<pass_word>]")
    .remembers()
    .read(|cx, _| done(read(cx)))
    .set(
        &[Signature::of(&[
            CLIENT,
            Param::text("server_addr", 9, MAX_ADDRESS)
                .check(|text| place(text).is_some(), "mqtt://broker.example")
                .example("tcp://broker.example:1883"),
            Param::int("keepalive_time", 1, 64_800).means("seconds"),
            Param::choice(
                "clean_session",
                &[(0, "the session is kept"), (1, "a new one")],
            ),
            Param::text("user_name", 0, 256).optional().example("user"),
            Param::bytes("pass_word", 0, 256)
                .secret()
                .optional()
                .example("secret"),
        ])],
        |cx, args| done(connect(cx, args)),
    )
    .examples(&[Example {
        line: "AT+CMQTTCONNECT=0,\"tcp://broker.example:1883\",60,1",
        answer: &["OK", "+CMQTTCONNECT: 0,0"],
    }]);

pub(super) const DISCONNECT: Command = Command::new("+CMQTTDISC", "Disconnect from the broker")
    .details("The read form shows 0 where a client is connected, else 1.")
    .test("+CMQTTDISC: (0-1),(0,1-180)")
    .read(|cx, _| done(read_states(cx)))
    .set(
        &[Signature::of(&[
            CLIENT,
            Param::int("timeout", 0, 180).optional().means("seconds"),
        ])],
        |cx, args| done(disconnect(cx, args)),
    );

/// The host and the port of an address.
fn place(address: &str) -> Option<(&str, u16)> {
    let rest = address.strip_prefix(SCHEME)?;
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !host.ends_with(':') && !port.ends_with(']') => {
            (host, port.parse().ok().filter(|port| *port > 0)?)
        }
        _ => (rest, PORT),
    };
    let is_host = !host.is_empty() && !host.contains("://");
    // An IPv6 address stands in brackets.
    let bare = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let is_host = is_host && BrokerUrl::parse(bare.unwrap_or(host)).is_ok();
    is_host.then_some((host, port))
}

fn connect(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    const NAME: &str = "+CMQTTCONNECT";
    select_acquired(cx, NAME, args)?;
    client::check_idle(cx, NAME)?;
    if cx.is_connected() {
        return Err(fail(cx, NAME, error::IN_USE));
    }
    let link = cx.link();
    if !network::is_available(cx) {
        cx.use_link(link)?;
        return Err(fail(cx, NAME, error::NETWORK_NOT_OPEN));
    }
    cx.use_link(link)?;
    let prepared = prepare(cx, args).map_err(|error| fail(cx, NAME, error));
    prepared?;
    match cx.connect() {
        Ok(wait) => {
            cx.report_first();
            let limit = operation_timeout(cx);
            cx.limit_connack(limit as u16);
            let (command, number) = (task::CONNECT, 0);
            let task = Task { command, number };
            Ok(Outcome::StartedAfter(Wait::Reached(link), wait, task))
        }
        Err(_) => Err(fail(cx, NAME, error::FAILED)),
    }
}

/// Makes settings of what the host has given until now.
fn prepare(cx: &mut Context, args: &Args) -> Result<(), u8> {
    let failed = |_| error::FAILED;
    let mut limit = operation_timeout(cx);
    if client::number(cx, key::USES_TLS, 0) != 0 {
        limit = limit.min(tls::prepare(cx)?);
    }
    stage_place(cx, args).map_err(failed)?;
    apply_number(cx, CONNECT_TIMEOUT, limit).map_err(failed)?;
    apply_number(cx, RECONNECT, 0).map_err(failed)?;
    cx.apply_will(will).map_err(failed)?;
    cx.configure(settings).map_err(failed)
}

/// Puts aside where the broker is, and the rest of what the command says.
fn stage_place(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    let uses_tls = client::number(cx, key::USES_TLS, 0) != 0;
    let (host, _) = place(args.text(1)).ok_or(Fail::INCORRECT)?;
    let mut memory = [0; MAX_ADDRESS + 8];
    let mut url = Buf::lent(&mut memory);
    Scheme::of_mqtt(uses_tls).write_url(host, None, &mut url)?;
    cx.stage(key::URL, url.as_slice())?;
    cx.stage(key::ADDRESS, args.bytes(1))?;
    set_number(cx, key::KEEP_ALIVE, args.int(2))?;
    set_number(cx, key::CLEAN, args.int(3))?;
    cx.stage(key::USER, args.bytes(4))?;
    cx.stage(key::PASSWORD, args.bytes(5))
}

/// How long the broker may take for the present request, in seconds.
pub(super) fn apply_timeout(cx: &mut Context, seconds: u32) -> Result<(), Fail> {
    apply_number(cx, ACK_TIMEOUT, seconds)
}

fn will(staged: Staged<'_>) -> Option<Will<'_>> {
    let topic = staged.text(key::WILL_TOPIC);
    let qos = number_of(staged, key::WILL_QOS, 0) as u8;
    (!topic.is_empty()).then(|| Will {
        topic,
        message: staged.get(key::WILL_MESSAGE).unwrap_or_default(),
        qos: Qos::new(qos).unwrap_or(Qos::AtMostOnce),
        retain: false,
        properties: Properties::NONE,
    })
}

fn settings(staged: Staged<'_>) -> Settings<'_> {
    let password = staged.get(key::PASSWORD).unwrap_or_default();
    let (_, port) = place(staged.text(key::ADDRESS)).unwrap_or(("", PORT));
    let url = staged.text(key::URL);
    let url = BrokerUrl::parse(url).unwrap_or(BrokerUrl::of_host(url));
    Settings {
        port,
        client_id: staged.text(key::CLIENT_ID),
        clean_session: number_of(staged, key::CLEAN, 1) != 0,
        keep_alive: number_of(staged, key::KEEP_ALIVE, 0) as u16,
        ..Settings::of(url)
    }
    .with_login(staged.text(key::USER), password)
}

/// A client that is not connected has only its number.
fn read(cx: &mut Context) -> Result<Outcome, Fail> {
    client::check_started(cx)?;
    Ok(client::each(cx, |cx| {
        let is_connected = cx.is_connected();
        cx.write_staged(|staged, reply| {
            reply.info(|line| {
                let client = staged.link().0;
                // A reply notes for itself what does not fit.
                let _ = write!(line, "+CMQTTCONNECT: {client}");
                if !is_connected {
                    return;
                }
                let address = staged.text(key::ADDRESS);
                let keep_alive = number_of(staged, key::KEEP_ALIVE, 0);
                let clean = number_of(staged, key::CLEAN, 0);
                let _ = write!(line, ",\"{address}\",{keep_alive},{clean}");
                let user = staged.text(key::USER);
                if !user.is_empty() {
                    let _ = write!(line, ",\"{user}\"");
                }
            });
        });
    }))
}

fn disconnect(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    const NAME: &str = "+CMQTTDISC";
    client::select_connected(cx, NAME, args)?;
    match cx.disconnect() {
        Ok(wait) => Ok(begun(cx, wait, task::DISCONNECT)),
        Err(_) => Err(fail(cx, NAME, error::NO_CONNECTION)),
    }
}

/// OK now, an event later, and nothing else before it.
pub(super) fn begun(cx: &mut Context, wait: Wait, command: u8) -> Outcome {
    cx.report_first();
    let number = 0;
    Outcome::Started(wait, Task { command, number })
}

fn read_states(cx: &mut Context) -> Result<Outcome, Fail> {
    client::check_started(cx)?;
    Ok(client::each(cx, |cx| {
        let (client, state) = (cx.link().0, u8::from(!cx.is_connected()));
        cx.info(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+CMQTTDISC: {client},{state}");
        });
    }))
}
