//! The clock: 27.007 §8.15, §8.40 and §8.41.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::time::civil::{Civil, from_unix, to_unix};

const OFF_ON: &[(u32, &str)] = &[(0, "off"), (1, "on")];
const TIME: &[Signature] = &[Signature::of(&[Param::text("time", 17, 20)
    .check(is_time, "26/13/01,00:00:00")
    .means("yy/MM/dd,hh:mm:ss±zz, zz in quarters of an hour")
    .example("26/11/23,14:23:00+00")])];
const UPDATE: &[Signature] = &[Signature::of(&[Param::choice("onoff", OFF_ON)])];
const REPORT: &[Signature] = &[Signature::of(&[Param::choice("onoff", OFF_ON)])];

/// The commands of this family.
pub const COMMANDS: &[Command] = &[
    Command::new("+CCLK", "The clock")
        .details(
            "Follows the clock of the machine; when it is set, the difference is used until the \
             modem is switched off.",
        )
        .test("")
        .read(read)
        .commits()
        .set(TIME, set)
        .examples(&[Example {
            line: "AT+CCLK=\"26/11/23,14:23:00+00\"",
            answer: &["OK"],
        }]),
    Command::new("+CTZU", "Update the time zone automatically")
        .read(read_update)
        .set(UPDATE, set_update),
    Command::new("+CTZR", "Report changes of the time zone")
        .details("Accepted for compatibility: the zone does not change by itself.")
        .read(read_report)
        .set(REPORT, set_report),
];

/// `yy/MM/dd,hh:mm:ss` and, where it is given, the zone in quarters of an hour.
fn parse(text: &str) -> Option<(Civil, i8)> {
    let (time, zone) = text.as_bytes().split_at_checked(17)?;
    let number = |at: usize| {
        let digits = time.get(at..at + 2)?;
        let value = |byte: &u8| byte.is_ascii_digit().then(|| byte - b'0');
        Some(value(digits.first()?)? * 10 + value(digits.last()?)?)
    };
    let separators = [2, 5, 8, 11, 14].map(|at| time.get(at).copied().unwrap_or(0));
    let civil = Civil {
        year: 2000 + u16::from(number(0)?),
        month: number(3)?,
        day: number(6)?,
        hour: number(9)?,
        minute: number(12)?,
        second: number(15)?,
    };
    let zone = match core::str::from_utf8(zone).ok()? {
        "" => 0,
        zone if zone.len() == 3 && zone.starts_with(['+', '-']) => zone.parse().ok()?,
        _ => return None,
    };
    let valid = separators == *b"//,::" && civil.is_valid() && (-96..=96).contains(&zone);
    valid.then_some((civil, zone))
}

fn is_time(text: &str) -> bool {
    parse(text).is_some()
}

fn set(cx: &mut Context, args: &Args) -> Outcome {
    if let Some((civil, zone)) = parse(args.text(0)) {
        let local = to_unix(civil);
        cx.set_clock(local.saturating_sub_signed(i64::from(zone) * 900), zone);
    }
    Outcome::Ok
}

fn read(cx: &mut Context, _: &Args) -> Outcome {
    let (unix, zone) = cx.clock();
    let local = from_unix(unix.saturating_add_signed(i64::from(zone) * 900));
    cx.info(|line| write(line, local, zone));
    Outcome::Ok
}

fn write(line: &mut Reply, time: Civil, zone: i8) {
    line.text("+CCLK: \"");
    two(line, (time.year % 100) as u8, "/");
    two(line, time.month, "/");
    two(line, time.day, ",");
    two(line, time.hour, ":");
    two(line, time.minute, ":");
    two(line, time.second, if zone < 0 { "-" } else { "+" });
    two(line, zone.unsigned_abs(), "\"");
}

fn two(line: &mut Reply, number: u8, behind: &str) {
    line.bytes(&[b'0' + number / 10 % 10, b'0' + number % 10]);
    line.text(behind);
}

fn set_update(cx: &mut Context, args: &Args) -> Outcome {
    cx.profile().zone_update = args.flag(0);
    Outcome::Ok
}

fn read_update(cx: &mut Context, _: &Args) -> Outcome {
    let on = cx.profile().zone_update;
    cx.text(if on { "+CTZU: 1" } else { "+CTZU: 0" });
    Outcome::Ok
}

fn set_report(cx: &mut Context, args: &Args) -> Outcome {
    cx.profile().zone_report = args.flag(0);
    Outcome::Ok
}

fn read_report(cx: &mut Context, _: &Args) -> Outcome {
    let on = cx.profile().zone_report;
    cx.text(if on { "+CTZR: 1" } else { "+CTZR: 0" });
    Outcome::Ok
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_and_valid_times_are_accepted() {
        assert!(is_time("26/11/23,14:23:00"));
        assert!(is_time("24/02/29,23:59:59-96"));
        for text in [
            "",
            "26/11/23 14:23:00",
            "26/02/29,00:00:00",
            "26/00/01,00:00:00",
            "26/01/01,24:00:00",
            "26/01/01,00:60:00",
            "26/01/01,00:00:00+97",
            "26/01/01,00:00:00+1",
            "26/01/01,00:00:00é+",
        ] {
            assert!(!is_time(text), "{text}");
        }
    }
}
