//! `#XMQTTCON`

use super::configuration::CLIENT;
use super::credentials::apply_tag;
use super::state::{client_id, keep_alive, key, number, plain, set_number, starts_session};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::buffer::Buf;
use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::dialect::VendorLimits;
use crate::modem::fail::Fail;
use crate::modem::settings::Settings;
use crate::modem::url::{BrokerUrl, Scheme};
use core::fmt::Write;

/// The longest user name and password the module takes.
const MOST_OF_MODULE: usize = 32;
/// The longest MQTT has room for.
const MOST: usize = 65_535;
const MOST_HOST: usize = 128;
/// The URL of the longest host.
const MOST_URL: usize = MOST_HOST + 10;
/// How long CONNACK may take without a keep-alive, in seconds.
const CONNACK_LIMIT: u16 = 60;

const DISCONNECT: Signature = Signature::of(&[Param::choice("op", &[(0, "disconnect")])]);
const CONNECT_OP: Param = Param::choice("op", &[(1, "connect, IPv4"), (2, "connect, IPv6")]);
const USER: Param = Param::text("username", 0, MOST)
    .means("empty: neither it nor a password is sent")
    .example("user");
const PASS: Param = Param::bytes("password", 0, MOST)
    .secret()
    .means("empty: none is sent")
    .example("secret");
const URL: Param = Param::text("url", 1, MOST_HOST)
    .check(is_host, "a b")
    .example("broker.example");
const PORT: Param = Param::int("port", 1, 65_535);
const TAG: Param = Param::int("sec_tag", 0, 2_147_483_647)
    .optional()
    .means("TLS, with what `%CMNG` keeps under it");

const DETAILS: &str = "OK when CONNECT is sent; `#XMQTTEVT: 0,<code>` follows. With sec_tag the \
                       broker is verified, chain and name. After `=0` comes `#XMQTTEVT: 1,0`.";
const TEST: &str = "#XMQTTCON: (0,1,2),<username>,<password>,<url>,<port>,<sec_tag>";
const FORM: Signature = Signature::of(&[CONNECT_OP, USER, PASS, URL, PORT, TAG]);

pub(super) const CONNECT: Command = Command::new("#XMQTTCON", "Connect to the broker, or leave it")
    .details(DETAILS)
    .test(TEST)
    .remembers()
    .read(read)
    .commits()
    .set(&[DISCONNECT, FORM], |cx, args| set(cx, args, 0))
    .examples(&[Example {
        line: "AT#XMQTTCON?",
        answer: &["#XMQTTCON: 0", "OK"],
    }]);

pub(super) const CONNECT_BY_ID: Command =
    Command::new("#XMQTTCON", "Connect to the broker, or leave it")
        .details(DETAILS)
        .test(TEST)
        .remembers()
        .read(read)
        .commits()
        .set(
            &[
                DISCONNECT,
                FORM,
                Signature::of(&[CONNECT_OP, CLIENT, USER, PASS, URL, PORT, TAG]),
            ],
            |cx, args| set(cx, args, usize::from(args.signature() == 2)),
        );

fn is_host(text: &str) -> bool {
    BrokerUrl::parse(text).is_ok()
}

/// `before` is how many values stand before the user name beside the operation.
fn set(cx: &mut Context, args: &Args, before: usize) -> Outcome {
    if args.signature() == 0 {
        return cx.disconnect().map_err(plain).into();
    }
    let greeted = prepare(cx, args, before).and_then(|()| {
        // As long as the broker may be silent later.
        let limit = match keep_alive(cx.staged()) {
            0 => CONNACK_LIMIT,
            seconds => seconds as u16,
        };
        let wait = cx.greet()?;
        cx.limit_connack(limit);
        Ok(wait)
    });
    greeted.map_err(plain).into()
}

fn prepare(cx: &mut Context, args: &Args, before: usize) -> Result<(), Fail> {
    let [user, pass, host, port, tag] = [1, 2, 3, 4, 5].map(|place: usize| place + before);
    let most = if cx.limits() == &VendorLimits::NONE {
        MOST
    } else {
        MOST_OF_MODULE
    };
    if cx.is_active() || args.bytes(user).len().max(args.bytes(pass).len()) > most {
        return Err(Fail::Plain);
    }
    if before > 0 {
        cx.stage(key::CLIENT_ID, args.bytes(1))?;
    }
    cx.stage(key::USERNAME, args.bytes(user))?;
    cx.stage(key::PASSWORD, args.bytes(pass))?;
    cx.stage(key::HOST, args.bytes(host))?;
    set_number(cx, key::PORT, args.int(port))?;
    cx.forget_staged(Some(key::TAG));
    if args.has(tag) {
        set_number(cx, key::TAG, args.int(tag))?;
        apply_tag(cx, args.int(tag))?;
    }
    stage_url(cx, args.text(host), args.has(tag))?;
    cx.configure(settings)
}

/// Puts aside where the broker is, and whether by TLS.
fn stage_url(cx: &mut Context, host: &str, uses_tls: bool) -> Result<(), Fail> {
    let mut memory = [0; MOST_URL];
    let mut url = Buf::lent(&mut memory);
    Scheme::of_mqtt(uses_tls).write_url(host, None, &mut url)?;
    cx.stage(key::URL, url.as_slice())
}

fn settings(staged: Staged<'_>) -> Settings<'_> {
    let given = |key| staged.get(key).filter(|value| !value.is_empty());
    let username = given(key::USERNAME).map(|_| staged.text(key::USERNAME));
    let url = BrokerUrl::parse(staged.text(key::URL));
    let url = url.unwrap_or(BrokerUrl::of_host(staged.text(key::HOST)));
    Settings {
        port: number(staged, key::PORT).unwrap_or(0) as u16,
        client_id: client_id(staged),
        clean_session: starts_session(staged),
        keep_alive: keep_alive(staged) as u16,
        username,
        password: given(key::PASSWORD).filter(|_| username.is_some()),
        ..Settings::of(url)
    }
}

fn read(cx: &mut Context, _: &Args) -> Outcome {
    if !cx.is_active() {
        cx.text("#XMQTTCON: 0");
        return Outcome::Ok;
    }
    cx.write_staged(|staged, reply| {
        reply.info(|line| {
            let (id, host) = (client_id(staged), staged.text(key::HOST));
            let port = number(staged, key::PORT).unwrap_or(0);
            // A reply notes for itself what does not fit.
            let _ = write!(line, "#XMQTTCON: 1,\"{id}\",\"{host}\",{port}");
            if let Some(tag) = number(staged, key::TAG) {
                let _ = write!(line, ",{tag}");
            }
        });
    });
    Outcome::Ok
}
