//! The entries of `+SYSMFG` that are certificates and the key of MQTT.

use super::connection::CREDENTIAL;
use super::error::{NO_MEMORY, failed};
use crate::at::args::Args;
use crate::modem::api::CredentialKind;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming};
use crate::modem::fail::Fail;

/// The namespaces of MQTT, each with one entry.
const NAMES: [(&str, CredentialKind); 3] = [
    ("mqtt_ca", CredentialKind::Roots),
    ("mqtt_cert", CredentialKind::Certificate),
    ("mqtt_key", CredentialKind::Key),
];

/// The first type whose content follows a prompt: a text, and behind it bytes.
pub(super) const TEXT: u32 = 7;

static CONTENT: Prompt = Prompt {
    limit: None,
    ..Prompt::new(store)
};

/// What an entry of this name is.
fn kind(name: &str) -> Option<CredentialKind> {
    let name = name.strip_suffix(".0").unwrap_or(name);
    let known = NAMES.iter().find(|(known, _)| *known == name);
    known.map(|(_, kind)| *kind)
}

/// What the values name, if it is of MQTT: the key is that of its namespace.
pub(super) fn kind_of(args: &Args) -> Option<CredentialKind> {
    let of_name = kind(args.text(1))?;
    let same = !args.has(2) || kind(args.text(2)) == Some(of_name);
    let is_content = args.int(0) != 2 || args.int(3) >= TEXT;
    (same && is_content).then_some(of_name)
}

/// What is not there needs no erasing.
pub(super) fn erase(cx: &mut Context, kind: CredentialKind) -> Outcome {
    if cx.credential(CREDENTIAL, kind).is_none() {
        return Outcome::Ok;
    }
    cx.erase_credential(CREDENTIAL, kind).into()
}

pub(super) fn ask(cx: &mut Context, args: &Args, _: CredentialKind) -> Outcome {
    let length = args.int(4) as usize;
    if length == 0 {
        return Outcome::Fail(Fail::Plain);
    }
    if cx.check_credential(CREDENTIAL, length).is_err() {
        return failed(cx, &[NO_MEMORY]);
    }
    Outcome::Prompt(DataFraming::Length(length), &CONTENT)
}

fn store(cx: &mut Context, args: &Args, data: Data<'_>) -> Outcome {
    match kind_of(args) {
        Some(kind) => cx.store_credential(CREDENTIAL, kind, data.bytes).into(),
        None => Outcome::Fail(Fail::INCORRECT),
    }
}

/// Without a key: that there is one. With it: what it holds; a key of TLS is never shown.
pub(super) fn read(cx: &mut Context, args: &Args, kind: CredentialKind) -> Outcome {
    let is_secret = kind == CredentialKind::Key && args.has(2);
    if is_secret || cx.credential(CREDENTIAL, kind).is_none() {
        return Outcome::Fail(Fail::Plain);
    }
    let name = args.text(1);
    let key = if args.has(2) { args.text(2) } else { name };
    cx.write_credential(CREDENTIAL, kind, |content, reply| {
        let part = part(content, args);
        reply.info(|line| {
            for text in ["+SYSMFG:\"", name, "\",\"", key, "\",8"] {
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

/// What of a content the values ask for.
pub(super) fn part<'c>(content: &'c [u8], args: &Args) -> &'c [u8] {
    let from = (args.int(3) as usize).min(content.len());
    let rest = content.get(from..).unwrap_or_default();
    let most = if args.has(4) {
        args.int(4) as usize
    } else {
        rest.len()
    };
    rest.get(..most.min(rest.len())).unwrap_or_default()
}
