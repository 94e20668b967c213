//! `+USECPRF`: security profiles, and what a login makes of one.

use super::key::{self, OPERATIONS};
use super::profile::tls_profile;
use crate::at::args::Args;
use crate::at::cme;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::options::{CA, CERT, OPTIONS, OptionValue, SNI, TLS_VERSION, VERIFY};

const LEVEL: u8 = 0;
const VERSION: u8 = 1;
const ROOTS: u8 = 3;
const EXPECTED: u8 = 4;
const CERTIFICATE: u8 = 5;
const CLIENT_KEY: u8 = 6;
const ASKED: u8 = 10;

const PROFILE: Param = Param::int("profile", 0, 4);
const ANY: Param = Param::bytes("value", 0, 256).optional().example("0");

const fn op(which: &'static [(u32, &'static str)]) -> Param {
    Param::choice("op", which)
}

const FORMS: &[Signature] = &[
    Signature::of(&[PROFILE]),
    Signature::of(&[PROFILE, Param::int("op", 0, 14).means("read")]),
    Signature::of(&[
        PROFILE,
        op(&[(0, "what is verified")]),
        Param::choice(
            "level",
            &[
                (0, "nothing"),
                (1, "the certificate"),
                (2, "the certificate and the name"),
                (3, "the certificate, the name and the date"),
            ],
        ),
    ]),
    Signature::of(&[
        PROFILE,
        op(&[(1, "least version of TLS")]),
        Param::int("version", 0, 4).means("4: 1.3; else 1.2 or 1.3"),
    ]),
    Signature::of(&[
        PROFILE,
        op(&[(3, "roots"), (5, "client certificate"), (6, "client key")]),
        Param::text("name", 0, 200).example("ca"),
    ]),
    Signature::of(&[
        PROFILE,
        op(&[(4, "name that is expected"), (10, "name that is asked for")]),
        Param::text("host", 0, 256).example("broker.example"),
        Param::int("type", 0, 3).optional().means("no effect"),
    ]),
    Signature::of(&[
        PROFILE,
        op(&[(7, "password of the key; no effect")]),
        Param::bytes("password", 0, 128).secret().example("secret"),
    ]),
    Signature::of(&[
        PROFILE,
        op(&[
            (8, "pre-shared key; not supported"),
            (9, "its identity; not supported"),
            (11, "made by the module; not supported"),
        ]),
        Param::bytes("value", 0, 128).secret().example("0"),
        Param::int("hex", 0, 1).optional(),
    ]),
    Signature::of(&[
        PROFILE,
        op(&[
            (2, "cipher suites; no effect"),
            (12, "no effect"),
            (13, "no effect"),
            (14, "no effect"),
        ]),
        ANY,
        ANY,
        ANY,
        ANY,
    ]),
];
const RESET: usize = 0;
const READ: usize = 1;

pub(super) const COMMAND: Command = Command::new("+USECPRF", "Set a security profile")
    .details(
        "With the profile alone it is reset, with an operation it is read. Names are those of \
         `+USECMNG`; one that is missing makes the login fail. The name that is expected is asked \
         for, too.",
    )
    .test("+USECPRF: (0-4),(0-14)")
    .set(FORMS, set)
    .examples(&[Example {
        line: "AT+USECPRF=0,0,2",
        answer: &["OK"],
    }]);

fn set(cx: &mut Context, args: &Args) -> Outcome {
    let (profile, operation) = (args.int(0) as u8, args.int(1) as u8);
    match args.signature() {
        RESET => {
            for operation in 0..OPERATIONS {
                cx.forget_staged(Some(key::security(profile, operation)));
            }
            Outcome::Ok
        }
        READ => read(cx, profile, operation),
        _ if matches!(operation, 8 | 9 | 11) => Outcome::Fail(Fail::Cme(cme::NOT_SUPPORTED)),
        _ => cx
            .stage(key::security(profile, operation), args.bytes(2))
            .into(),
    }
}

fn read(cx: &mut Context, profile: u8, operation: u8) -> Outcome {
    if matches!(operation, 7 | 8) {
        return Outcome::Fail(Fail::NOT_ALLOWED);
    }
    let is_text = matches!(operation, 3..=6 | 9 | 10);
    cx.write_staged(|staged, reply| {
        reply.info(|line| {
            line.text("+USECPRF: ");
            line.number(profile.into());
            line.text(",");
            line.number(operation.into());
            let value = staged.get(key::security(profile, operation));
            line.text(if is_text { ",\"" } else { "," });
            line.bytes(value.unwrap_or(if is_text { b"" } else { b"0" }));
            line.text(if is_text { "\"" } else { "" });
        });
    });
    Outcome::Ok
}

/// A value of the security profile that the login uses; empty without one.
fn text(staged: Staged<'_>, operation: u8) -> &str {
    let profile = tls_profile(staged);
    profile.map_or("", |profile| staged.text(key::security(profile, operation)))
}

/// What is verified: nothing unless the profile says so.
fn level(staged: Staged<'_>) -> u32 {
    match text(staged, LEVEL) {
        "" | "0" => 0,
        // All but the name.
        "1" => 2,
        _ => 1,
    }
}

/// The name TLS asks for, which is the one it expects.
fn name(staged: Staged<'_>) -> &str {
    let is_name = |name: &&str| {
        let option = OPTIONS.get(SNI);
        !name.is_empty() && option.is_some_and(|option| option.parse(name).is_ok())
    };
    let expected = Some(text(staged, EXPECTED)).filter(|_| level(staged) == 1);
    let expected = expected.filter(is_name);
    let asked = Some(text(staged, ASKED)).filter(is_name);
    expected.or(asked).unwrap_or_default()
}

/// Makes options of what the profile says.
pub(super) fn apply(cx: &mut Context) -> Result<(), Fail> {
    cx.apply_option(VERIFY, |staged| OptionValue::Number(level(staged)))?;
    cx.apply_option(TLS_VERSION, |staged| {
        OptionValue::Number(if text(staged, VERSION) == "4" { 3 } else { 0 })
    })?;
    cx.apply_option(SNI, |staged| OptionValue::Text(name(staged)))?;
    cx.apply_option(CA, |staged| OptionValue::Text(text(staged, ROOTS)))?;
    cx.apply_option(CERT, |staged| OptionValue::Text(text(staged, CERTIFICATE)))?;
    cx.apply_key_name(|staged| text(staged, CLIENT_KEY))
}
