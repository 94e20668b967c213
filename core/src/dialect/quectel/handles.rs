//! Files that are open: `+QFOPEN`, `+QFREAD`, `+QFWRITE`, `+QFSEEK`, `+QFPOSITION` and
//! `+QFCLOSE`.

use super::files::{LIMIT, MAX_FILE, NOT_FOUND, PATH, READ_FAILED, report_stored, write_content};
use super::key_files::{file_name, is_key};
use super::state::{key, use_module};
use super::task;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::buffer::Buf;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Prompt};
use crate::modem::command::prompt::{Data, DataFraming, Late};
use crate::modem::fail::Fail;
use crate::modem::file::MAX_NAME;
use crate::modem::wait::Wait;
use core::time::Duration;

const BAD_HANDLE: Fail = Fail::Number(416);
const WRITE_FAILED: Fail = Fail::Number(411);
/// The most files that are open at once.
const MOST: u8 = 10;
/// A file that is made empty.
const EMPTIED: u8 = 1;
/// A file that is only read.
const READ_ONLY: u8 = 2;
/// One that is to be made empty: it is open once that is kept.
const EMPTYING: u8 = 3;

const HANDLE: Param = Param::int("filehandle", 0, 3010);

pub(super) const OPEN: Command = Command::new("+QFOPEN", "Open a file")
    .remembers()
    .test("+QFOPEN: <filename>[,(0-2)]")
    .commits()
    .set(
        &[Signature::of(&[
            PATH,
            Param::choice(
                "mode",
                &[
                    (0, "made where it is not there"),
                    (1, "made empty"),
                    (2, "read only"),
                ],
            )
            .optional(),
        ])],
        open,
    );

pub(super) const READ: Command = Command::new("+QFREAD", "Read a file that is open")
    .remembers()
    .test("+QFREAD: <filehandle>[,<length>]")
    .set(
        &[Signature::of(&[
            HANDLE,
            Param::int("length", 1, MAX_FILE).optional(),
        ])],
        read,
    );

pub(super) const WRITE: Command = Command::new("+QFWRITE", "Write to a file that is open")
    .remembers()
    .test("+QFWRITE: <filehandle>[,<length>[,<timeout>]]")
    .commits()
    .set(
        &[Signature::of(&[
            HANDLE,
            Param::int("length", 1, u32::MAX).optional(),
            Param::int("timeout", 1, 65_535).optional(),
        ])],
        ask,
    );

pub(super) const SEEK: Command = Command::new("+QFSEEK", "Set where a file is read and written")
    .test("+QFSEEK: <filehandle>,<offset>[,(0-2)]")
    .set(
        &[Signature::of(&[
            HANDLE,
            Param::int("offset", 0, MAX_FILE),
            Param::choice("position", &[(0, "begin"), (1, "present"), (2, "end")]).optional(),
        ])],
        seek,
    );

pub(super) const POSITION: Command =
    Command::new("+QFPOSITION", "Where a file is read and written")
        .test("+QFPOSITION: <filehandle>")
        .set(&[Signature::of(&[HANDLE])], position);

pub(super) const CLOSE: Command = Command::new("+QFCLOSE", "Close a file")
    .test("+QFCLOSE: <filehandle>")
    .set(&[Signature::of(&[HANDLE])], close);

/// A file that is open.
#[derive(Clone, Copy)]
struct Handle {
    number: u8,
    mode: u8,
    at: u32,
    name: [u8; MAX_NAME],
    len: usize,
}

impl Handle {
    fn find(cx: &mut Context, number: u32) -> Result<Self, Fail> {
        use_module(cx);
        let number = u8::try_from(number)
            .ok()
            .filter(|it| (1..=MOST).contains(it));
        let number = number.ok_or(BAD_HANDLE)?;
        let record = cx.staged().get(key::HANDLE + number).ok_or(BAD_HANDLE)?;
        let (&[mode, a0, a1, a2, a3], text) = record.split_first_chunk().ok_or(BAD_HANDLE)?;
        let mut name = [0; MAX_NAME];
        let place = name.get_mut(..text.len()).ok_or(BAD_HANDLE)?;
        place.copy_from_slice(text);
        let handle = Self {
            number,
            mode,
            at: u32::from_be_bytes([a0, a1, a2, a3]),
            name,
            len: text.len(),
        };
        let file = cx.file(handle.name());
        let is_open = file.is_some_and(|it| mode != EMPTYING || it.content.is_empty());
        is_open.then_some(handle).ok_or(BAD_HANDLE)
    }

    fn name(&self) -> &str {
        let name = self.name.get(..self.len).unwrap_or_default();
        core::str::from_utf8(name).unwrap_or_default()
    }

    /// It is read and written from here on.
    fn move_to(&self, cx: &mut Context, at: u32) -> Result<(), Fail> {
        let mode = match self.mode {
            EMPTYING => EMPTIED,
            mode => mode,
        };
        stage(cx, self.number, mode, at, self.name())
    }
}

fn stage(cx: &mut Context, number: u8, mode: u8, at: u32, name: &str) -> Result<(), Fail> {
    let mut memory = [0; 5 + MAX_NAME];
    let mut record = Buf::lent(&mut memory);
    record.push(mode)?;
    record.extend(&at.to_be_bytes())?;
    record.extend(name.as_bytes())?;
    cx.stage(key::HANDLE + number, record.as_slice())
}

