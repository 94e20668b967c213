//! Files of certificates and keys.

use super::prompt;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming};
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;
use core::time::Duration;

const NAME: Param = Param::text("filename", 5, 108)
    .check(is_certificate, "ca.txt")
    .example("ca.pem");

static CONTENT: Prompt = Prompt {
    is_shown: false,
    limit: Some(Duration::from_mins(2)),
    ..prompt::of(|cx, args, data| keep(cx, args, data).into())
};

pub(super) const LOAD: Command = Command::new("+CCERTDOWN", "Keep a file of certificates or a key")
    .details("PEM, or DER of 4 KiB at most. It is kept over restarts, and never read back.")
    .test("+CCERTDOWN: (5-108),(1-10240)")
    .remembers()
    .set(
        &[Signature::of(&[
            NAME,
            Param::int("len", 1, 10_240).means("bytes behind the prompt"),
        ])],
        |cx, args| {
            let length = args.int(1) as usize;
            match cx.check_file(args.text(0), length) {
                Ok(()) => Outcome::Prompt(DataFraming::Length(length), &CONTENT),
                Err(_) => Outcome::Fail(Fail::Plain),
            }
        },
    );

pub(super) const LIST: Command = Command::new("+CCERTLIST", "List the files")
    .remembers()
    .execute(|cx, _| list(cx))
    .examples(&[Example {
        line: "AT+CCERTLIST",
        answer: &["OK"],
    }]);

pub(super) const ERASE: Command = Command::new("+CCERTDELE", "Erase a file")
    .remembers()
    .commits()
    .set(&[Signature::of(&[NAME])], |cx, args| {
        erase(cx, args.text(0)).into()
    });

fn is_certificate(name: &str) -> bool {
    let ends = |end: &str| {
        let tail = name.len().checked_sub(end.len());
        tail.and_then(|at| name.get(at..))
            .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    ends(".pem") || ends(".der")
}

fn keep(cx: &mut Context, args: &Args, data: Data<'_>) -> Result<Wait, Fail> {
    let kept = cx.store_file(args.text(0), data.bytes);
    kept.map_err(|_| Fail::Plain)
}

fn list(cx: &mut Context) -> Outcome {
    cx.each_file(|file, reply| {
        reply.info(|line| {
            for text in ["+CCERTLIST: \"", file.name, "\""] {
                line.text(text);
            }
        });
    });
    Outcome::Ok
}

fn erase(cx: &mut Context, name: &str) -> Result<Wait, Fail> {
    let erased = cx.erase_file(name).map_err(|_| Fail::Plain)?;
    erased.ok_or(Fail::Plain)
}
