//! Files, which outlive a restart.

use super::tls;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataEnd, DataFraming, Late};
use crate::modem::fail::Fail;
use core::fmt::Write;
use core::time::Duration;

const NAME: Param = Param::text("name", 1, 64)
    .check(crate::modem::file::is_name, "a\u{1}")
    .example("ca.crt");
const NAMED: &[Signature] = &[Signature::of(&[NAME])];
/// The most bytes of a write.
const MOST: u32 = 10_240;

pub(super) const COMMANDS: &[Command] = &[
    Command::new("+FSCREATE", "Make a file, or empty it")
        .remembers()
        .commits()
        .set(NAMED, |cx, args| cx.store_file(args.text(0), b"").into()),
    Command::new("+FSWRITE", "Write to a file")
        .details("Exactly size bytes follow `>`; a pause of timeout seconds ends it: `TimeOut`.")
        .remembers()
        .commits()
        .set(
            &[Signature::of(&[
                NAME,
                Param::choice("mode", &[(0, "from the start"), (1, "at the end")]),
                Param::int("size", 1, MOST),
                Param::int("timeout", 1, 65_535).means("seconds"),
            ])],
            write,
        ),
    Command::new("+FSREAD", "Read a part of a file")
        .remembers()
        .set(
            &[Signature::of(&[
                NAME,
                Param::int("mode", 0, 1),
                Param::int("size", 1, MOST),
                Param::int("position", 0, u32::MAX),
            ])],
            read,
        ),
    Command::new("+FSDEL", "Erase a file")
        .remembers()
        .commits()
        .set(NAMED, |cx, args| {
            let erased = cx.erase_file(args.text(0));
            erased.and_then(|wait| wait.ok_or(Fail::Plain)).into()
        }),
    Command::new("+FSFLSIZE", "Show the size of a file")
        .remembers()
        .set(NAMED, size),
    Command::new("+FSMEM", "Show the memory that is free")
        .remembers()
        .execute(memory),
    Command::new("+FSLS", "List the files")
        .remembers()
        .execute(|cx, _| list(cx))
        .set(
            &[Signature::of(&[
                Param::text("directory", 1, 64).example("/")
            ])],
            |cx, _| list(cx),
        ),
];

static PROMPT: Prompt = Prompt {
    text: Some("\r\n>\r\n"),
    late: Late::Finish,
    ..Prompt::new(store)
};

fn write(cx: &mut Context, args: &Args) -> Outcome {
    let size = args.int(2) as usize;
    let old = cx.file(args.text(0)).map(|file| file.content.len());
    let Some(old) = old else {
        return Outcome::Fail(Fail::Plain);
    };
    let total = if args.flag(1) { old + size } else { size };
    if cx.check_file(args.text(0), total).is_err() {
        return Outcome::Fail(Fail::Plain);
    }
    cx.limit_data(Duration::from_secs(args.int(3).into()));
    Outcome::Prompt(DataFraming::Length(size), &PROMPT)
}

fn store(cx: &mut Context, args: &Args, data: Data<'_>) -> Outcome {
    if data.end == DataEnd::Late {
        cx.text("TimeOut");
        return Outcome::Silent;
    }
    let name = args.text(0);
    let end = cx.file(name).map_or(0, |file| file.content.len());
    if args.flag(1) {
        cx.change_file(name, end..end, data.bytes).into()
    } else {
        cx.store_file(name, data.bytes).into()
    }
}

fn read(cx: &mut Context, args: &Args) -> Outcome {
    let from = args.int(3) as usize;
    let to = from.saturating_add(args.int(2) as usize);
    if tls::KEYS.has(cx, args.text(0)) {
        return Outcome::Fail(Fail::Plain);
    }
    let is_there = cx.write_file(args.text(0), |file, reply| {
        let to = to.min(file.content.len());
        let part = file.content.get(from..to).unwrap_or_default();
        reply.info(|line| line.bytes(part));
    });
    if is_there {
        Outcome::Ok
    } else {
        Outcome::Fail(Fail::Plain)
    }
}

fn size(cx: &mut Context, args: &Args) -> Outcome {
    let size = cx.file(args.text(0)).map(|file| file.content.len());
    let Some(size) = size else {
        return Outcome::Fail(Fail::Plain);
    };
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "+FSFLSIZE: {size}");
    });
    Outcome::Ok
}

fn memory(cx: &mut Context, _: &Args) -> Outcome {
    let (free, _) = cx.file_room();
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "+FSMEM: C:{free}bytes");
    });
    Outcome::Ok
}

fn list(cx: &mut Context) -> Outcome {
    cx.each_file(|file, reply| reply.text_line(file.name));
    Outcome::Ok
}
