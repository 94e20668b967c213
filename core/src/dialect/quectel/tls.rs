//! `+QSSLCFG`: contexts of TLS, and what a link makes of one.

use super::key_files::{self, file_name};
use super::state::{key, use_module};
use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::modem::Staged;
use crate::modem::api::{CredentialKind, LinkId};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::options::{ALPN, CA, CERT, OptionValue, SNI, TLS_VERSION, VERIFY};
use core::fmt::Write;

/// A number of a context, with its range and what it is at the start.
struct Number {
    name: &'static str,
    from: u16,
    upto: u16,
    start: u16,
}

const fn number(name: &'static str, from: u16, upto: u16, start: u16) -> Number {
    Number {
        name,
        from,
        upto,
        start,
    }
}

const NUMBERS: [Number; 13] = [
    number("sslversion", 0, 4, 4),
    number("seclevel", 0, 2, 0),
    number("sni", 0, 1, 0),
    number("checkhost", 0, 1, 0),
    number("ignorelocaltime", 0, 1, 1),
    number("ignorecertchain", 0, 1, 0),
    number("ignoremulticertchainverify", 0, 1, 0),
    number("ignoreinvalidcertsign", 0, 1, 0),
    number("negotiatetime", 10, 300, 300),
    number("session_cache", 0, 1, 0),
    number("renegotiation", 0, 1, 0),
    number("closetimemode", 0, 1, 0),
    number("dtls", 0, 1, 0),
];
/// Written as `0X` and four digits.
const CIPHERS: Number = number("ciphersuite", 0, u16::MAX, u16::MAX);

/// A text of a context, by the key it is put aside under.
const TEXTS: [(&str, u8); 5] = [
    ("cacert", key::ROOTS),
    ("clientcert", key::CERTIFICATE),
    ("clientkey", key::PRIVATE),
    ("cacertex", key::MORE_ROOTS),
    ("alpn", key::PROTOCOLS),
];

fn is_number(name: &str) -> bool {
    NUMBERS.iter().any(|it| it.name.eq_ignore_ascii_case(name))
}

fn is_ciphers(name: &str) -> bool {
    CIPHERS.name.eq_ignore_ascii_case(name)
}

fn text_key(name: &str) -> Option<u8> {
    let mut known = TEXTS.iter();
    let found = known.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, key)| *key)
}

fn is_known(name: &str) -> bool {
    is_number(name) || is_ciphers(name) || text_key(name).is_some()
}

const CONTEXT: Param = Param::int("ctx", 0, 5);

pub(super) const CONFIGURE: Command = Command::new("+QSSLCFG", "Set a context of TLS")
    .details(
        "Without a value it reads. `cacert`, `clientcert` and `clientkey` name files of \
         `+QFUPL`, which need not be there before `+QMTOPEN`.",
    )
    .test(
        "+QSSLCFG: \"sslversion\",(0-5),(0-4)\r\n\
         +QSSLCFG: \"ciphersuite\",(0-5),(0X0035,0X002F,0X0005,0X0004,0X000A,0X003D,0XC027,0XC028,0XC02F,0XFFFF)\r\n\
         +QSSLCFG: \"cacert\",(0-5),<cacertpath>\r\n\
         +QSSLCFG: \"clientcert\",(0-5),<client_cert_path>\r\n\
         +QSSLCFG: \"clientkey\",(0-5),<client_key_path>\r\n\
         +QSSLCFG: \"seclevel\",(0-5),(0-2)\r\n\
         +QSSLCFG: \"sni\",(0-5),(0,1)\r\n\
         +QSSLCFG: \"checkhost\",(0-5),(0,1)\r\n\
         +QSSLCFG: \"ignorecertchain\",(0-5),(0,1)\r\n\
         +QSSLCFG: \"ignorelocaltime\",(0-5),(0,1)\r\n\
         +QSSLCFG: \"negotiatetime\",(0-5),(10-300)",
    )
    .remembers()
    .commits()
    .set(
        &[
            Signature::of(&[
                Param::text("name", 3, 32)
                    .check(is_known, "nosuch")
                    .example("seclevel"),
                CONTEXT,
            ]),
            Signature::of(&[
                Param::text("name", 3, 32)
                    .check(is_number, "nosuch")
                    .example("seclevel"),
                CONTEXT,
                Param::int("number", 0, 300),
            ])
            .check(fits_number),
            Signature::of(&[
                Param::text("name", 3, 32)
                    .check(is_ciphers, "nosuch")
                    .example("ciphersuite"),
                CONTEXT,
                Param::text("suite", 3, 6)
                    .check(|text| suite(text).is_some(), "0XGG")
                    .example("0XFFFF"),
            ]),
            Signature::of(&[
                Param::text("name", 3, 32)
                    .check(|name| text_key(name).is_some(), "nosuch")
                    .example("cacert"),
                CONTEXT,
                Param::text("path", 0, 84).example("ca.pem"),
            ]),
        ],
        configure,
    )
    .examples(&[Example {
        line: "AT+QSSLCFG=\"seclevel\",2",
        answer: &["+QSSLCFG: \"seclevel\",2,0", "OK"],
    }]);

