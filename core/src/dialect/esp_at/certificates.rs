//! `+SYSMFG`: certificates and the key of MQTT.

use super::connection::CREDENTIAL;
use super::error::NO_MEMORY;
use super::error::fail;
use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::schema::{Example, Signature};
use crate::modem::api::CredentialKind;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming};
use crate::modem::fail::Fail;

/// The namespaces there are, each with one entry.
const NAMES: [(&str, CredentialKind); 3] = [
    ("mqtt_ca", CredentialKind::Roots),
    ("mqtt_cert", CredentialKind::Certificate),
    ("mqtt_key", CredentialKind::Key),
];
/// The type of bytes.
const BINARY: u32 = 8;

const NAMESPACE: Param = Param::text("namespace", 1, 16)
    .check(|text| kind(text).is_some(), "other")
    .means("mqtt_ca, mqtt_cert or mqtt_key")
    .example("mqtt_ca");
const KEY: Param = Param::text("key", 1, 16)
    .check(|text| kind(text).is_some(), "other")
    .means("the same, or with .0 behind it")
    .example("mqtt_ca");

static CONTENT: Prompt = Prompt {
    limit: None,
    ..Prompt::new(store)
};

pub(super) const MANUFACTURING: Command = Command::new("+SYSMFG", "Keep certificates and the key")
    .details(
        "2 writes: the bytes follow `>`, PEM or DER. 1 reads, but for a key, which is never \
         read. 0 erases.",
    )
    .remembers()
    .read(list)
    .commits()
    .set(
        &[
            Signature::of(&[
                Param::choice("operation", &[(0, "erase")]),
                NAMESPACE,
                KEY.optional(),
            ])
            .check(|args| agree(args, 0)),
            Signature::of(&[
                Param::choice("operation", &[(1, "read")]),
                NAMESPACE,
                KEY.optional(),
                Param::int("offset", 0, u32::MAX).optional(),
                Param::int("length", 0, u32::MAX).optional(),
            ])
            .check(|args| agree(args, 1)),
            Signature::of(&[
                Param::choice("operation", &[(2, "write")]),
                NAMESPACE,
                KEY,
                Param::int("type", BINARY, BINARY).means("8: bytes"),
                Param::int("length", 1, 32_768).means("bytes that follow the prompt"),
            ])
            .check(|args| agree(args, 2)),
        ],
        set,
    )
    .examples(&[Example {
        line: "AT+SYSMFG=1,\"mqtt_ca\"",
        answer: &["ERROR"],
    }]);

/// What an entry of this name is.
fn kind(name: &str) -> Option<CredentialKind> {
    let name = name.strip_suffix(".0").unwrap_or(name);
    let known = NAMES.iter().find(|(known, _)| *known == name);
    known.map(|(_, kind)| *kind)
}

/// The key is that of its namespace.
fn agree(args: &Args, operation: u32) -> Result<(), Reject> {
    let same = !args.has(2) || kind(args.text(1)) == kind(args.text(2));
    if same && args.int(0) == operation {
        Ok(())
    } else {
        Err(Reject::Value)
    }
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    let Some(kind) = kind(args.text(1)) else {
        return Outcome::Fail(Fail::INCORRECT);
    };
    match args.int(0) {
        0 => cx.erase_credential(CREDENTIAL, kind).into(),
        1 => read(cx, args, kind),
        _ => match cx.check_credential(CREDENTIAL, args.int(4) as usize) {
            Ok(()) => Outcome::Prompt(DataFraming::Length(args.int(4) as usize), &CONTENT),
            Err(_) => Outcome::Fail(fail(cx, &[NO_MEMORY])),
        },
    }
}

fn store(cx: &mut Context, args: &Args, data: Data<'_>) -> Outcome {
    match kind(args.text(1)) {
        Some(kind) => cx.store_credential(CREDENTIAL, kind, data.bytes).into(),
        None => Outcome::Fail(Fail::INCORRECT),
    }
}

/// Without a key: that there is one. With it: what it holds.
fn read(cx: &mut Context, args: &Args, kind: CredentialKind) -> Outcome {
    let is_secret = kind == CredentialKind::Key && args.has(2);
    if is_secret || cx.credential(CREDENTIAL, kind).is_none() {
        return Outcome::Fail(Fail::Plain);
    }
    let name = args.text(1);
    let from = args.int(3) as usize;
    let most = if args.has(4) {
        args.int(4) as usize
    } else {
        usize::MAX
    };
    cx.write_credential(CREDENTIAL, kind, |content, reply| {
        let end = from.saturating_add(most).min(content.len());
        let part = content.get(from.min(end)..end).unwrap_or_default();
        reply.info(|line| {
            for text in ["+SYSMFG:\"", name, "\",\"", name, "\",8"] {
                line.text(text);
            }
            if args.has(2) {
                line.text(",");
                line.number(part.len() as u32);
                line.text(",");
                line.bytes(part);
            }
        });
    });
    Outcome::Ok
}

fn list(cx: &mut Context, _: &Args) -> Outcome {
    for (name, _) in NAMES {
        cx.info(|line| {
            line.text("+SYSMFG:\"");
            line.text(name);
            line.text("\"");
        });
    }
    Outcome::Ok
}
