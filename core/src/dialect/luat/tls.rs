//! `+SSLCFG`: what TLS verifies and shows.

use super::state::key;
use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::schema::Signature;
use crate::commands::key_files::KeyFiles;
use crate::modem::Staged;
use crate::modem::api::{CredentialKind, Slot};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::options::{CA, OptionValue, SNI, TLS_VERSION, VERIFY};
use core::ops::RangeInclusive;

pub(super) const NAME: &str = "+SSLCFG";
/// The context of MQTT; others are of what this modem does not do.
const OURS: u32 = 88;

/// The names, and the numbers that those of a number take.
const NAMES: [(&str, Option<RangeInclusive<u32>>); 11] = [
    ("sslversion", Some(0..=4)),
    ("ciphersuite", None),
    ("seclevel", Some(0..=2)),
    ("cacert", None),
    ("clientcert", None),
    ("clientkey", None),
    ("hostname", None),
    ("ignorelocaltime", Some(0..=1)),
    ("negotiatetimeout", Some(10..=300)),
    ("clientrandom", None),
    ("verifymode", Some(0..=1)),
];
const VERSION: u8 = key::TLS;
const SECLEVEL: u8 = key::TLS + 2;
const ROOTS: u8 = key::TLS + 3;
const CERTIFICATE: u8 = key::TLS + 4;
const KEY: u8 = key::TLS + 5;
const HOSTNAME: u8 = key::TLS + 6;
const ANY_DATE: u8 = key::TLS + 7;
const TIMEOUT: u8 = key::TLS + 8;

/// The files with keys of certificates.
pub(super) const KEYS: KeyFiles = KeyFiles {
    slot: Slot::Dialect(0),
    is_chosen: |staged, name| staged.text(KEY) == name,
};

pub(super) const CONFIGURATION: Command = Command::new(NAME, "Set what TLS does")
    .details(
        "seclevel 0 verifies nothing, 1 the broker, 2 shows a certificate, too. cacert, \
         clientcert and clientkey name files of `+FSWRITE`. negotiatetimeout is the time for \
         `+SSLMIPSTART`. Without a value it is shown; a comma with nothing behind erases it.",
    )
    .test("")
    .remembers()
    .commits()
    .set(
        &[Signature::of(&[
            Param::text("name", 1, 16).example("cacert"),
            Param::int("context", 0, 153).means("88 is that of MQTT"),
            Param::text("value", 0, 253).optional().example("ca.crt"),
        ])
        .check(fits)],
        set,
    );

fn place_of(name: &str) -> Option<usize> {
    let is_it = |(it, _): &(&str, _)| it.eq_ignore_ascii_case(name);
    NAMES.iter().position(is_it)
}

/// Whether there is such a name, and it takes the value.
fn fits(args: &Args) -> Result<(), Reject> {
    let (_, range) = place_of(args.text(0))
        .and_then(|place| NAMES.get(place))
        .ok_or(Reject::Value)?;
    let value = args.text(2);
    let fits = |range: &RangeInclusive<u32>| value.parse().is_ok_and(|it| range.contains(&it));
    let fits = value.is_empty() || range.as_ref().is_none_or(fits);
    fits.then_some(()).ok_or(Reject::Value)
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    let Some(place) = place_of(args.text(0)) else {
        return Outcome::Fail(Fail::Plain);
    };
    let key = key::TLS + place as u8;
    if !args.has(2) && !args.ends_with_comma() {
        return read(cx, args, key);
    }
    if args.int(1) != OURS {
        return Outcome::Ok;
    }
    if args.bytes(2).is_empty() {
        cx.forget_staged(Some(key));
        return Outcome::Ok;
    }
    choose(cx, key, args.text(2)).unwrap_or_else(Outcome::Fail)
}

fn choose(cx: &mut Context, key: u8, value: &str) -> Result<Outcome, Fail> {
    cx.stage(key, value.as_bytes())?;
    let kept = match key {
        KEY => KEYS.remember(cx, value)?,
        _ => None,
    };
    Ok(kept.map_or(Outcome::Ok, Outcome::Wait))
}

fn read(cx: &mut Context, args: &Args, key: u8) -> Outcome {
    cx.write_staged(|staged, reply| {
        reply.info(|line| {
            line.text("+SSLCFG: \"");
            line.text(args.text(0));
            line.text("\",");
            line.number(args.int(1));
            line.text(",");
            let is_ours = args.int(1) == OURS;
            line.text(match if is_ours { staged.text(key) } else { "" } {
                "" if key == SECLEVEL => "0",
                value => value,
            });
        });
    });
    Outcome::Ok
}

/// Seconds that opening the transport may take, where they were set.
pub(super) fn timeout(staged: Staged<'_>) -> Option<u32> {
    staged.text(TIMEOUT).parse().ok()
}

/// The versions of TLS that are offered: 1.2 alone for those before, too.
fn version(staged: Staged<'_>) -> u32 {
    match staged.text(VERSION) {
        "" | "4" => 0,
        _ => 2,
    }
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
    let any_date = cx.staged().text(ANY_DATE) == "1";
    cx.apply_any_date(any_date)?;
    cx.apply_option(VERIFY, |_| OptionValue::Number(level.min(1)))?;
    cx.apply_option(TLS_VERSION, |staged| OptionValue::Number(version(staged)))?;
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
