//! Login, logout and pings of `+UMQTTC`, and `+UMQTTNV`.

use super::profile::{
    clean_session, client_id_key, is_up, number, set_number, stage_imei, uses_tls,
};
use super::{key, security, task};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::buffer::Buf;
use crate::modem::Staged;
use crate::modem::code;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Task;
use crate::modem::fail::Fail;
use crate::modem::settings::Settings;
use crate::modem::url::{BrokerUrl, Scheme};
use crate::modem::wait::Wait;
use crate::mqtt::{Properties, Qos, Will};

/// The URL with the longest host: its scheme and brackets around it.
const MAX_URL: usize = 8 + 2 + 256;

pub(super) const MEMORY: Command = Command::new("+UMQTTNV", "Keep the profile, or load it")
    .details(
        "0 forgets what `+UMQTT` has set, 1 loads what was kept, 2 keeps it, with the password. \
         Works while logged out. Nothing is loaded at the start.",
    )
    .remembers()
    .commits()
    .set(
        &[Signature::of(&[Param::choice(
            "op",
            &[(0, "factory values"), (1, "load"), (2, "keep")],
        )])],
        memory,
    );

/// Where the profile is kept.
const KEPT: u8 = 20;

fn memory(cx: &mut Context, args: &Args) -> Outcome {
    if is_up(cx) {
        return Outcome::Fail(Fail::NOT_ALLOWED);
    }
    match args.int(0) {
        2 => cx.store_staged(KEPT, key::PROFILE).into(),
        1 => cx.load_staged(KEPT, key::PROFILE).into(),
        _ => {
            key::PROFILE.for_each(|key| cx.forget_staged(Some(key)));
            Outcome::Ok
        }
    }
}

/// What an operation has begun: OK now and an event later, or at once where it cannot be.
pub(super) fn started(begun: Result<Wait, Fail>, command: u8) -> Outcome {
    let task = Task { command, number: 0 };
    match begun {
        Ok(wait) => Outcome::Started(wait, task),
        Err(fail) => Outcome::Ended(task, Err(fail), code::DONE),
    }
}

/// What comes of a login; fails where none can be begun.
pub(super) fn login(cx: &mut Context) -> Result<Outcome, Fail> {
    if is_up(cx) || cx.staged().text(key::HOST).is_empty() {
        return Err(Fail::NOT_ALLOWED);
    }
    prepare(cx)?;
    if !cx.has_network() {
        cx.set_last_failure(code::RADIO_OFF);
        return Ok(started(Err(Fail::NO_SERVICE), task::LOGIN));
    }
    Ok(started(cx.connect(), task::LOGIN))
}

/// Makes settings of the profile. No login pings by itself.
fn prepare(cx: &mut Context) -> Result<(), Fail> {
    stage_imei(cx)?;
    stage_url(cx)?;
    security::apply(cx)?;
    cx.apply_will(will)?;
    cx.configure(settings)?;
    set_pings(cx, false)
}

/// Puts aside where the broker is, and whether by TLS.
fn stage_url(cx: &mut Context) -> Result<(), Fail> {
    let staged = cx.staged();
    let mut memory = [0; MAX_URL];
    let mut url = Buf::lent(&mut memory);
    let scheme = Scheme::of_mqtt(uses_tls(staged));
    scheme.write_url(staged.text(key::HOST), None, &mut url)?;
    cx.stage(key::URL, url.as_slice())
}

fn will(staged: Staged<'_>) -> Option<Will<'_>> {
    let topic = staged.text(key::WILL_TOPIC);
    let qos = Qos::new(number(staged, key::WILL_QOS) as u8);
    (!topic.is_empty()).then(|| Will {
        topic,
        message: staged.get(key::WILL_MESSAGE).unwrap_or_default(),
        qos: qos.unwrap_or(Qos::AtMostOnce),
        retain: number(staged, key::WILL_RETAIN) != 0,
        properties: Properties::NONE,
    })
}

fn settings(staged: Staged<'_>) -> Settings<'_> {
    let password = staged.get(key::PASSWORD).unwrap_or_default();
    let url = BrokerUrl::parse(staged.text(key::URL));
    let url = url.unwrap_or(BrokerUrl::of_host(staged.text(key::HOST)));
    Settings {
        port: number(staged, key::PORT) as u16,
        client_id: staged.text(client_id_key(staged)),
        clean_session: clean_session(staged),
        keep_alive: number(staged, key::KEEP_ALIVE) as u16,
        ..Settings::of(url)
    }
    .with_login(staged.text(key::USERNAME), password)
}

/// Whether the modem pings by itself from now on.
fn set_pings(cx: &mut Context, on: bool) -> Result<(), Fail> {
    cx.set_pinging(on);
    set_number(cx, key::PINGS, on.into())
}

/// Switches pings: there must be a period for them.
pub(super) fn ping(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    let on = args.flag(1);
    if on && number(cx.staged(), key::KEEP_ALIVE) == 0 {
        return Err(Fail::NOT_ALLOWED);
    }
    set_pings(cx, on)
}
