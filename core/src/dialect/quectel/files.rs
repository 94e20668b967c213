//! Files: `+QFUPL`, `+QFLST`, `+QFDEL`, `+QFDWL` and `+QFLDS`.

use super::checksum::checksum;
use super::key_files::{file_name, is_key};
use super::model::Model;
use super::state::{key, number, use_module};
use super::task;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming, Late};
use crate::modem::fail::Fail;
use crate::modem::file::is_name;
use crate::modem::wait::Wait;
use core::fmt::Write;
use core::time::Duration;

pub(super) const NOT_FOUND: Fail = Fail::Number(405);
pub(super) const READ_FAILED: Fail = Fail::Number(410);
const NO_ROOM: Fail = Fail::Number(423);

/// What asks for the bytes of a file.
pub(super) const CONNECT: &str = "\r\nCONNECT\r\n";
/// How long the next byte may take.
pub(super) const LIMIT: Duration = Duration::from_secs(5);
/// More than any memory holds.
pub(super) const MAX_FILE: u32 = 1024 * 1024;

fn is_path(text: &str) -> bool {
    is_name(file_name(text))
}

pub(super) const PATH: Param = Param::text("filename", 1, 84)
    .check(is_path, "UFS:")
    .means("the name, with or without `UFS:` before it")
    .example("ca.pem");

pub(super) const UPLOAD: Command = Command::new("+QFUPL", "Keep a file")
    .details(
        "`CONNECT`, then exactly so many bytes follow, or all up to `+++`; what has come when \
         the time is over is kept. The checksum is the XOR of its words of 16 bits.",
    )
    .remembers()
    .test("+QFUPL: <filename>[,(1-1048576)[,(1-65535)[,(0,1)]]]")
    .commits()
    .set(
        &[Signature::of(&[
            PATH,
            Param::int("length", 1, u32::MAX).optional(),
            Param::int("timeout", 1, 65_535)
                .optional()
                .means("seconds the next byte may take; else 5"),
            Param::int("ackmode", 0, 1).optional().means("no effect"),
        ])],
        upload,
    );

pub(super) const LIST: Command = Command::new("+QFLST", "List the files")
    .remembers()
    .test("")
    .execute(|cx, _| list(cx, "*"))
    .set(
        &[Signature::of(&[
            Param::text("name_pattern", 1, 84).example("*")
        ])],
        |cx, args| list(cx, args.text(0)),
    );

pub(super) const DELETE: Command = Command::new("+QFDEL", "Erase a file, or all of them by `*`")
    .remembers()
    .test("+QFDEL: <filename>")
    .commits()
    .set(&[Signature::of(&[PATH])], delete)
    .examples(&[Example {
        line: "AT+QFDEL=\"nope.pem\"",
        answer: &["+CME ERROR: 405"],
    }]);

pub(super) const DOWNLOAD: Command = Command::new("+QFDWL", "Show what a file holds")
    .details("Of a file with a private key nothing is shown.")
    .remembers()
    .test("+QFDWL: <filename>")
    .set(&[Signature::of(&[PATH])], download);

pub(super) const SPACE: Command = Command::new("+QFLDS", "Show the room for files")
    .remembers()
    .test("+QFLDS: <name_pattern>")
    .execute(space)
    .set(
        &[Signature::of(&[
            Param::text("name_pattern", 1, 84).example("UFS")
        ])],
        space,
    );

static CONTENT: Prompt = Prompt {
    text: Some(CONNECT),
    is_silent: true,
    limit: Some(LIMIT),
    late: Late::Finish,
    ..Prompt::new(keep)
};

fn upload(cx: &mut Context, args: &Args) -> Outcome {
    use_module(cx);
    if args.has(2) {
        cx.limit_data(Duration::from_secs(args.int(2).into()));
    }
    if !args.has(1) {
        return Outcome::Prompt(DataFraming::Guard(0), &CONTENT);
    }
    let len = args.int(1) as usize;
    match cx.check_file(file_name(args.text(0)), len) {
        Ok(()) => Outcome::Prompt(DataFraming::Length(len), &CONTENT),
        Err(_) => Outcome::Fail(NO_ROOM),
    }
}

fn keep(cx: &mut Context, args: &Args, data: Data<'_>) -> Outcome {
    let (len, sum) = (data.bytes.len(), checksum(data.bytes));
    let kept = cx.store_file(file_name(args.text(0)), data.bytes);
    match kept.and_then(|_| report_stored(cx, task::UPLOAD, [len as u32, sum.into()])) {
        Ok(wait) => Outcome::Wait(wait),
        Err(_) => Outcome::Fail(NO_ROOM),
    }
}

