//! `+SSLCFG`: what TLS verifies and shows.

use super::state::key;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::api::CredentialKind;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::options::{CA, OptionValue, SNI, VERIFY};

const NAMES: [&str; 11] = [
    "sslversion",
    "ciphersuite",
    "seclevel",
    "cacert",
    "clientcert",
    "clientkey",
    "hostname",
    "ignorelocaltime",
    "negotiatetimeout",
    "clientrandom",
    "verifymode",
];
const SECLEVEL: u8 = key::TLS + 2;
const ROOTS: u8 = key::TLS + 3;
const CERTIFICATE: u8 = key::TLS + 4;
const KEY: u8 = key::TLS + 5;
const HOSTNAME: u8 = key::TLS + 6;

const NAME: Param = Param::text("name", 1, 16)
    .check(|name| key_of(name).is_some(), "premaster")
    .example("cacert");
const CONTEXT: Param = Param::int("context", 0, 153).means("88 is that of MQTT");

pub(super) const CONFIGURATION: Command = Command::new("+SSLCFG", "Set what TLS does")
    .details(
        "seclevel 0 verifies nothing, 1 the broker, 2 shows a certificate, too. cacert, \
         clientcert and clientkey name files of `+FSWRITE`. Without a value it is shown; an empty \
         one erases it.",
    )
    .test("")
    .set(
        &[Signature::of(&[
            NAME,
            CONTEXT,
            Param::text("value", 0, 253).optional().example("ca.crt"),
        ])],
        set,
    );

fn key_of(name: &str) -> Option<u8> {
    let place = NAMES.iter().position(|it| it.eq_ignore_ascii_case(name))?;
    Some(key::TLS + place as u8)
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    let Some(key) = key_of(args.text(0)) else {
        return Outcome::Fail(Fail::Plain);
    };
    // Other contexts are of what this modem does not do.
    let is_ours = args.int(1) == 88;
    if !args.has(2) {
        return read(cx, args, key);
    }
    if !is_ours {
        return Outcome::Ok;
    }
    if args.bytes(2).is_empty() {
        cx.forget_staged(Some(key));
        return Outcome::Ok;
    }
    cx.stage(key, args.bytes(2)).into()
}

fn read(cx: &mut Context, args: &Args, key: u8) -> Outcome {
    cx.write_staged(|staged, reply| {
        reply.info(|line| {
            line.text("+SSLCFG: \"");
            line.text(args.text(0));
            line.text("\",");
            line.number(args.int(1));
            line.text(",");
            line.text(match staged.text(key) {
                "" if key == SECLEVEL => "0",
                value => value,
            });
        });
    });
    Outcome::Ok
}

/// What no file and no entry has as its name.
const NOWHERE: &str = ".none";

/// The link uses TLS as it was set. Without a file it needs it cannot be opened.
pub(super) fn apply(cx: &mut Context) -> Result<(), Fail> {
    let level = match cx.staged().text(SECLEVEL) {
        "1" => 1,
        "2" => 2,
        _ => 0_u32,
    };
    cx.apply_option(VERIFY, |_| OptionValue::Number(level.min(1)))?;
    let mut lacks = level > 0 && cx.staged().get(ROOTS).is_none();
    cx.apply_option(SNI, |staged| OptionValue::Text(staged.text(HOSTNAME)))?;
    for (kind, key, least) in [
        (CredentialKind::Roots, ROOTS, 1),
        (CredentialKind::Certificate, CERTIFICATE, 2),
        (CredentialKind::Key, KEY, 2),
    ] {
        let mut memory = [0; 253];
        let name = cx.staged().get(key).unwrap_or_default();
        let len = if level >= least { name.len() } else { 0 };
        let place = memory.get_mut(..len).ok_or(Fail::Plain)?;
        place.copy_from_slice(name.get(..len).unwrap_or_default());
        let name = core::str::from_utf8(place).unwrap_or_default();
        lacks |= cx.apply_file(kind, name).is_err();
    }
    cx.apply_option(CA, |_| OptionValue::Text(if lacks { NOWHERE } else { "" }))
}
