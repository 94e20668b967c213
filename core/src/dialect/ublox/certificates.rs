//! `+USECMNG`: certificates and keys.
//!
//! What the certificate store takes is an entry of it. All else is a file with a name of its
//! own, which no command about files shows.

use super::files::{HIDDEN, NAME as FILE};
use super::key;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::buffer::Buf;
use crate::modem::api::{Credential, CredentialKind};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming, Late};
use crate::modem::credential::{MAX_NAME, RESERVED, is_name};
use crate::modem::fail::Fail;
use crate::modem::file::StoredFile;
use crate::modem::pem::first_der;
use crate::modem::wait::Wait;
#[cfg(feature = "x509")]
use crate::modem::x509::describe;
use core::fmt::Write;
use core::time::Duration;

/// The longest certificate or key, in bytes.
const MOST: u32 = 8192;
const MAX_FILE: usize = HIDDEN.len() + 2 + MAX_NAME;

const TYPES: &[(u32, &str)] = &[
    (0, "roots"),
    (1, "client certificate"),
    (2, "client key"),
    (3, "server certificate"),
    (4, "verification certificate"),
    (5, "public key"),
];
/// The same in lists.
const SHORT: [&str; 6] = ["CA", "CC", "PK", "SC", "VC", "PU"];

const TYPE: Param = Param::choice("type", TYPES);
const NAME: Param = Param::text("name", 1, MAX_NAME)
    .check(is_plain, "a/b")
    .example("ca");

const fn op(which: &'static [(u32, &'static str)]) -> Param {
    Param::choice("op", which)
}

pub(super) const COMMAND: Command = Command::new("+USECMNG", "Keep certificates and keys")
    .details(
        "PEM or DER; keys without a password. The answer has the MD5 of the DER. Roots, client \
         certificates and keys are entries of the certificate store.",
    )
    .remembers()
    .commits()
    .test("+USECMNG: (0-4),(0-5)")
    .set(
        &[
            Signature::of(&[
                op(&[(0, "take what follows the prompt")]),
                TYPE,
                NAME,
                Param::int("length", 1, MOST).means("bytes that follow the prompt"),
                Param::bytes("password", 0, 128)
                    .secret()
                    .optional()
                    .means("no effect")
                    .example("secret"),
            ]),
            Signature::of(&[op(&[(1, "take a file")]), TYPE, NAME, FILE]),
            Signature::of(&[op(&[(2, "erase"), (4, "show the MD5")]), TYPE, NAME]),
            Signature::of(&[op(&[(3, "list")]), TYPE.optional()]),
        ],
        set,
    )
    .examples(&[Example {
        line: "AT+USECMNG=4,0,\"ca\"",
        answer: &["ERROR"],
    }]);

/// As for a payload.
static CONTENT: Prompt = Prompt {
    limit: Some(Duration::from_secs(30)),
    late: Late::Fail(Fail::Plain),
    ..Prompt::new(|cx, args, data: Data<'_>| store(cx, args, data.bytes))
};

fn is_plain(name: &str) -> bool {
    !name.contains(['/', '"']) && !name.contains(char::is_control)
}

/// The name of the file of a certificate that the store does not take.
fn file_name<'m>(memory: &'m mut [u8; MAX_FILE], of: u32, name: &str) -> &'m str {
    let mut written = Buf::lent(memory);
    let digit = [b'0' + (of % 10) as u8, b'/'];
    for part in [HIDDEN.as_bytes(), &digit, name.as_bytes()] {
        // The memory holds the longest.
        let _ = written.extend(part);
    }
    let len = written.len();
    core::str::from_utf8(memory.get(..len).unwrap_or_default()).unwrap_or_default()
}

/// What the certificate store calls a type, if it has it.
fn kind(of: u32) -> Option<CredentialKind> {
    CredentialKind::of(of).filter(|kind| *kind != CredentialKind::Psk)
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    match args.int(0) {
        0 => match cx.check_credential(args.text(2), args.int(3) as usize) {
            Ok(()) => Outcome::Prompt(DataFraming::Length(args.int(3) as usize), &CONTENT),
            Err(fail) => Outcome::Fail(fail),
        },
        1 => import(cx, args),
        2 => erase(cx, args.int(1), args.text(2)),
        3 => list(cx, args.has(1).then(|| args.int(1))),
        _ => match digest(cx, args.int(1), args.text(2)) {
            Some(digest) => said(cx, args, digest),
            None => Outcome::Fail(Fail::Plain),
        },
    }
}

/// Says the MD5 of an entry.
fn said(cx: &mut Context, args: &Args, digest: md5::Digest) -> Outcome {
    let (operation, of, name) = (args.int(0), args.int(1), args.text(2));
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "+USECMNG: {operation},{of},\"{name}\",\"{digest:x}\"");
    });
    Outcome::Ok
}

