//! `%CMNG`: certificates and keys, each kept as the host sent it.

use super::state::key;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::buffer::Buf;
use crate::modem::api::CredentialKind;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::file::StoredFile;
use crate::modem::options::{OptionValue, PSK, VERIFY};
use crate::modem::wait::Wait;
use core::fmt::Write;
use sha2::{Digest, Sha256};

const NOT_FOUND: Fail = Fail::Cme(513);
const NO_ACCESS: Fail = Fail::Cme(514);

/// The types.
const ROOTS: u32 = 0;
const CERTIFICATE: u32 = 1;
const KEY: u32 = 2;
const PRE_SHARED_KEY: u32 = 3;
const IDENTITY: u32 = 4;

const TAG: Param = Param::int("sec_tag", 0, u32::MAX);
const TYPE: Param = Param::choice(
    "type",
    &[
        (ROOTS, "certificate of a root"),
        (CERTIFICATE, "client certificate"),
        (KEY, "client key"),
        (PRE_SHARED_KEY, "pre-shared key, in hex"),
        (IDENTITY, "identity of the pre-shared key"),
    ],
);
/// The digits of the shortest key that TLS takes here.
const LEAST_KEY: usize = 32;
/// More than any line holds.
const MOST: usize = 64 * 1024;

pub(super) const CREDENTIALS: Command = Command::new("%CMNG", "Keep certificates and keys")
    .details(
        "0 writes, also while the radio is on. 1 lists, with SHA-256 of what was sent between the \
         quotes. 2 reads, but for keys, which are never read. 3 erases. A tag with type 0 \
         verifies the broker, with types 1 and 2 beside it the broker verifies the client; types \
         3 and 4 are a pre-shared key.",
    )
    .test("%CMNG: (0,1,2,3),(0-4294967295),(0-4)")
    .remembers()
    .commits()
    .set(
        &[
            Signature::of(&[
                Param::choice("opcode", &[(0, "write")]),
                TAG,
                TYPE,
                Param::bytes("content", 1, MOST)
                    .secret()
                    .example("00112233445566778899aabbccddeeff"),
                Param::bytes("password", 0, MOST).secret().optional(),
            ]),
            Signature::of(&[
                Param::choice("opcode", &[(1, "list")]),
                TAG.optional(),
                TYPE.optional(),
            ]),
            Signature::of(&[Param::choice("opcode", &[(2, "read")]), TAG, TYPE]),
            Signature::of(&[Param::choice("opcode", &[(3, "erase")]), TAG, TYPE]),
        ],
        set,
    )
    .examples(&[Example {
        line: "AT%CMNG=3,16842,0",
        answer: &["ERROR"],
    }]);

/// The name of the file of an entry.
struct Name([u8; 16], usize);

impl Name {
    fn of(tag: u32, kind: u32) -> Self {
        let mut name = Self([0; 16], 0);
        // Ten digits and one fit.
        let _ = write!(name, "{tag}.{kind}");
        name
    }

    /// The name under which the pre-shared key of a tag is kept.
    fn of_psk(tag: u32) -> Self {
        let mut name = Self([0; 16], 0);
        let _ = write!(name, "tag{tag}");
        name
    }

