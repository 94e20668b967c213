//! `+MQTTCERT`: the certificate store.

use super::messages::QUIET;
use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming};
use crate::modem::credential::{
    Credential, CredentialKind, MAX_ENTRY, MAX_NAME, RESERVED, is_name,
};
use crate::modem::fail::Fail;
#[cfg(feature = "x509")]
use crate::modem::x509::{Described, describe};
use core::fmt::Write;

const NAME: Param = Param::text("name", 1, MAX_NAME)
    .check(is_name, "a b")
    .means("letters, digits, `.`, `_` and `-`; one name may have an entry of each kind")
    .example("pump7");
const KIND: Param = Param::choice(
    "kind",
    &[
        (0, "roots"),
        (1, "client certificate and its chain"),
        (2, "client private key"),
        (3, "pre-shared key"),
    ],
);
const SIGNATURES: &[Signature] = &[
    Signature::of(&[
        NAME,
        KIND,
        Param::int("length", 1, MAX_ENTRY as u32).means("bytes that follow the prompt"),
    ])
    .check(is_not_reserved),
    Signature::of(&[NAME, KIND]).check(is_not_reserved),
];

static CONTENT: Prompt = Prompt {
    quiet: QUIET,
    ..Prompt::new(store)
};

pub(super) const CERTIFICATE: Command = Command::new("+MQTTCERT", "Load certificates and keys")
    .remembers()
    .details(
        "The store is one for all links: at most 16 names. The options `ca`, `cert` and `psk` \
         of a link name what it uses. With a length the modem sends `> ` and takes exactly this \
         number of bytes: PEM, or DER if the first byte is 0x30. Certificates may be several; a \
         private key is PKCS #8, PKCS #1 or SEC 1, without a password; a pre-shared key is \
         `<identity>:<key in hex>` with an identity of up to 128 bytes and a key of 16 to 64. \
         Anything else is an error (50). OK means that it is stored. Without a length the entry \
         is erased. Keys cannot be read. The read form shows for each entry its length as it is \
         stored, for certificates how many there are, and of the first its SHA-256, the time it \
         is valid for, its subject and its issuer, for a pre-shared key its identity as subject; \
         `.root`, `.cert` and `.key` are what `+MQTTTLS` has loaded, and only it changes them.",
    )
    .commits()
    .test("+MQTTCERT:<name>,(0-3),(1-<most>)")
    .test_with(write_ranges)
    .read(read)
    .set(SIGNATURES, set)
    .examples(&[Example {
        line: "AT+MQTTCERT=\"isrg\",0,1939",
        answer: &["> ", "OK"],
    }]);

/// Whether the name is not one of what `+MQTTTLS` loads.
fn is_not_reserved(args: &Args) -> Result<(), Reject> {
    if RESERVED.contains(&args.text(0)) {
        return Err(Reject::Value);
    }
    Ok(())
}

fn kind(args: &Args) -> Result<CredentialKind, Fail> {
    CredentialKind::of(args.int(1)).ok_or(Fail::INCORRECT)
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    let name = args.text(0);
    if args.signature() == 1 {
        return kind(args)
            .and_then(|kind| cx.erase_credential(name, kind))
            .into();
    }
    let length = args.int(2) as usize;
    match cx.check_credential(name, length) {
        Ok(()) => Outcome::Prompt(DataFraming::Length(length), &CONTENT),
        Err(fail) => Outcome::Fail(fail),
    }
}

fn store(cx: &mut Context, args: &Args, data: Data) -> Outcome {
    kind(args)
        .and_then(|kind| cx.store_credential(args.text(0), kind, data.bytes))
        .into()
}

fn write_ranges(cx: &mut Context, _: &Args) -> Outcome {
    let most = cx.longest_credential();
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "+MQTTCERT:<name>,(0-3),(1-{most})");
    });
    Outcome::Ok
}

fn read(cx: &mut Context, _: &Args) -> Outcome {
    cx.each_credential(|entry, reply| reply.info(|line| write_entry(entry, line)));
    Outcome::Ok
}

fn write_entry(entry: &Credential, line: &mut Reply) {
    let Credential {
        name,
        kind,
        content,
    } = *entry;
    let (kind, len) = (kind as u8, content.len());
    let _ = write!(line, "+MQTTCERT:\"{name}\",{kind},{len}");
    #[cfg(feature = "x509")]
    if let Some(described) = describe(entry) {
        write_described(&described, line);
    }
}

#[cfg(feature = "x509")]
fn write_described(described: &Described, line: &mut Reply) {
    let _ = write!(line, ",{}", described.certificates);
    for text in [
        &described.sha256,
        &described.not_before,
        &described.not_after,
        &described.subject,
        &described.issuer,
    ] {
        line.text(",");
        line.quoted(text.as_bytes());
    }
}
