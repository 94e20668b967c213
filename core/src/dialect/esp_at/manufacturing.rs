//! `+SYSMFG`: what was set in manufacture. The entries of MQTT are certificates and the key.

use super::certificates::{self, TEXT, part};
use super::error::{NO_MEMORY, failed};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::buffer::{Buf, Full};
use crate::modem::api::Slot;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming};
use crate::modem::fail::Fail;
use crate::modem::storage::pem::holds_key;
use crate::modem::wait::Wait;

/// Where the entries are kept that are no certificates.
const ENTRIES: Slot = Slot::Dialect(1);
/// Bytes of all of these.
const MOST: usize = 1024;
/// The longest name of a namespace and of a key.
const MAX_NAME: usize = 16;

/// The namespaces a module has.
const NAMESPACES: [&str; 10] = [
    "factory_param",
    "client_cert",
    "client_key",
    "client_ca",
    "server_cert",
    "server_key",
    "server_ca",
    "mqtt_cert",
    "mqtt_key",
    "mqtt_ca",
];

const NAMESPACE: Param = Param::text("namespace", 1, MAX_NAME).example("mqtt_ca");
const KEY: Param = Param::text("key", 1, MAX_NAME).example("mqtt_ca");

static CONTENT: Prompt = Prompt {
    limit: None,
    ..Prompt::new(store)
};

pub(super) const COMMAND: Command = Command::new("+SYSMFG", "Keep certificates and other settings")
    .details(
        "2 writes: a number (types 1 to 6), or so many bytes that follow `>` (7 and 8). 1 reads, \
         but for a key of TLS, which is never read; without a key it lists. 0 erases. \
         Certificates are PEM or DER, in the namespaces `mqtt_ca`, `mqtt_cert` and `mqtt_key` \
         under a key of the same name, also with `.0` behind it.",
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
            ]),
            Signature::of(&[
                Param::choice("operation", &[(1, "read")]),
                NAMESPACE,
                KEY.optional(),
                Param::int("offset", 0, u32::MAX).optional(),
                Param::int("length", 0, u32::MAX).optional(),
            ]),
            Signature::of(&[
                Param::choice("operation", &[(2, "write")]),
                NAMESPACE,
                KEY,
                Param::int("type", 1, 8).means("1 to 6: a number; 7: a text; 8: bytes"),
                Param::int("value", 0, u32::MAX).means("the number, or the length of what follows"),
            ]),
        ],
        set,
    )
    .examples(&[Example {
        line: "AT+SYSMFG=1,\"mqtt_ca\"",
        answer: &["ERROR"],
    }]);

fn list(cx: &mut Context, _: &Args) -> Outcome {
    for name in NAMESPACES {
        cx.info(|line| {
            line.text("+SYSMFG:\"");
            line.text(name);
            line.text("\"");
        });
    }
    Outcome::Ok
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    if let Some(kind) = certificates::kind_of(args) {
        return match args.int(0) {
            0 => certificates::erase(cx, kind),
            1 => certificates::read(cx, args, kind),
            _ => certificates::ask(cx, args, kind),
        };
    }
    match args.int(0) {
        0 => change(cx, args, None).into(),
        1 => read(cx, args),
        _ if args.int(3) < TEXT => {
            let number = args.int(4).to_be_bytes();
            change(cx, args, Some(&number)).into()
        }
        _ if args.int(4) as usize > MOST => failed(cx, &[NO_MEMORY]),
        _ => Outcome::Prompt(DataFraming::Length(args.int(4) as usize), &CONTENT),
    }
}

fn store(cx: &mut Context, args: &Args, data: Data<'_>) -> Outcome {
    change(cx, args, Some(data.bytes)).into()
}