/// The MD5 of the DER.
fn digest_of(content: &[u8]) -> md5::Digest {
    /// The first byte of DER.
    const SEQUENCE: u8 = 0x30;
    if content.first() == Some(&SEQUENCE) || first_der(content).next().is_none() {
        return md5::compute(content);
    }
    let mut digest = md5::Context::new();
    first_der(content).for_each(|byte| digest.consume([byte]));
    digest.finalize()
}

fn digest(cx: &Context, of: u32, name: &str) -> Option<md5::Digest> {
    let entry = kind(of).and_then(|kind| cx.credential(name, kind));
    let mut memory = [0; MAX_FILE];
    let file = file_name(&mut memory, of, name);
    let content = entry.or_else(|| Some(cx.file(file)?.content));
    content.map(digest_of)
}

fn store(cx: &mut Context, args: &Args, content: &[u8]) -> Outcome {
    match keep(cx, args.int(1), args.text(2), content) {
        Ok(wait) => {
            said(cx, args, digest_of(content));
            Outcome::Wait(wait)
        }
        Err(fail) => Outcome::Fail(fail),
    }
}

/// Keeps an entry in the store, or as a file what that does not take.
fn keep(cx: &mut Context, of: u32, name: &str, content: &[u8]) -> Result<Wait, Fail> {
    if let Some(kind) = kind(of).filter(|_| is_name(name)) {
        let kept = cx.store_credential(name, kind, content);
        if kept != Err(Fail::INCORRECT) {
            return kept;
        }
    }
    let mut memory = [0; MAX_FILE];
    cx.store_file(file_name(&mut memory, of, name), content)
}

fn import(cx: &mut Context, args: &Args) -> Outcome {
    match cx.stage_file(key::CONTENT, args.text(3)) {
        Ok(Some(())) => {}
        Ok(None) => return Outcome::Fail(super::error::FILE_NOT_FOUND),
        Err(fail) => return Outcome::Fail(fail),
    }
    let stored = cx.with_staged(|cx, staged| {
        let content = staged.get(key::CONTENT).unwrap_or_default();
        store(cx, args, content)
    });
    cx.forget_staged(Some(key::CONTENT));
    stored
}

/// Plain ERROR where there is none, whatever `+CMEE` says.
fn erase(cx: &mut Context, of: u32, name: &str) -> Outcome {
    if let Some(kind) = kind(of).filter(|kind| cx.credential(name, *kind).is_some()) {
        return cx.erase_credential(name, kind).into();
    }
    let mut memory = [0; MAX_FILE];
    match cx.erase_file(file_name(&mut memory, of, name)) {
        Ok(Some(wait)) => Outcome::Wait(wait),
        Ok(None) => Outcome::Fail(Fail::Plain),
        Err(fail) => Outcome::Fail(fail),
    }
}

fn list(cx: &mut Context, only: Option<u32>) -> Outcome {
    let is_shown = |of: u32| only.is_none_or(|only| only == of);
    cx.each_credential(|entry, reply| {
        let is_host = !RESERVED.contains(&entry.name) && kind(entry.kind as u32).is_some();
        if is_host && is_shown(entry.kind as u32) {
            reply.info(|line| write_entry(entry, line));
        }
    });
    cx.each_file(|file, reply| {
        if let Some((of, name)) = hidden(file).filter(|(of, _)| is_shown(*of)) {
            reply.info(|line| write_name(of, name, line));
        }
    });
    Outcome::Ok
}

/// Type and name of an entry that is a file.
fn hidden<'f>(file: &StoredFile<'f>) -> Option<(u32, &'f str)> {
    let (of, name) = file.name.strip_prefix(HIDDEN)?.split_once('/')?;
    Some((of.parse().ok()?, name))
}

fn write_name(of: u32, name: &str, line: &mut Reply) {
    let short = SHORT.get(of as usize).copied().unwrap_or_default();
    // A reply notes for itself what does not fit.
    let _ = write!(line, "\"{short}\",\"{name}\"");
}

/// A certificate has its common name and when it ends behind it.
fn write_entry(entry: &Credential<'_>, line: &mut Reply) {
    write_name(entry.kind as u32, entry.name, line);
    #[cfg(feature = "x509")]
    if let Some(described) = describe(entry) {
        let mut parts = described.subject.split(',');
        let common = parts.find_map(|part| part.trim_start().strip_prefix("CN="));
        line.text(",");
        line.quoted(common.unwrap_or_default().as_bytes());
        line.text(",\"");
        let date = described.not_after.get(..10).unwrap_or_default();
        let mut numbers = date.split('-');
        line.text(numbers.next().unwrap_or_default());
        for number in numbers {
            line.text("/");
            line.text(number);
        }
        line.text("\"");
    }
}
