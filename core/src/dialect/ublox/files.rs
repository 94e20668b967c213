//! `+UDWNFILE` and its kin: the files of the host.

use super::error::FILE_NOT_FOUND;
use crate::at::args::Args;
use crate::at::param::{Param, Reject};
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming, Late};
use crate::modem::fail::Fail;
use crate::modem::file::{MAX_NAME, StoredFile, is_name};
use core::fmt::Write;
use core::time::Duration;

/// The longest file, in bytes; the memory ends before.
const MOST: u32 = 4 * 1024 * 1024;

/// What the name of a file begins with that is none of the host's.
pub(super) const HIDDEN: &str = "usecmng/";

pub(super) const NAME: Param = Param::text("filename", 1, MAX_NAME)
    .check(is_file, "a\u{1}")
    .example("ca.pem");

pub(super) const COMMANDS: &[Command] = &[
    Command::new("+UDWNFILE", "Keep a file")
        .details(
            "Exactly so many bytes follow the prompt; they take the place of a file of this name.",
        )
        .remembers()
        .commits()
        .set(
            &[Signature::of(&[
                NAME,
                Param::int("length", 0, MOST).means("bytes that follow the prompt"),
                Param::text("tag", 0, 8)
                    .optional()
                    .means("no effect")
                    .example("USER"),
            ])],
            ask,
        ),
    Command::new("+URDFILE", "Read a file")
        .remembers()
        .set(&[Signature::of(&[NAME])], |cx, args| {
            read(cx, args.text(0), "+URDFILE", (0, usize::MAX))
        }),
    Command::new("+URDBLOCK", "Read a part of a file")
        .details("One with a private key can be looked for with length 0, and not read.")
        .remembers()
        .set(
            &[Signature::of(&[
                NAME,
                Param::int("offset", 0, MOST),
                Param::int("length", 0, MOST),
            ])],
            |cx, args| {
                let part = (args.int(1) as usize, args.int(2) as usize);
                read(cx, args.text(0), "+URDBLOCK", part)
            },
        ),
    Command::new("+UDELFILE", "Erase a file")
        .remembers()
        .commits()
        .set(
            &[Signature::of(&[
                NAME,
                Param::text("tag", 0, 8)
                    .optional()
                    .means("no effect")
                    .example("USER"),
            ])],
            erase,
        ),
    Command::new("+ULSTFILE", "List the files")
        .details("1 shows the bytes that are free, 2 those of a file.")
        .remembers()
        .execute(|cx, _| list(cx))
        .set(
            &[
                Signature::of(&[Param::choice("op", &[(0, "names"), (1, "free bytes")])]),
                Signature::of(&[Param::choice("op", &[(2, "size of a file")]), NAME])
                    .check(is_named),
            ],
            show,
        )
        .examples(&[Example {
            line: "AT+ULSTFILE=0",
            answer: &["+ULSTFILE:", "OK"],
        }]),
];

/// Whether a file is none of the host's.
fn is_hidden(name: &str) -> bool {
    name.starts_with(HIDDEN)
}

fn is_file(name: &str) -> bool {
    is_name(name) && !is_hidden(name)
}

fn is_named(args: &Args) -> Result<(), Reject> {
    if args.has(1) {
        Ok(())
    } else {
        Err(Reject::Value)
    }
}

/// As for a payload.
static CONTENT: Prompt = Prompt {
    limit: Some(Duration::from_secs(30)),
    late: Late::Fail(Fail::Plain),
    ..Prompt::new(store)
};

fn ask(cx: &mut Context, args: &Args) -> Outcome {
    let length = args.int(1) as usize;
    match cx.check_file(args.text(0), length) {
        Ok(()) => Outcome::Prompt(DataFraming::Length(length), &CONTENT),
        Err(fail) => Outcome::Fail(fail),
    }
}

fn store(cx: &mut Context, args: &Args, data: Data<'_>) -> Outcome {
    cx.store_file(args.text(0), data.bytes).into()
}

/// Says a part of a file, from a place on and so many bytes.
fn read(cx: &mut Context, name: &str, command: &str, (from, most): (usize, usize)) -> Outcome {
    let Some(file) = cx.file(name) else {
        return Outcome::Fail(FILE_NOT_FOUND);
    };
    if most == 0 {
        cx.info(|line| write(line, command, name, b""));
        return Outcome::Ok;
    }
    if file.holds_key() {
        return Outcome::Fail(Fail::NOT_ALLOWED);
    }
    cx.write_file(name, |file: &StoredFile, reply| {
        let end = from.saturating_add(most).min(file.content.len());
        let part = file.content.get(from.min(end)..end).unwrap_or_default();
        reply.info(|line| write(line, command, name, part));
    });
    Outcome::Ok
}

fn write(line: &mut Reply, command: &str, name: &str, part: &[u8]) {
    // A reply notes for itself what does not fit.
    let _ = write!(line, "{command}: \"{name}\",{},\"", part.len());
    line.bytes(part);
    line.text("\"");
}

fn erase(cx: &mut Context, args: &Args) -> Outcome {
    match cx.erase_file(args.text(0)) {
        Ok(Some(wait)) => Outcome::Wait(wait),
        Ok(None) => Outcome::Fail(FILE_NOT_FOUND),
        Err(fail) => Outcome::Fail(fail),
    }
}

fn list(cx: &mut Context) -> Outcome {
    cx.write_files(|files, reply| {
        reply.info(|line| {
            line.text("+ULSTFILE:");
            let shown = files.filter(|file| !is_hidden(file.name));
            for (place, file) in shown.enumerate() {
                let before = if place == 0 { " " } else { "," };
                let _ = write!(line, "{before}\"{}\"", file.name);
            }
        });
    });
    Outcome::Ok
}

fn show(cx: &mut Context, args: &Args) -> Outcome {
    let number = match args.int(0) {
        0 => return list(cx),
        1 => cx.file_room().0,
        _ => match cx.file(args.text(1)) {
            Some(file) => file.content.len(),
            None => return Outcome::Fail(FILE_NOT_FOUND),
        },
    };
    cx.info(|line| {
        let _ = write!(line, "+ULSTFILE: {number}");
    });
    Outcome::Ok
}