    fn text(&self) -> &str {
        let bytes = self.0.get(..self.1).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl Write for Name {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let end = self.1 + text.len();
        let place = self.0.get_mut(self.1..end).ok_or(core::fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.1 = end;
        Ok(())
    }
}

/// Tag and type of an entry, by the name of its file.
fn entry(name: &str) -> Option<(u32, u32)> {
    let (tag, kind) = name.split_once('.')?;
    Some((tag.parse().ok()?, kind.parse().ok()?))
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    match args.int(0) {
        0 => store(cx, args.int(1), args.int(2), args.bytes(3)).into(),
        1 => list(cx, args),
        2 => read(cx, args.int(1), args.int(2)),
        _ => erase(cx, args.int(1), args.int(2)).into(),
    }
}

fn store(cx: &mut Context, tag: u32, kind: u32, content: &[u8]) -> Result<Wait, Fail> {
    let is_hex = content.iter().all(u8::is_ascii_hexdigit) && content.len().is_multiple_of(2);
    if kind == PRE_SHARED_KEY && !is_hex {
        return Err(Fail::INCORRECT);
    }
    let wait = cx.store_file(Name::of(tag, kind).text(), content)?;
    if kind >= PRE_SHARED_KEY {
        store_psk(cx, tag, kind, content)?;
    }
    Ok(wait)
}

/// Key and identity are one entry of the certificate store, once both are there, and the
/// key is long enough for TLS: a shorter one is kept, but opens no link.
fn store_psk(cx: &mut Context, tag: u32, kind: u32, given: &[u8]) -> Result<(), Fail> {
    let other = Name::of(tag, PRE_SHARED_KEY + IDENTITY - kind);
    let mut memory = [0; 300];
    let mut line = Buf::lent(&mut memory);
    let Some(kept) = cx.file(other.text()) else {
        return Ok(());
    };
    let [identity, key] = match kind {
        IDENTITY => [given, kept.content],
        _ => [kept.content, given],
    };
    if key.len() < LEAST_KEY {
        return forget_psk(cx, tag);
    }
    for part in [identity, b":", key] {
        line.extend(part)?;
    }
    let name = Name::of_psk(tag);
    cx.store_credential(name.text(), CredentialKind::Psk, line.as_slice())?;
    Ok(())
}

fn forget_psk(cx: &mut Context, tag: u32) -> Result<(), Fail> {
    let psk = Name::of_psk(tag);
    if cx.credential(psk.text(), CredentialKind::Psk).is_some() {
        cx.erase_credential(psk.text(), CredentialKind::Psk)?;
    }
    Ok(())
}

fn erase(cx: &mut Context, tag: u32, kind: u32) -> Result<Wait, Fail> {
    let wait = cx.erase_file(Name::of(tag, kind).text())?;
    if kind >= PRE_SHARED_KEY {
        forget_psk(cx, tag)?;
    }
    wait.ok_or(NOT_FOUND)
}

fn list(cx: &mut Context, args: &Args) -> Outcome {
    let (tag, kind) = (args.has(1).then(|| args.int(1)), args.has(2));
    let kind = kind.then(|| args.int(2));
    cx.each_file(|file, reply| {
        if let Some((of_tag, of_kind)) = entry(file.name)
            && tag.is_none_or(|tag| tag == of_tag)
            && kind.is_none_or(|kind| kind == of_kind)
        {
            reply.info(|line| write_entry(line, file));
        }
    });
    Outcome::Ok
}

fn read(cx: &mut Context, tag: u32, kind: u32) -> Outcome {
    let name = Name::of(tag, kind);
    if cx.file(name.text()).is_none() {
        return Outcome::Fail(NOT_FOUND);
    }
    if matches!(kind, KEY | PRE_SHARED_KEY) {
        return Outcome::Fail(NO_ACCESS);
    }
    let is_written = cx.write_file(name.text(), |file, reply| {
        reply.info(|line| {
            write_entry(line, file);
            line.text(",\"");
            line.bytes(file.content);
            line.text("\"");
        });
    });
    if is_written {
        Outcome::Ok
    } else {
        Outcome::Fail(NO_ACCESS)
    }
}

fn write_entry(line: &mut Reply, file: &StoredFile<'_>) {
    let (tag, kind) = entry(file.name).unwrap_or_default();
    // A reply notes for itself what does not fit.
    let _ = write!(line, "%CMNG: {tag},{kind},\"");
    for byte in Sha256::digest(file.content) {
        let _ = write!(line, "{byte:02X}");
    }
    line.text("\"");
}

/// The link uses what is kept under a tag.
pub(super) fn apply_tag(cx: &mut Context, tag: u32) -> Result<(), Fail> {
    let psk = Name::of_psk(tag);
    let has_psk = cx.credential(psk.text(), CredentialKind::Psk).is_some();
    let has_roots = cx.file(Name::of(tag, ROOTS).text()).is_some();
    if !has_roots && !has_psk {
        return Err(NOT_FOUND);
    }
    let psk = if has_roots { "" } else { psk.text() };
    cx.stage(key::PSK, psk.as_bytes())?;
    cx.apply_option(PSK, |staged| OptionValue::Text(staged.text(key::PSK)))?;
    cx.apply_option(VERIFY, |_| OptionValue::Number(1))?;
    for (kind, of) in [
        (CredentialKind::Roots, ROOTS),
        (CredentialKind::Certificate, CERTIFICATE),
        (CredentialKind::Key, KEY),
    ] {
        let name = Name::of(tag, of);
        let is_there = cx.file(name.text()).is_some();
        cx.apply_file(kind, if is_there { name.text() } else { "" })?;
    }
    Ok(())
}
