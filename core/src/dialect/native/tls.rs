//! `+MQTTTLS`: TLS and its certificates.

use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::schema::{Example, Signature};
use crate::modem::api::{LinkId, Slot};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::pem::{self, Content};
use crate::modem::wait::Wait;

/// The most bytes of a certificate or key sent inline.
const MAX_CONTENT: usize = 1536;

const SWITCH: Param = Param::choice("tls", &[(0, "TCP"), (1, "TLS")]);
const SIGNATURES: &[Signature] = &[
    Signature::of(&[
        SWITCH,
        Param::choice(
            "type",
            &[
                (0, "root certificate, one or a chain"),
                (1, "client certificate"),
                (2, "client private key"),
            ],
        ),
        Param::bytes("cert file content", 0, MAX_CONTENT)
            .secret()
            .means("PEM; empty erases the stored one")
            .example(""),
        Param::int("cert file size", 0, MAX_CONTENT as u32).means("length of the content in bytes"),
    ])
    .check(is_file),
    Signature::of(&[SWITCH]),
];

pub(super) const TLS: Command = Command::new("+MQTTTLS", "Switch TLS and load certificates")
    .remembers()
    .details(
        "The content may be sent with LF, CRLF, `\\n` or no line breaks; the size must be its \
         length in bytes, with or without its last line break. Text and other blocks around the \
         certificates or the key, as openssl writes them, count in the size and are not stored. \
         RSA keys do not fit, EC and Ed25519 keys do; `+MQTTCERT` takes all. The switch alone does not change the \
         certificates. Without a root the trust store of the platform is used. Verification is on unless the \
         option `verify` says otherwise. Where the URL of `+MQTTCONFIG` has a scheme, that sets the \
         switch, and another value is an error (3). OK means that it is stored.",
    )
    .multi_line()
    .commits()
    .test("+MQTTTLS:(0-1),<type>,<cert file content>,<cert file size>")
    .read(read)
    .set(SIGNATURES, set)
    .examples(&[
        Example {
            line: "AT+MQTTTLS=1",
            answer: &["OK"],
        },
        Example {
            line: "AT+MQTTTLS?",
            answer: &["+MQTTTLS:1", "OK"],
        },
    ]);

fn read(cx: &mut Context, _: &Args) -> Outcome {
    let on = cx.uses_tls();
    cx.text(if on { "+MQTTTLS:1" } else { "+MQTTTLS:0" });
    Outcome::Ok
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    let certificate = args.signature() == 0;
    let checked = cx.check_tls(args.flag(0));
    let loaded = checked.and_then(|()| if certificate { load(cx, args) } else { Ok(()) });
    loaded.and_then(|()| cx.store_tls(args.flag(0))).into()
}

/// Where a type of file is kept, and what it holds.
fn kind(args: &Args) -> (fn(LinkId) -> Slot, Content) {
    match args.int(1) {
        0 => (Slot::Root, Content::Certificates),
        1 => (Slot::Certificate, Content::Certificates),
        _ => (Slot::Key, Content::Key),
    }
}

/// Whether the content is PEM of its type, and as long as the size says.
fn is_file(args: &Args) -> Result<(), Reject> {
    let (text, (_, content)) = (args.bytes(2), kind(args));
    let sized = pem::is_size(text, args.wire_len(2), args.int(3) as usize);
    if sized && (text.is_empty() || pem::is_pem(text, content)) {
        return Ok(());
    }
    Err(Reject::Value)
}

fn load(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    let (slot, content) = kind(args);
    let kept = cx.store_with(slot, |record| match args.bytes(2) {
        [] => Ok(()),
        text => Ok(pem::normalize(text, content, record)?),
    });
    kept.map(|_: Wait| ())
}
