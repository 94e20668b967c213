//! The time: `+QLTS` and `+QNTP`.

use super::connection::started;
use super::state::{key, use_module};
use super::task;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::Signature;
use crate::buffer::Buf;
use crate::modem::Staged;
use crate::modem::code;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::time::civil::from_unix;
use core::fmt::Write;

pub(super) const COMMANDS: &[Command] = &[
    Command::new("+QLTS", "The time of the network")
        .test("+QLTS: (0-2)")
        .execute(|cx, _| network_time(cx, 0))
        .set(
            &[Signature::of(&[Param::choice(
                "mode",
                &[(0, "the last one"), (1, "UTC"), (2, "local")],
            )])],
            |cx, args| network_time(cx, args.int(0)),
        ),
    Command::new("+QNTP", "Set the clock, which is that of the machine")
        .test("+QNTP: (1-16),<server>,(1-65535),(0,1)")
        .set(
            &[Signature::of(&[
                Param::int("contextID", 1, 16),
                Param::text("server", 1, 100).example("pool.ntp.org"),
                Param::int("port", 1, 65_535).optional(),
                Param::int("autosettime", 0, 1).optional(),
            ])],
            update,
        ),
];

/// `yyyy/MM/dd,hh:mm:ss±zz` of so many seconds.
fn write_time(line: &mut impl Write, unix: u64, zone: i8) {
    let time = from_unix(unix);
    let sign = if zone < 0 { '-' } else { '+' };
    // A reply notes for itself what does not fit.
    let _ = write!(
        line,
        "{}/{:02}/{:02},{:02}:{:02}:{:02}{sign}{:02}",
        time.year,
        time.month,
        time.day,
        time.hour,
        time.minute,
        time.second,
        zone.unsigned_abs()
    );
}

fn local(cx: &Context) -> (u64, i8) {
    let (unix, zone) = cx.clock();
    (unix.saturating_add_signed(i64::from(zone) * 900), zone)
}

fn network_time(cx: &mut Context, mode: u32) -> Outcome {
    let (utc, _) = cx.clock();
    let (local, zone) = local(cx);
    cx.info(|line| {
        line.text("+QLTS: \"");
        write_time(line, if mode == 1 { utc } else { local }, zone);
        line.text(",0\"");
    });
    Outcome::Ok
}

/// What the event says is known now.
fn update(cx: &mut Context, _: &Args) -> Outcome {
    use_module(cx);
    if !cx.has_network() {
        return Outcome::Fail(Fail::Plain);
    }
    let (local, zone) = local(cx);
    let mut memory = [0; 32];
    let mut text = Text(Buf::lent(&mut memory));
    write_time(&mut text, local, zone);
    match cx.stage(key::TIME, text.0.as_slice()) {
        Ok(()) => Outcome::Ended(started(task::UPDATE_TIME, 0), Ok(()), code::DONE),
        Err(_) => Outcome::Fail(Fail::Plain),
    }
}

/// Text in lent memory.
struct Text<'m>(Buf<'m>);

impl Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.0.extend(text.as_bytes()).map_err(|_| core::fmt::Error)
    }
}

/// Of `+QNTP`.
pub(super) fn word(of: Staged<'_>, reply: &mut Reply) {
    reply.urc(|line| {
        line.text("+QNTP: 0,\"");
        line.text(of.text(key::TIME));
        line.text("\"");
    });
}
