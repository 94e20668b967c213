//! `+MQTTCONN` and `+MQTTCLEAN`.

use super::configuration::{LINK, write_path};
use super::error::{self, check_state, fail};
use super::join::is_joined;
use super::state::{self, MqttState, key, number, set_number, state};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::buffer::Buf;
use crate::commands::ident::Imei;
use crate::modem::Staged;
use crate::modem::api::CredentialKind;
use crate::modem::code;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::options::{ALPN, CA, CERT, CONNECT_TIMEOUT, OptionValue, RECONNECT, SNI, VERIFY};
use crate::modem::settings::Settings;
use crate::modem::url::{BrokerUrl, Scheme};
use crate::modem::wait::Wait;
use crate::mqtt::{Properties, Qos, Will};
use core::fmt::Write;
use core::net::IpAddr;
use core::time::Duration;

/// The name under which `+SYSMFG` keeps certificates and the key.
pub(super) const CREDENTIAL: &str = "mqtt";
/// How long a connect may take, in milliseconds, unless the host says so.
const USUAL: u32 = 15_000;
/// The longest host the module takes.
const MAX_HOST: usize = 128;
/// Digits at the end of a client identifier that the module makes.
const MADE: usize = 6;
/// The URL with the longest host and path.
const MAX_URL: usize = 8 + MAX_HOST + 1 + 32;

/// Seconds, unless the host says so.
const KEEP_ALIVE: u16 = 120;

pub(super) const TIMEOUT: Param = Param::int("timeout", 3000, 60_000)
    .optional()
    .means("milliseconds; else 15,000");

pub(super) const CONNECT: Command = Command::new("+MQTTCONN", "Connect to the broker")
    .details(
        "OK, behind `+MQTTCONNECTED`, when the broker has accepted. After a connect that failed \
         the settings stay; after a link was lost `+MQTTCLEAN` comes first. With reconnect 1 a \
         lost link comes back by itself, and its topics are subscribed again. The read form shows \
         the state: 0 nothing set, 1 and 2 set, 3 lost, 4 connected, 5 the last topic is gone, 6 \
         a topic is subscribed.",
    )
    .remembers()
    .read(read)
    .commits()
    .set(
        &[Signature::of(&[
            LINK,
            Param::text("host", 1, MAX_HOST)
                .check(is_host, "a b")
                .example("broker.example"),
            Param::int("port", 0, 65_535),
            Param::choice("reconnect", &[(0, "no"), (1, "by itself")]),
            TIMEOUT,
        ])],
        connect,
    )
    .examples(&[Example {
        line: "AT+MQTTCONN?",
        answer: &["+MQTTCONN:0,0,0,\"\",\"\",\"\",0", "OK"],
    }]);

pub(super) const CLEAN: Command = Command::new("+MQTTCLEAN", "Disconnect and forget the settings")
    .commits()
    .set(&[Signature::of(&[LINK])], clean);

fn is_host(text: &str) -> bool {
    BrokerUrl::parse(text).is_ok()
}

fn connect(cx: &mut Context, args: &Args) -> Outcome {
    let timeout = if args.has(4) { args.int(4) } else { USUAL };
    let limit = Duration::from_millis(timeout.into());
    let prepared = prepare(cx, args, timeout);
    prepared.and_then(|()| cx.connect_steadily(limit)).into()
}

/// Makes settings of what the host has given until now.
fn prepare(cx: &mut Context, args: &Args, timeout: u32) -> Result<(), Fail> {
    check_state(cx, "+MQTTCONN")?;
    check_joined(cx, args.text(1))?;
    check_credentials(cx)?;
    make_client_id(cx)?;
    stage_place(cx, args)?;
    apply_number(cx, CONNECT_TIMEOUT, timeout.div_ceil(1000))?;
    apply_number(cx, RECONNECT, args.int(3))?;
    apply_security(cx)?;
    cx.apply_will(will)?;
    cx.configure(settings)?;
    if error::is_limited(cx) {
        cx.stage(key::PIECES, &[1])?;
    }
    state::set_tried(cx)
}

/// Without a network no name is found, and no address reached.
fn check_joined(cx: &mut Context, host: &str) -> Result<(), Fail> {
    if is_joined(cx) {
        return Ok(());
    }
    if host.parse::<IpAddr>().is_ok() {
        return Err(Fail::Plain);
    }
    Err(fail(cx, &[error::NAME_NOT_FOUND]))
}

/// Where the host gives no client identifier the module makes one that no other has.
fn make_client_id(cx: &mut Context) -> Result<(), Fail> {
    let given = cx.staged().get(key::CLIENT_ID);
    if given.is_some_and(|id| !id.is_empty()) {
        return Ok(());
    }
    let imei = Imei::of(cx);
    let imei = imei.digits();
    let end = imei.len().saturating_sub(MADE);
    let mut memory = [0; 6 + MADE];
    let mut id = Buf::lent(&mut memory);
    id.extend(b"ESP32_")?;
    id.extend(imei.get(end..).unwrap_or_default())?;
    cx.stage(key::CLIENT_ID, id.as_slice())
}

/// Puts aside where the broker is.
fn stage_place(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    let scheme = match number(cx.staged(), key::SCHEME) {
        ..=1 => Scheme::Mqtt,
        2..=5 => Scheme::Mqtts,
        6 => Scheme::Ws,
        _ => Scheme::Wss,
    };
    let path = cx.staged().get(key::PATH).unwrap_or_default();
    let path = Some(path).filter(|_| scheme.is_websocket());
    let mut memory = [0; MAX_URL];
    let mut url = Buf::lent(&mut memory);
    let host = args.text(1);
    scheme.write_url(host, path, &mut url)?;
    cx.stage(key::URL, url.as_slice())?;
    cx.stage(key::HOST, host.as_bytes())?;
    set_number(cx, key::PORT, args.int(2))?;
    set_number(cx, key::RECONNECT, args.int(3))
}

