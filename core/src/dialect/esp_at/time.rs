//! The clock.

use super::state::key;
use super::task::UPDATE_TIME;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::buffer::Buf;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Task;
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;
use crate::time::civil::from_unix;
use core::fmt::Write;

const SERVER: Param = Param::text("server", 0, 64)
    .optional()
    .example("pool.ntp.org");
/// Its hours ahead of UTC; a text may have its sign.
const ZONE: Param = Param::text("timezone", 1, 4)
    .check(|text| hours(text).is_some(), "99")
    .optional()
    .example("8");

pub(super) const COMMANDS: &[Command] = &[
    Command::new("+CIPSNTPCFG", "Set the clock by the network")
        .details("The clock is that of the machine; `+TIME_UPDATED` follows.")
        .read(read_servers)
        .set(
            &[
                Signature::of(&[
                    Param::choice("enable", &[(0, "off"), (1, "on")]),
                    Param::int("timezone", 0, 14).optional(),
                    SERVER,
                    SERVER,
                    SERVER,
                ]),
                Signature::of(&[Param::int("enable", 0, 1), ZONE, SERVER, SERVER, SERVER]),
            ],
            set_servers,
        ),
    Command::new("+CIPSNTPTIME", "Show the time").read(read_time),
    Command::new("+SYSTIMESTAMP", "Show the seconds since 1970")
        .read(read_stamp)
        .examples(&[Example {
            line: "AT+SYSTIMESTAMP?",
            answer: &["+SYSTIMESTAMP:1795996800", "OK"],
        }]),
];

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

fn hours(text: &str) -> Option<i8> {
    let hours: i8 = text.parse().ok()?;
    (-12..=14).contains(&hours).then_some(hours)
}

/// Keeps what the read form shows, and has the clock set.
fn set_servers(cx: &mut Context, args: &Args) -> Outcome {
    let mut memory = [0; 4 + 3 * 67];
    let mut shown = Buf::lent(&mut memory);
    let written = write_servers(&mut shown, args);
    let kept = written.and_then(|()| cx.stage(key::TIME, shown.as_slice()));
    match kept {
        Ok(()) if args.flag(0) => Outcome::Started(
            Wait::Stored(cx.link()),
            Task {
                command: UPDATE_TIME,
                number: 0,
            },
        ),
        result => result.into(),
    }
}

fn write_servers(shown: &mut Buf, args: &Args) -> Result<(), Fail> {
    shown.push(if args.flag(0) { b'1' } else { b'0' })?;
    shown.push(b',')?;
    let zone = args.bytes(1);
    shown.extend(if zone.is_empty() { b"0" } else { zone })?;
    for place in (2..5).filter(|place| args.has(*place)) {
        shown.extend(b",\"")?;
        shown.extend(args.bytes(place))?;
        shown.push(b'"')?;
    }
    Ok(())
}

fn read_servers(cx: &mut Context, _: &Args) -> Outcome {
    cx.write_staged(|staged, reply| {
        reply.info(|line| {
            line.text("+CIPSNTPCFG:");
            line.bytes(staged.get(key::TIME).unwrap_or(b"0,0"));
        });
    });
    Outcome::Ok
}

fn read_time(cx: &mut Context, _: &Args) -> Outcome {
    let shown = cx.staged().text(key::TIME);
    let zone = shown
        .strip_prefix("1,")
        .and_then(|rest| rest.split(',').next());
    let seconds = match zone.map(|zone| hours(zone).unwrap_or(0)) {
        Some(hours) => {
            let (unix, _) = cx.clock();
            unix.saturating_add_signed(i64::from(hours) * 3600)
        }
        // Nobody has set the clock.
        None => 0,
    };
    cx.info(|line| write_time(line, seconds));
    Outcome::Ok
}

/// As `asctime` of C has it.
fn write_time(line: &mut Reply, seconds: u64) {
    let time = from_unix(seconds);
    let day = DAYS.get((seconds / 86_400 % 7) as usize);
    let month = MONTHS.get(usize::from(time.month).saturating_sub(1));
    // A reply notes for itself what does not fit.
    let _ = write!(
        line,
        "+CIPSNTPTIME:{} {} {:2} {:02}:{:02}:{:02} {}",
        day.copied().unwrap_or_default(),
        month.copied().unwrap_or_default(),
        time.day,
        time.hour,
        time.minute,
        time.second,
        time.year
    );
}

fn read_stamp(cx: &mut Context, _: &Args) -> Outcome {
    let (unix, _) = cx.clock();
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "+SYSTIMESTAMP:{unix}");
    });
    Outcome::Ok
}