fn open(cx: &mut Context, args: &Args) -> Outcome {
    use_module(cx);
    let (name, mode) = (file_name(args.text(0)), args.int(1) as u8);
    let len = cx.file(name).map(|file| file.content.len());
    let Some(number) = (1..=MOST).find(|number| Handle::find(cx, (*number).into()).is_err()) else {
        return Outcome::Fail(Fail::Number(426));
    };
    let begun = match (len, mode) {
        (None, READ_ONLY) => Err(NOT_FOUND),
        (Some(1..), EMPTIED) => stage(cx, number, EMPTYING, 0, name).map(|()| true),
        (len, mode) => stage(cx, number, mode, 0, name).map(|()| len.is_none()),
    };
    match begun {
        Ok(true) => store_empty(cx, name, number).into(),
        Ok(false) => {
            cx.info(|line| {
                line.text("+QFOPEN: ");
                line.number(number.into());
            });
            Outcome::Ok
        }
        Err(fail) => Outcome::Fail(fail),
    }
}

/// The file is open once it is kept.
fn store_empty(cx: &mut Context, name: &str, number: u8) -> Result<Wait, Fail> {
    cx.store_file(name, b"")?;
    report_stored(cx, task::OPEN_FILE, [number.into(), 0])
}

fn read(cx: &mut Context, args: &Args) -> Outcome {
    let handle = match Handle::find(cx, args.int(0)) {
        Ok(handle) => handle,
        Err(fail) => return Outcome::Fail(fail),
    };
    if is_key(cx, handle.name()) {
        return Outcome::Fail(READ_FAILED);
    }
    let (from, most) = (handle.at as usize, args.int(1) as usize);
    let mut count = 0;
    let shown = cx.write_file(handle.name(), |file, reply| {
        let rest = file.content.get(from..).unwrap_or_default();
        let most = if args.has(1) { most } else { rest.len() };
        let part = rest.get(..most).unwrap_or(rest);
        count = part.len();
        write_content(reply, Some(count), part);
    });
    if !shown {
        return Outcome::Fail(READ_FAILED);
    }
    handle.move_to(cx, handle.at + count as u32).into()
}

static CONTENT: Prompt = Prompt {
    text: Some(super::files::CONNECT),
    is_silent: true,
    limit: Some(LIMIT),
    late: Late::Finish,
    ..Prompt::new(write)
};

fn ask(cx: &mut Context, args: &Args) -> Outcome {
    match Handle::find(cx, args.int(0)) {
        Ok(handle) if handle.mode == READ_ONLY => return Outcome::Fail(WRITE_FAILED),
        Ok(_) => {}
        Err(fail) => return Outcome::Fail(fail),
    }
    if args.has(2) {
        cx.limit_data(Duration::from_secs(args.int(2).into()));
    }
    if !args.has(1) {
        return Outcome::Prompt(DataFraming::Guard(0), &CONTENT);
    }
    let (len, (free, _)) = (args.int(1) as usize, cx.file_room());
    if len > free.min(cx.most_asked()) {
        return Outcome::Fail(Fail::Number(423));
    }
    Outcome::Prompt(DataFraming::Length(len), &CONTENT)
}

fn write(cx: &mut Context, args: &Args, data: Data<'_>) -> Outcome {
    let handle = match Handle::find(cx, args.int(0)) {
        Ok(handle) => handle,
        Err(fail) => return Outcome::Fail(fail),
    };
    let len = data.bytes.len();
    let from = handle.at as usize;
    let Some(file) = cx.file(handle.name()) else {
        return Outcome::Fail(NOT_FOUND);
    };
    // A key stays what is never read.
    if from < file.content.len() && file.holds_key() {
        return Outcome::Fail(WRITE_FAILED);
    }
    let total = file.content.len().max(from + len);
    let changed = cx.change_file(handle.name(), from..from + len, data.bytes);
    let moved = changed.and_then(|_| {
        handle.move_to(cx, (from + len) as u32)?;
        report_stored(cx, task::WRITE, [len as u32, total as u32])
    });
    match moved {
        Ok(wait) => Outcome::Wait(wait),
        Err(_) => Outcome::Fail(Fail::Number(423)),
    }
}

fn seek(cx: &mut Context, args: &Args) -> Outcome {
    let handle = match Handle::find(cx, args.int(0)) {
        Ok(handle) => handle,
        Err(fail) => return Outcome::Fail(fail),
    };
    let len = cx
        .file(handle.name())
        .map_or(0, |it| it.content.len() as u32);
    let from = match args.int(2) {
        0 => 0,
        1 => handle.at,
        _ => len,
    };
    handle.move_to(cx, (from + args.int(1)).min(len)).into()
}

fn position(cx: &mut Context, args: &Args) -> Outcome {
    match Handle::find(cx, args.int(0)) {
        Ok(handle) => {
            cx.info(|line| {
                line.text("+QFPOSITION: ");
                line.number(handle.at);
            });
            Outcome::Ok
        }
        Err(fail) => Outcome::Fail(fail),
    }
}

fn close(cx: &mut Context, args: &Args) -> Outcome {
    match Handle::find(cx, args.int(0)) {
        Ok(handle) => {
            cx.forget_staged(Some(key::HANDLE + handle.number));
            Outcome::Ok
        }
        Err(fail) => Outcome::Fail(fail),
    }
}
