//! Files.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::dialect::simcom::shared::ok;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming, Late};
use crate::modem::fail::Fail;
use crate::modem::file::StoredFile;
use crate::modem::wait::Wait;
use core::time::Duration;

const FOLDER: Param = Param::int("index", 0, 3).means("no effect: there is one folder");
const NAME: Param = Param::text("filename", 1, 108).example("ca.crt");

static CONTENT: Prompt = Prompt {
    text: Some("\r\nDOWNLOAD\r\n"),
    limit: Some(Duration::from_secs(10)),
    late: Late::Fail(Fail::Plain),
    ..Prompt::new(|cx, args, data| keep(cx, args, data).into())
};

pub(super) const COMMANDS: &[Command] = &[
    Command::new("+CFSINIT", "Begin with files").execute(ok),
    Command::new("+CFSTERM", "End with files").execute(ok),
    Command::new("+CFSWFILE", "Write a file")
        .details("The bytes are asked for by DOWNLOAD. It is kept over restarts.")
        .remembers()
        .set(
            &[Signature::of(&[
                FOLDER,
                NAME,
                Param::choice("mode", &[(0, "a new file"), (1, "behind what it has")]),
                Param::int("filesize", 1, 10_240).means("bytes behind the prompt"),
                Param::int("inputtime", 100, 10_000).means("milliseconds each byte may take"),
            ])],
            ask,
        ),
    Command::new("+CFSDFILE", "Erase a file")
        .remembers()
        .commits()
        .set(&[Signature::of(&[FOLDER, NAME])], |cx, args| {
            erase(cx, args.text(1)).into()
        }),
    Command::new("+CFSGFIS", "Show the size of a file")
        .remembers()
        .set(&[Signature::of(&[FOLDER, NAME])], |cx, args| {
            show_size(cx, args.text(1)).into()
        }),
];

/// How many bytes a file has.
fn size(cx: &Context, name: &str) -> Option<usize> {
    let len = |file: StoredFile<'_>| file.content.len();
    cx.file(name).map(len)
}

fn ask(cx: &mut Context, args: &Args) -> Outcome {
    let length = args.int(3) as usize;
    let before = if args.flag(2) {
        size(cx, args.text(1)).unwrap_or(0)
    } else {
        0
    };
    match cx.check_file(args.text(1), before + length) {
        Ok(()) => {
            cx.limit_data(Duration::from_millis(args.int(4).into()));
            Outcome::Prompt(DataFraming::Length(length), &CONTENT)
        }
        Err(_) => Outcome::Fail(Fail::Plain),
    }
}

fn keep(cx: &mut Context, args: &Args, data: Data<'_>) -> Result<Wait, Fail> {
    let name = args.text(1);
    match size(cx, name) {
        Some(end) if args.flag(2) => cx.change_file(name, end..end, data.bytes),
        _ => cx.store_file(name, data.bytes),
    }
}

fn erase(cx: &mut Context, name: &str) -> Result<Wait, Fail> {
    cx.erase_file(name)?.ok_or(Fail::Plain)
}

fn show_size(cx: &mut Context, name: &str) -> Result<(), Fail> {
    let size = size(cx, name).ok_or(Fail::Plain)?;
    cx.info(|line| {
        line.text("+CFSGFIS: ");
        line.number(size as u32);
    });
    Ok(())
}