/// Which of the four ways to use TLS a scheme is, from 0.
fn tls_way(scheme: u32) -> Option<u32> {
    match scheme {
        2..=5 => Some(scheme - 2),
        7..=10 => Some(scheme - 7),
        _ => None,
    }
}

fn verifies(scheme: u32) -> bool {
    tls_way(scheme).is_some_and(|way| way & 1 != 0)
}

fn has_certificate(scheme: u32) -> bool {
    tls_way(scheme).is_some_and(|way| way & 2 != 0)
}

/// Whether the certificate a scheme sends is there. Without roots the platform's are used.
fn check_credentials(cx: &mut Context) -> Result<(), Fail> {
    if !has_certificate(number(cx.staged(), key::SCHEME)) {
        return Ok(());
    }
    for (kind, code) in [
        (CredentialKind::Certificate, error::NO_CERTIFICATE),
        (CredentialKind::Key, error::NO_KEY),
    ] {
        if cx.credential(CREDENTIAL, kind).is_none() {
            return Err(fail(cx, &[code, error::TLS_SETTINGS, error::PREPARATION]));
        }
    }
    Ok(())
}

fn apply_number(cx: &mut Context, option: usize, value: u32) -> Result<(), Fail> {
    cx.apply_option(option, |_| OptionValue::Number(value))
}

fn apply_security(cx: &mut Context) -> Result<(), Fail> {
    let scheme = number(cx.staged(), key::SCHEME);
    apply_number(cx, VERIFY, verifies(scheme).into())?;
    let has_roots = cx.credential(CREDENTIAL, CredentialKind::Roots).is_some();
    let name_if = |is_used| if is_used { CREDENTIAL } else { "" };
    let (ca, cert) = (verifies(scheme) && has_roots, has_certificate(scheme));
    cx.apply_option(CA, |_| OptionValue::Text(name_if(ca)))?;
    cx.apply_option(CERT, |_| OptionValue::Text(name_if(cert)))?;
    cx.apply_option(SNI, |staged| OptionValue::Text(staged.text(key::SNI)))?;
    cx.apply_option(ALPN, |staged| OptionValue::Text(staged.text(key::ALPN)))
}

fn will(staged: Staged<'_>) -> Option<Will<'_>> {
    let topic = staged.text(key::WILL_TOPIC);
    let flags = staged.get(key::WILL_FLAGS).unwrap_or(&[0, 0]);
    let flag = |place: usize| flags.get(place).copied().unwrap_or(0);
    (!topic.is_empty()).then(|| Will {
        topic,
        message: staged.get(key::WILL_MESSAGE).unwrap_or_default(),
        qos: Qos::new(flag(0)).unwrap_or(Qos::AtMostOnce),
        retain: flag(1) != 0,
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
        keep_alive: match number(staged, key::KEEP_ALIVE) {
            0 => KEEP_ALIVE,
            seconds => seconds as u16,
        },
        ..Settings::of(url)
    }
    .with_login(staged.text(key::USERNAME), password)
}

/// Whether commands may go on after a connect: its place and how it was reached.
pub(super) fn word(of: Staged<'_>, reply: &mut Reply) {
    reply.urc(|line| {
        line.text("+MQTTCONNECTED:0,");
        write_place(line, of, number(of, key::SCHEME));
    });
}

fn write_place(line: &mut Reply, of: Staged<'_>, scheme: u32) {
    line.number(scheme);
    line.text(",\"");
    line.text(of.text(key::HOST));
    line.text("\",\"");
    line.number(number(of, key::PORT));
    line.text("\",\"");
    write_path(line, of);
    line.text("\",");
    line.number(number(of, key::RECONNECT));
}

/// Why a connect failed: a name and a time have codes, all else is an event.
pub(super) fn word_failed(of: Staged<'_>, failed: u8, reply: &mut Reply) {
    match failed {
        code::NAME_NOT_FOUND | code::NO_NAME_SERVER | code::RADIO_OFF => {
            error::write(of, error::NAME_NOT_FOUND, reply);
        }
        code::TIMED_OUT => error::write(of, error::TIMED_OUT, reply),
        _ => reply.urc(|line| line.text("+MQTTDISCONNECTED:0")),
    }
}

fn read(cx: &mut Context, _: &Args) -> Outcome {
    let state = state(cx);
    cx.write_staged(|staged, reply| {
        reply.info(|line| {
            let scheme = number(staged, key::SCHEME);
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+MQTTCONN:0,{},", state as u8);
            if state > MqttState::Connection {
                write_place(line, staged, scheme);
            } else {
                let _ = write!(line, "{scheme},\"\",\"\",\"\",0");
            }
        });
    });
    Outcome::Ok
}

fn clean(cx: &mut Context, _: &Args) -> Outcome {
    if let Err(fail) = check_state(cx, "+MQTTCLEAN") {
        return Outcome::Fail(fail);
    }
    key::LINK.for_each(|key| cx.forget_staged(Some(key)));
    cx.forget_staged(Some(key::SUBSCRIBED));
    cx.disconnect()
        .map_or(Outcome::Ok, |wait: Wait| Outcome::Wait(wait))
}