/// Says these numbers once what was staged is kept.
pub(super) fn report_stored(
    cx: &mut Context,
    command: u8,
    numbers: [u32; 2],
) -> Result<Wait, Fail> {
    let [first, second] = numbers.map(u32::to_be_bytes);
    for (key, bytes) in [(key::STORED, first), (key::STORED + 1, second)] {
        cx.stage(key, &bytes)?;
    }
    Ok(cx.report_stored(command))
}

/// Of what was kept.
pub(super) fn word_stored(of: Staged<'_>, command: u8, reply: &mut Reply) {
    let [first, second] = [key::STORED, key::STORED + 1].map(|key| number(of, key));
    reply.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = match command {
            task::UPLOAD => write!(line, "+QFUPL: {first},{second:x}"),
            task::OPEN_FILE => write!(line, "+QFOPEN: {first}"),
            _ => write!(line, "+QFWRITE: {first},{second}"),
        };
    });
}

/// Whether a name is meant by a pattern in which `*` stands for anything.
fn is_meant(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((front, rest)) => name.strip_prefix(front).is_some_and(|behind| {
            let mut ends = (0..=behind.len()).filter_map(|at| behind.get(at..));
            ends.any(|end| is_meant_from(end, rest))
        }),
    }
}

/// A second `*` stands for anything, too, and there are no more than two.
fn is_meant_from(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((front, _)) => name.starts_with(front),
    }
}

fn list(cx: &mut Context, pattern: &str) -> Outcome {
    use_module(cx);
    let name = file_name(pattern);
    let place = if name.len() < pattern.len() {
        "UFS:"
    } else {
        ""
    };
    let name = if name.is_empty() { "*" } else { name };
    let mut found = false;
    cx.each_file(|file, reply| {
        if is_meant(file.name, name) {
            found = true;
            reply.info(|line| {
                let (file, len) = (file.name, file.content.len());
                // A reply notes for itself what does not fit.
                let _ = write!(line, "+QFLST: \"{place}{file}\",{len}");
            });
        }
    });
    if !found && Model::of(cx) == Model::Bg95 {
        return Outcome::Fail(NOT_FOUND);
    }
    Outcome::Ok
}

fn delete(cx: &mut Context, args: &Args) -> Outcome {
    use_module(cx);
    let name = file_name(args.text(0));
    let erased = if name == "*" {
        cx.erase_files(|_| true)
    } else {
        cx.erase_file(name)
    };
    match erased {
        Ok(Some(wait)) => Outcome::Wait(wait),
        Ok(None) if name == "*" => Outcome::Ok,
        Ok(None) => Outcome::Fail(NOT_FOUND),
        Err(_) => Outcome::Fail(READ_FAILED),
    }
}

fn download(cx: &mut Context, args: &Args) -> Outcome {
    use_module(cx);
    let name = file_name(args.text(0));
    let Some(file) = cx.file(name) else {
        return Outcome::Fail(NOT_FOUND);
    };
    let (len, sum) = (file.content.len(), checksum(file.content));
    if is_key(cx, name) {
        return Outcome::Fail(READ_FAILED);
    }
    let shown = cx.write_file(name, |file, reply| write_content(reply, None, file.content));
    if !shown {
        return Outcome::Fail(READ_FAILED);
    }
    cx.write(|reply| {
        reply.unframed(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "\r\n+QFDWL: {len},{sum:x}\r\n");
        });
    });
    Outcome::Ok
}

/// `CONNECT`, where it is told with the length, and bytes behind it.
pub(super) fn write_content(reply: &mut Reply, len: Option<usize>, content: &[u8]) {
    reply.unframed(|line| {
        line.text("\r\nCONNECT");
        if let Some(len) = len {
            line.text(" ");
            line.number(len as u32);
        }
        line.text("\r\n");
        line.bytes(content);
    });
}

fn space(cx: &mut Context, _: &Args) -> Outcome {
    let (free, all) = cx.file_room();
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "+QFLDS: {free},{all}");
    });
    Outcome::Ok
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (name, pattern, meant) in [
            ("ca.pem", "*", true),
            ("ca.pem", "*.pem", true),
            ("ca.pem", "ca*", true),
            ("ca.pem", "*a*", true),
            ("ca.pem", "*.key", false),
            ("ca.pem", "ca.pem", true),
        ] {
            assert_eq!(is_meant(name, pattern), meant, "{pattern}");
        }
    }
}
