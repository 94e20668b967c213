//! TLS contexts and the files they name.

use super::client::{apply_number, done, number_of, select_module};
use super::{configuration, error, key};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::Signature;
use crate::at::text::MASK;
use crate::modem::Staged;
use crate::modem::api::{CredentialKind, LinkId};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::options::{self, OptionValue, VERIFY};
use core::fmt::Write;

/// How many contexts there are.
const CONTEXTS: u8 = 10;

/// A setting of a context: its name, and its value until it is set.
struct Setting {
    name: &'static str,
    usual: u32,
}

/// Each, in the order in which they are shown.
const SETTINGS: [Setting; 10] = [
    setting("sslversion", 4),
    setting("authmode", 0),
    setting("ignorelocaltime", 1),
    setting("negotiatetime", 300),
    setting("cacert", 0),
    setting("clientcert", 0),
    setting("clientkey", 0),
    setting("password", 0),
    setting("enableSNI", 0),
    setting("ignorecertCN", 0),
];

const fn setting(name: &'static str, usual: u32) -> Setting {
    Setting { name, usual }
}

const AUTH_MODE: usize = 1;
const IGNORES_DATES: usize = 2;
const HANDSHAKE_TIME: usize = 3;
const CA: usize = 4;
const CERTIFICATE: usize = 5;
const KEY: usize = 6;
const PASSWORD: usize = 7;
const IGNORES_NAME: usize = 9;

const CONTEXT: Param = Param::int("ssl_ctx_index", 0, 9);
const FLAG: Param = Param::int("value", 0, 1);

/// The name of a setting that takes such a value.
const fn named(check: fn(&str) -> bool, name: &'static str) -> Param {
    Param::text("setting", 3, 16)
        .check(check, "other")
        .example(name)
}

const FORMS: &[Signature] = &[
    Signature::of(&[CONTEXT]),
    Signature::of(&[
        named(|it| is(it, 0), "sslversion"),
        CONTEXT,
        Param::int("sslversion", 0, 4).means("any: TLS 1.2 or 1.3"),
    ]),
    Signature::of(&[
        named(|it| is(it, AUTH_MODE), "authmode"),
        CONTEXT,
        Param::choice(
            "authmode",
            &[
                (0, "nothing is verified"),
                (1, "the broker is verified"),
                (
                    2,
                    "the broker is verified, and the client shows a certificate",
                ),
                (3, "the client shows a certificate"),
            ],
        ),
    ]),
    Signature::of(&[
        named(|it| is(it, HANDSHAKE_TIME), "negotiatetime"),
        CONTEXT,
        Param::int("negotiatetime", 10, 300).means("seconds TCP and TLS may take"),
    ]),
    Signature::of(&[named(is_flag, "ignorecertCN"), CONTEXT, FLAG]),
    Signature::of(&[
        named(is_file, "cacert"),
        CONTEXT,
        Param::text("file", 0, 108).example("ca.pem"),
    ]),
    Signature::of(&[
        named(|it| is(it, PASSWORD), "password"),
        CONTEXT,
        Param::text("password", 0, 64).secret().example("secret"),
    ]),
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("ciphersuites"), "ciphersuites"),
        CONTEXT,
        Param::text("suites", 1, 256).bare().example("0xC02F"),
    ]),
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("use_tickets"), "use_tickets"),
        CONTEXT,
        FLAG,
    ]),
];

pub(super) const CONTEXTS_COMMAND: Command = Command::new("+CSSLCFG", "Set a TLS context")
    .details(
        "The broker's name is always asked for. `ciphersuites` and `use_tickets` have no effect.",
    )
    .test(
        "+CSSLCFG: \"sslversion\",(0-9),(0-4)\r\n+CSSLCFG: \"authmode\",(0-9),(0-3)\r\n\
         +CSSLCFG: \"ignorelocaltime\",(0-9),(0,1)\r\n+CSSLCFG: \"negotiatetime\",(0-9),(10-300)\r\n\
         +CSSLCFG: \"cacert\",(0-9),(5-108)\r\n+CSSLCFG: \"clientcert\",(0-9),(5-108)\r\n\
         +CSSLCFG: \"clientkey\",(0-9),(5-108)\r\n+CSSLCFG: \"password\",(0-9),(0-255)\r\n\
         +CSSLCFG: \"enableSNI\",(0-9),(0,1)\r\n+CSSLCFG: \"ignorecertCN\",(0-9),(0,1)",
    )
    .read(|cx, _| done(read_all(cx)))
    .set(FORMS, |cx, args| done(set(cx, args)));

fn is(name: &str, setting: usize) -> bool {
    place_of(name) == Some(setting)
}

fn is_flag(name: &str) -> bool {
    matches!(place_of(name), Some(IGNORES_DATES | 8 | IGNORES_NAME))
}

