//! `+MQTTCONFIG`: the broker and who the modem is to it.

use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::at::text::MASK;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::settings::Settings;
use crate::modem::url::{BrokerUrl, MAX_URL};
use crate::mqtt::topic::has_allowed_characters;

/// The longest text MQTT has room for (clause 1.5.3).
const MAX_TEXT: usize = 65_535;

const SIGNATURES: &[Signature] = &[Signature::of(&[
    Param::text("url", 1, MAX_URL)
        .check(has_url_characters, "a b")
        .secret_behind(b'?')
        .means("name or IP address of the broker, or a URL")
        .example("183.230.40.16"),
    Param::int("port", 1, 65_535).means("TCP port"),
    Param::text("client id", 0, MAX_TEXT)
        .check(has_allowed_characters, "a\\01")
        .optional()
        .means("client identifier, without control characters; empty only with clean session 1")
        .example("MQTT002"),
    Param::choice(
        "cleansession",
        &[
            (0, "the session is stored"),
            (1, "each connect starts a new session"),
        ],
    ),
    Param::int("keepalive", 0, 65_535).means("seconds within which a packet is sent; 0 is off"),
    Param::text("username", 0, MAX_TEXT)
        .optional()
        .means("user name")
        .example("431671"),
    Param::bytes("password", 0, MAX_TEXT)
        .optional()
        .secret()
        .means("password; needs a user name")
        .example("version"),
])
.check(belong_together)];

pub(super) const CONFIG: Command = Command::new("+MQTTCONFIG", "Set the broker and the session")
    .remembers()
    .details(
        "Takes effect at the next connect. OK means that it is stored. The read form shows a text \
         without quotes if it can be sent back like that; otherwise in quotes, with `\"`, `\\` \
         and control bytes as `\\hh`, and an empty user name or password as `\"\"`. A hidden \
         password is shown as `***`; to set `***` is an error (50) that changes nothing. With \
         `ws://` or `wss://` before the host MQTT goes over WebSocket, to the path behind the host, \
         `/mqtt` if there is none. A query behind the path is hidden as a password is. `wss://` and \
         `mqtts://` switch TLS on, `ws://` and `mqtt://` off (`+MQTTTLS`). A host has at most 253 \
         bytes, and an IPv6 address behind a scheme stands in brackets. A port, user or password in \
         the URL is an error (50): they have their parameters.",
    )
    .test("+MQTTCONFIG:<url>,<port>,<client id>,(0-1),<keepalive>,<username>,<password>")
    .read(read)
    .commits()
    .takes_list()
    .set(SIGNATURES, set)
    .examples(&[
        Example {
            line: "AT+MQTTCONFIG=183.230.40.16,8883,MQTT002,1,60,431671,version",
            answer: &["OK"],
        },
        Example {
            line: "AT+MQTTCONFIG?",
            answer: &[
                "+MQTTCONFIG:183.230.40.16,8883,MQTT002,1,60,431671,version",
                "OK",
            ],
        },
    ]);

/// Whether each character may stand where it does.
fn has_url_characters(url: &str) -> bool {
    BrokerUrl::parse(url) != Err(Reject::Characters)
}

/// Without a client id each session is new; a password needs a user name.
fn belong_together(args: &Args) -> Result<(), Reject> {
    BrokerUrl::parse(args.text(0))?;
    let nameless = args.bytes(2).is_empty() && !args.flag(3);
    let password_alone = args.has(6) && !args.has(5);
    if nameless || password_alone {
        return Err(Reject::Value);
    }
    Ok(())
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    let Ok(url) = BrokerUrl::parse(args.text(0)) else {
        return Outcome::Fail(Fail::INCORRECT);
    };
    // A host that sends back what it read does not mean to lose the secret.
    let password = args.bytes(6) == MASK && cx.hides_secret(|it| it.password.is_some());
    let query = has_query(&url, |query| query == MASK)
        && cx.hides_secret(|it| has_query(&it.url, |_| true));
    if password || query {
        return Outcome::Fail(Fail::INCORRECT);
    }
    cx.store_settings(&Settings {
        url,
        port: args.int(1) as u16,
        client_id: args.text(2),
        clean_session: args.flag(3),
        keep_alive: args.int(4) as u16,
        username: args.has(5).then(|| args.text(5)),
        password: args.has(6).then(|| args.bytes(6)),
        hides_password: false,
    })
    .into()
}

/// Whether it has a query that is as `is` says.
fn has_query(url: &BrokerUrl, is: impl Fn(&[u8]) -> bool) -> bool {
    let query = url.text().as_bytes().get(url.shown()..);
    query.is_some_and(|query| !query.is_empty() && is(query))
}

fn read(cx: &mut Context, _: &Args) -> Outcome {
    let masked = cx.masks_secrets();
    cx.write_settings(|settings, reply| match settings {
        Some(settings) => reply.info(|line| write(line, &settings, masked)),
        None => reply.text_line("+MQTTCONFIG:,,,,,,"),
    });
    Outcome::Ok
}

fn write(line: &mut Reply, settings: &Settings, masked: bool) {
    let masked = masked || settings.hides_password;
    line.text("+MQTTCONFIG:");
    let url = settings.url;
    line.value_with_secret(url.text().as_bytes(), url.shown(), masked);
    line.text(",");
    line.number(settings.port.into());
    line.text(",");
    // An empty client id is one left out.
    let client_id = Some(settings.client_id).filter(|id| !id.is_empty());
    line.value(client_id.map(str::as_bytes));
    line.text(if settings.clean_session { ",1," } else { ",0," });
    line.number(settings.keep_alive.into());
    line.text(",");
    line.value(settings.username.map(str::as_bytes));
    line.text(",");
    match settings.password {
        Some(_) if masked => line.bytes(MASK),
        password => line.secret(|line| line.value(password)),
    }
}
