//! TLS contexts, and which of them the link uses.

use super::key;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::Staged;
use crate::modem::api::CredentialKind;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::options::{CA, CERT, OptionValue, SNI, VERIFY};
use core::fmt::Write;

const CONTEXT: Param = Param::int("ctxindex", 0, 5);
const FLAG: Param = Param::int("value", 0, 1);
const FILE: Param = Param::text("file", 1, 108).example("ca.crt");

/// The name of a setting.
const fn named(check: fn(&str) -> bool, name: &'static str) -> Param {
    Param::text("setting", 3, 13)
        .check(check, "other")
        .example(name)
}

/// Where it is 1, certificates may be out of date.
const ANY_DATE: &str = "ignorertctime";

const FORMS: &[Signature] = &[
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("sslversion"), "sslversion"),
        CONTEXT,
        Param::int("sslversion", 0, 4).means("any: TLS 1.2 or 1.3"),
    ]),
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("sni"), "sni"),
        CONTEXT,
        Param::text("servername", 0, 253)
            .check(is_name, "a b")
            .example("broker.example"),
    ]),
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("convert"), "convert"),
        Param::int("ssltype", 2, 2).means("2: certificates to trust"),
        FILE,
    ]),
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("convert"), "convert"),
        Param::int("ssltype", 1, 1).means("1: a certificate and its key"),
        FILE,
        FILE.named("key").example("dev.key"),
    ]),
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("ctxindex"), "ctxindex"),
        CONTEXT,
    ]),
    Signature::of(&[named(is_flag, ANY_DATE), CONTEXT, FLAG]),
    Signature::of(&[
        named(|it| it.eq_ignore_ascii_case("ciphersuite"), "ciphersuite"),
        CONTEXT,
        Param::int("cipher_index", 0, 7),
        Param::text("ciphersuite", 1, 16).example("0xC02F"),
    ]),
];

pub(super) const CONFIGURE: Command = Command::new("+CSSLCFG", "Set a TLS context")
    .details(
        "`sni` is the name that is asked for and verified; without it that is the broker's host. \
         `convert` takes files there are. With `ignorertctime` 1 certificates may be out of date. \
         The rest has no effect.",
    )
    .remembers()
    .set(FORMS, |cx, args| set(cx, args).into());

pub(super) const USE: Command = Command::new("+SMSSL", "Choose the TLS context of the link")
    .details(
        "0 is none. With a file of certificates to trust the broker is verified, else it is not.",
    )
    .read(|cx, _| read(cx))
    .set(
        &[Signature::of(&[
            Param::int("index", 0, 6),
            FILE_OR_NONE,
            FILE_OR_NONE,
        ])],
        |cx, args| choose(cx, args).into(),
    );

const FILE_OR_NONE: Param = Param::text("file", 0, 108).optional().example("ca.crt");

fn is_flag(name: &str) -> bool {
    [ANY_DATE, "protocol"]
        .iter()
        .any(|flag| flag.eq_ignore_ascii_case(name))
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn set(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    let has = |cx: &Context, place| cx.file(args.text(place)).is_some();
    match args.signature() {
        1 => cx.stage(key::SERVER_NAMES + args.int(1) as u8, args.bytes(2)),
        2 if has(cx, 2) => Ok(()),
        3 if has(cx, 2) && has(cx, 3) => {
            cx.stage(key::PAIR_CERTIFICATE, args.bytes(2))?;
            cx.stage(key::PAIR_KEY, args.bytes(3))
        }
        5 if args.text(0).eq_ignore_ascii_case(ANY_DATE) => {
            cx.stage(key::ANY_DATES + args.int(1) as u8, &[args.int(2) as u8])
        }
        2 | 3 => Err(Fail::Plain),
        4 => {
            write(cx, args.int(1) as u8);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn write(cx: &mut Context, context: u8) {
    cx.write_staged(|staged, reply| {
        reply.info(|line| {
            let name = staged.text(key::SERVER_NAMES + context);
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+CSSLCFG: {context},3");
            (0..8).for_each(|_| line.text(",0x0000"));
            let _ = write!(line, ",0,1,\"{name}\"");
        });
    });
}

fn choose(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    if cx.is_connected() {
        return Err(Fail::Plain);
    }
    cx.stage(key::CA, args.bytes(1))?;
    cx.stage(key::CERTIFICATE, args.bytes(2))?;
    cx.stage(key::TLS_CONTEXT, &[args.int(0) as u8])
}

fn read(cx: &mut Context) -> Outcome {
    cx.write_staged(|staged, reply| {
        reply.info(|line| {
            let (ca, certificate) = (staged.text(key::CA), staged.text(key::CERTIFICATE));
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+SMSSL: {},\"{ca}\",\"{certificate}\"", index(staged));
        });
    });
    Outcome::Ok
}

/// The context of the link, counted from 1.
fn index(staged: Staged<'_>) -> u8 {
    let index = staged.get(key::TLS_CONTEXT).and_then(<[u8]>::first);
    index.copied().unwrap_or(0)
}

/// Whether the link uses TLS.
pub(super) fn is_on(staged: Staged<'_>) -> bool {
    index(staged) > 0
}

/// Makes the TLS of the link.
pub(super) fn prepare(cx: &mut Context) -> Result<(), Fail> {
    let Some(context) = index(cx.staged()).checked_sub(1) else {
        return Ok(());
    };
    cx.with_staged(|cx, staged| {
        let (ca, certificate) = (staged.text(key::CA), staged.text(key::CERTIFICATE));
        cx.apply_file(CredentialKind::Roots, ca)?;
        cx.apply_file(CredentialKind::Certificate, certificate)?;
        cx.apply_file(CredentialKind::Key, key_of(staged, certificate))?;
        cx.apply_any_date(staged.get(key::ANY_DATES + context) == Some(&[1]))?;
        let verify = u32::from(!ca.is_empty());
        cx.apply_option(VERIFY, |_| OptionValue::Number(verify))?;
        cx.apply_option(CA, |_| OptionValue::Text(""))?;
        cx.apply_option(CERT, |_| OptionValue::Text(""))
    })?;
    let name = key::SERVER_NAMES + context;
    cx.apply_option(SNI, |staged| OptionValue::Text(staged.text(name)))
}

/// The file of a certificate's key: that it was converted with, or its own.
fn key_of<'s>(staged: Staged<'s>, certificate: &'s str) -> &'s str {
    if staged.text(key::PAIR_CERTIFICATE) == certificate {
        staged.text(key::PAIR_KEY)
    } else {
        certificate
    }
}