fn is_file(name: &str) -> bool {
    matches!(place_of(name), Some(CA | CERTIFICATE | KEY))
}

fn place_of(name: &str) -> Option<usize> {
    let same = |setting: &Setting| setting.name.eq_ignore_ascii_case(name);
    SETTINGS.iter().position(same)
}

/// Under which key a setting of a context is put aside.
fn key_of(context: u8, setting: usize) -> u8 {
    key::CONTEXTS + context * SETTINGS.len() as u8 + setting as u8
}

fn set(cx: &mut Context, args: &Args) -> Result<Outcome, Fail> {
    select_module(cx)?;
    if args.signature() == 0 {
        write(cx, args.int(0) as u8);
        return Ok(Outcome::Ok);
    }
    let context = args.int(1) as u8;
    let Some(setting) = place_of(args.text(0)) else {
        return Ok(Outcome::Ok);
    };
    let key = key_of(context, setting);
    if (CA..=PASSWORD).contains(&setting) {
        cx.stage(key, args.bytes(2))?;
    } else {
        cx.stage(key, &args.int(2).to_be_bytes())?;
    }
    Ok(Outcome::Ok)
}

fn read_all(cx: &mut Context) -> Result<Outcome, Fail> {
    select_module(cx)?;
    (0..CONTEXTS).for_each(|context| write(cx, context));
    Ok(Outcome::Ok)
}

fn write(cx: &mut Context, context: u8) {
    let masked = cx.masks_secrets();
    cx.write_staged(|staged, reply| {
        reply.info(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+CSSLCFG: {context}");
            for (place, setting) in SETTINGS.iter().enumerate() {
                line.text(",");
                write_setting(
                    line,
                    staged,
                    (key_of(context, place), place),
                    setting,
                    masked,
                );
            }
        });
    });
}

fn write_setting(
    line: &mut Reply,
    staged: Staged<'_>,
    (key, place): (u8, usize),
    setting: &Setting,
    masked: bool,
) {
    if !(CA..=PASSWORD).contains(&place) {
        return line.number(number_of(staged, key, setting.usual));
    }
    let text = staged.text(key);
    line.text("\"");
    if place == PASSWORD && masked && !text.is_empty() {
        line.bytes(MASK);
    } else if place == PASSWORD {
        line.secret(|line| line.text(text));
    } else {
        line.text(text);
    }
    line.text("\"");
}

/// Makes the TLS of a client of its context; else why not. How many seconds it may take.
pub(super) fn prepare(cx: &mut Context) -> Result<u32, u8> {
    let context = configuration::tls_context(cx) as u8;
    cx.with_staged(|cx, staged| {
        let chosen = Chosen {
            module: staged.of_link(LinkId::FIRST),
            context,
        };
        chosen.apply(cx).map(|()| chosen.number(HANDSHAKE_TIME))
    })
}

/// A context that a client uses.
struct Chosen<'s> {
    module: Staged<'s>,
    context: u8,
}

impl<'s> Chosen<'s> {
    fn number(&self, setting: usize) -> u32 {
        let usual = SETTINGS.get(setting).map_or(0, |setting| setting.usual);
        number_of(self.module, key_of(self.context, setting), usual)
    }

    /// The name of a file that is needed, or none.
    fn file(&self, setting: usize, is_needed: bool) -> Result<&'s str, u8> {
        let name = self.module.text(key_of(self.context, setting));
        match (is_needed, name) {
            (true, "") => Err(error::NO_CERTIFICATE),
            (true, name) => Ok(name),
            (false, _) => Ok(""),
        }
    }

    fn apply(&self, cx: &mut Context) -> Result<(), u8> {
        let mode = self.number(AUTH_MODE);
        let (verifies, shows) = (matches!(mode, 1 | 2), matches!(mode, 2 | 3));
        for (kind, setting, is_needed) in [
            (CredentialKind::Roots, CA, verifies),
            (CredentialKind::Certificate, CERTIFICATE, shows),
            (CredentialKind::Key, KEY, shows),
        ] {
            let name = self.file(setting, is_needed)?;
            if !name.is_empty() && cx.file(name).is_none() {
                return Err(error::NO_CERTIFICATE);
            }
            let applied = cx.apply_file(kind, name);
            applied.map_err(|_| error::FAILED)?;
        }
        let verify = match (verifies, self.number(IGNORES_NAME)) {
            (false, _) => 0,
            (true, 0) => 1,
            (true, _) => 2,
        };
        let applied = apply_number(cx, VERIFY, verify).and_then(|()| {
            let none = OptionValue::Text("");
            cx.apply_any_date(self.number(IGNORES_DATES) != 0)?;
            cx.apply_option(options::CA, |_| none)?;
            cx.apply_option(options::CERT, |_| none)
        });
        applied.map_err(|_| error::FAILED)
    }
}