/// Erases what the values name, and puts an entry there.
fn change(cx: &mut Context, args: &Args, content: Option<&[u8]>) -> Result<Wait, Fail> {
    let mut memory = [0; MOST];
    let mut entries = Buf::lent(&mut memory);
    for entry in all(cx).filter(|it| !it.is_named_by(args)) {
        entry.write(&mut entries)?;
    }
    if let Some(content) = content {
        let entry = Entry {
            namespace: args.bytes(1),
            key: args.bytes(2),
            kind: args.int(3) as u8,
            content,
        };
        entry.write(&mut entries)?;
    }
    cx.store_with(|_| ENTRIES, |record| Ok(record.extend(entries.as_slice())?))
}

/// Forgets every entry.
pub(super) fn forget(cx: &mut Context) -> Result<Wait, Fail> {
    cx.store_with(|_| ENTRIES, |_| Ok(()))
}

/// Without a key: which there are. With it: what it holds.
fn read(cx: &mut Context, args: &Args) -> Outcome {
    let mut found = false;
    cx.write_stored(ENTRIES, |kept, reply| {
        let named = |it: &Entry<'_>| it.is_named_by(args) && !(args.has(2) && it.is_secret());
        for entry in Entries(kept.unwrap_or_default()).filter(named) {
            found = true;
            entry.show(args, reply);
        }
    });
    if found {
        Outcome::Ok
    } else {
        Outcome::Fail(Fail::Plain)
    }
}

fn all<'c>(cx: &'c Context) -> Entries<'c> {
    Entries(cx.stored(ENTRIES).unwrap_or_default())
}

/// One entry.
struct Entry<'e> {
    namespace: &'e [u8],
    key: &'e [u8],
    kind: u8,
    content: &'e [u8],
}

impl Entry<'_> {
    /// Whether a command means it: without a key, every one of the namespace.
    fn is_named_by(&self, args: &Args) -> bool {
        self.namespace == args.bytes(1) && (!args.has(2) || self.key == args.bytes(2))
    }

    /// Whether it is a private key, which is never said.
    fn is_secret(&self) -> bool {
        self.namespace.ends_with(b"_key") || holds_key(self.content)
    }

    fn write(&self, to: &mut Buf) -> Result<(), Full> {
        for name in [self.namespace, self.key] {
            to.push(name.len() as u8)?;
            to.extend(name)?;
        }
        to.push(self.kind)?;
        to.extend(&(self.content.len() as u16).to_be_bytes())?;
        to.extend(self.content)
    }

    fn show(&self, args: &Args, reply: &mut Reply) {
        reply.info(|line| {
            line.text("+SYSMFG:\"");
            line.bytes(self.namespace);
            line.text("\",\"");
            line.bytes(self.key);
            line.text("\",");
            line.number(self.kind.into());
            if args.has(2) {
                line.text(",");
                self.show_content(args, line);
            }
        });
    }

    fn show_content(&self, args: &Args, line: &mut Reply) {
        if u32::from(self.kind) < TEXT {
            let number = self.content.iter();
            return line.number(number.fold(0, |sum, byte| sum << 8 | u32::from(*byte)));
        }
        let part = part(self.content, args);
        line.number(part.len() as u32);
        line.text(",");
        line.bytes(part);
    }
}

/// Entries as they are kept, one behind the other.
struct Entries<'e>(&'e [u8]);

impl<'e> Entries<'e> {
    fn take(&mut self, count: usize) -> Option<&'e [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn take_name(&mut self) -> Option<&'e [u8]> {
        let &[length] = self.take(1)? else {
            return None;
        };
        self.take(length.into())
    }
}

impl<'e> Iterator for Entries<'e> {
    type Item = Entry<'e>;

    fn next(&mut self) -> Option<Self::Item> {
        let (namespace, key) = (self.take_name()?, self.take_name()?);
        let &[kind, high, low] = self.take(3)? else {
            return None;
        };
        let content = self.take(u16::from_be_bytes([high, low]).into())?;
        Some(Entry {
            namespace,
            key,
            kind,
            content,
        })
    }
}