/// `0X` and hexadecimal digits.
fn suite(text: &str) -> Option<u16> {
    let digits = text
        .strip_prefix("0X")
        .or_else(|| text.strip_prefix("0x"))?;
    u16::from_str_radix(digits, 16).ok()
}

fn fits_number(args: &Args) -> Result<(), Reject> {
    let known = NUMBERS
        .iter()
        .find(|it| it.name.eq_ignore_ascii_case(args.text(0)));
    let range = known.map(|it| u32::from(it.from)..=u32::from(it.upto));
    let fits = range.is_some_and(|range| range.contains(&args.int(2)));
    fits.then_some(()).ok_or(Reject::Value)
}

/// The numbers of a context, in the order of [`NUMBERS`], the ciphers behind them.
type Numbers = [u16; NUMBERS.len() + 1];

fn numbers(staged: Staged<'_>, context: u8) -> Numbers {
    let mut numbers = [CIPHERS.start; NUMBERS.len() + 1];
    for (place, number) in numbers.iter_mut().zip(&NUMBERS) {
        *place = number.start;
    }
    let given = staged.get(key::TLS + context).unwrap_or_default();
    for (place, pair) in numbers.iter_mut().zip(given.chunks_exact(2)) {
        *place = pair
            .iter()
            .fold(0, |number, byte| number << 8 | u16::from(*byte));
    }
    numbers
}

fn place(name: &str) -> usize {
    let known = NUMBERS
        .iter()
        .position(|it| it.name.eq_ignore_ascii_case(name));
    known.unwrap_or(NUMBERS.len())
}

fn configure(cx: &mut Context, args: &Args) -> Outcome {
    use_module(cx);
    let (name, context) = (args.text(0), args.int(1) as u8);
    match args.signature() {
        0 => read(cx, name, context),
        1 => set_number(cx, name, context, args.int(2) as u16).into(),
        2 => set_number(cx, name, context, suite(args.text(2)).unwrap_or(u16::MAX)).into(),
        _ => set_text(cx, name, context, args.text(2)).unwrap_or_else(Outcome::Fail),
    }
}

fn set_text(cx: &mut Context, name: &str, context: u8, text: &str) -> Result<Outcome, Fail> {
    let key = text_key(name).ok_or(Fail::Plain)?;
    let staged = cx.stage(key + context, text.as_bytes());
    let mut kept = staged.map(|()| None);
    if key == key::PRIVATE {
        kept = kept.and_then(|_| key_files::remember(cx, text));
    }
    Ok(kept.map_err(plain)?.map_or(Outcome::Ok, Outcome::Wait))
}

fn plain(_: Fail) -> Fail {
    Fail::Plain
}

fn set_number(cx: &mut Context, name: &str, context: u8, number: u16) -> Result<(), Fail> {
    let mut numbers = numbers(cx.staged(), context);
    if let Some(place) = numbers.get_mut(place(name)) {
        *place = number;
    }
    let is_set = |name: &str| numbers.get(place(name)).is_some_and(|it| *it != 0);
    if is_set("seclevel") && WEAKENING.iter().any(|name| is_set(name)) {
        return Err(Fail::Plain);
    }
    let mut bytes = [0; 2 * (NUMBERS.len() + 1)];
    for (pair, number) in bytes.chunks_exact_mut(2).zip(numbers) {
        pair.copy_from_slice(&number.to_be_bytes());
    }
    cx.stage(key::TLS + context, &bytes).map_err(plain)
}

/// Settings by which a certificate is not looked at.
const WEAKENING: [&str; 3] = [
    "ignorecertchain",
    "ignoremulticertchainverify",
    "ignoreinvalidcertsign",
];

fn read(cx: &mut Context, name: &str, context: u8) -> Outcome {
    cx.write_staged(|staged, reply| {
        reply.info(|line| write_value(line, staged, name, context));
    });
    Outcome::Ok
}

fn write_value(line: &mut Reply, staged: Staged<'_>, name: &str, context: u8) {
    let texts = TEXTS.iter().map(|(name, _)| *name);
    let known = NUMBERS.iter().map(|it| it.name).chain(texts);
    let known = known.chain([CIPHERS.name]);
    let mut known = known.filter(|it| it.eq_ignore_ascii_case(name));
    let name = known.next().unwrap_or_default();
    let number = numbers(staged, context).get(place(name)).copied();
    let number = number.unwrap_or_default();
    // A reply notes for itself what does not fit.
    let _ = write!(line, "+QSSLCFG: \"{name}\",{context},");
    let _ = match text_key(name) {
        Some(key) => write!(line, "\"{}\"", staged.text(key + context)),
        None if is_ciphers(name) => write!(line, "0X{number:04X}"),
        None => write!(line, "{number}"),
    };
}

/// Has the present link use a context, or no TLS; seconds that opening may take by that.
pub(super) fn apply(cx: &mut Context, context: Option<u8>) -> Result<u32, Fail> {
    let Some(context) = context else {
        return Ok(u32::MAX);
    };
    let link = cx.link();
    use_module(cx);
    let numbers = numbers(cx.staged(), context);
    let number = |name| u32::from(numbers.get(place(name)).copied().unwrap_or(0));
    let (level, checks_name) = (number("seclevel"), number("checkhost") != 0);
    let verify = match (level, checks_name) {
        (0, _) => 0,
        (_, true) => 1,
        (_, false) => 2,
    };
    let version = if number("sslversion") == 4 { 0 } else { 2 };
    let any_date = number("ignorelocaltime") != 0;
    cx.use_link(link)?;
    cx.apply_any_date(any_date)?;
    apply_files(cx, context, level).map_err(plain)?;
    apply_protocols(cx, link, context)?;
    for (option, value) in [(VERIFY, verify), (TLS_VERSION, version)] {
        cx.apply_option(option, |_| OptionValue::Number(value))?;
    }
    for option in [SNI, CA, CERT] {
        cx.apply_option(option, |_| OptionValue::Text(""))?;
    }
    Ok(number("negotiatetime"))
}

/// The link gets copies of the files: what becomes of them later is no matter of it.
fn apply_files(cx: &mut Context, context: u8, level: u32) -> Result<(), Fail> {
    cx.with_staged(|cx, staged| {
        let module = staged.of_link(LinkId::FIRST);
        let file = |key, least| match module.text(key + context) {
            path if level >= least => file_name(path),
            _ => "",
        };
        let roots = [file(key::ROOTS, 1), file(key::MORE_ROOTS, 1)];
        cx.apply_files(CredentialKind::Roots, roots)?;
        cx.apply_file(CredentialKind::Certificate, file(key::CERTIFICATE, 2))?;
        cx.apply_file(CredentialKind::Key, file(key::PRIVATE, 2))
    })
}

/// The most bytes of a list of protocols.
const MAX_PROTOCOLS: usize = 84;

fn apply_protocols(cx: &mut Context, link: LinkId, context: u8) -> Result<(), Fail> {
    use_module(cx);
    let mut memory = [0; MAX_PROTOCOLS];
    let given = cx
        .staged()
        .get(key::PROTOCOLS + context)
        .unwrap_or_default();
    let len = given.len();
    let place = memory.get_mut(..len).ok_or(Fail::Plain)?;
    place.copy_from_slice(given);
    cx.use_link(link)?;
    cx.stage(key::ALPN, place)?;
    cx.apply_option(ALPN, |staged| OptionValue::Text(staged.text(key::ALPN)))
}
