//! Settings that have no effect here: what a host sets it reads back.

use super::{key, system};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::buffer::Buf;
use crate::commands::remembered::write_values;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;

/// A setting: its command, and its values until they are set.
struct Setting {
    name: &'static str,
    values: &'static str,
    /// What it takes.
    takes: &'static [Signature],
    /// How many of these it reads back.
    shown: usize,
}

/// Each of them, by its number.
const ALL: [Setting; 15] = [
    setting("+UDCONF", "1,0"),
    setting("+CGEREP", "0,0"),
    setting("+UPSV", "0"),
    setting("+UPSMR", "0"),
    setting("+CPSMS", "0,,,\"00000000\",\"00000000\""),
    setting("+CEDRXS", ""),
    setting("+UMNOPROF", "100"),
    setting("+UGPRF", "0"),
    Setting {
        takes: &[Signature::of(&[ANY, ANY, ANY.secret(), ANY.secret()])],
        shown: 2,
        ..setting("+UAUTHREQ", "1,0")
    },
    setting("+URAT", "7"),
    setting("+UBANDMASK", "0,185473183,0"),
    setting("+UGPIOC", ""),
    setting("+UHPPLMN", "1"),
    setting("+CSCON", "0"),
    setting("+ULWM2M", "1"),
];

const fn setting(name: &'static str, values: &'static str) -> Setting {
    Setting {
        name,
        values,
        takes: VALUES,
        shown: MOST,
    }
}

/// The most values of a setting, and the longest text in one.
const MOST: usize = 8;
const LONGEST: usize = 64;

const ANY: Param = Param::bytes("value", 0, LONGEST).optional().example("1");
const VALUES: &[Signature] = &[Signature::of(&[ANY; MOST])];

/// All of them, and what is only said or only accepted.
pub(super) const COMMANDS: &[Command] = &[
    command::<0>(),
    command::<1>(),
    command::<2>(),
    command::<3>(),
    command::<4>(),
    command::<5>(),
    command::<6>(),
    command::<7>(),
    command::<8>(),
    command::<9>(),
    command::<10>(),
    command::<11>(),
    command::<12>(),
    command::<13>(),
    command::<14>(),
    Command::new(
        "+UCGED",
        "What the cell environment is shown as; it is not shown",
    )
    .read(|_, _| Outcome::Ok)
    .set(VALUES, |_, _| Outcome::Ok),
    Command::new("+CESQ", "Signal quality of LTE")
        .execute(|cx, _| system::text(cx, "+CESQ: 99,99,255,255,20,60")),
];

/// The command of a setting.
const fn command<const N: usize>() -> Command {
    let (_, from) = ALL.split_at(N);
    let (name, takes) = match from.first() {
        Some(setting) => (setting.name, setting.takes),
        None => ("", VALUES),
    };
    Command::new(name, "A setting that is only read back")
        .read(read::<N>)
        .set(takes, set::<N>)
}

/// A setting without any value is plain OK.
fn read<const N: usize>(cx: &mut Context, _: &Args) -> Outcome {
    let Some(Setting { name, values, .. }) = ALL.get(N) else {
        return Outcome::Ok;
    };
    cx.write_staged(|staged, reply| {
        let given = staged.get(key::REMEMBERED + N as u8);
        let shown = given.unwrap_or(values.as_bytes());
        if shown.is_empty() {
            return;
        }
        reply.info(|line| {
            line.text(name);
            line.text(": ");
            line.bytes(shown);
        });
    });
    Outcome::Ok
}

fn set<const N: usize>(cx: &mut Context, args: &Args) -> Outcome {
    let mut memory = [0; MOST * (LONGEST + 3)];
    let mut values = Buf::lent(&mut memory);
    let shown = ALL.get(N).map_or(MOST, |setting| setting.shown);
    let written = write_values(args, shown, &mut values).map_err(Fail::from);
    let key = key::REMEMBERED + N as u8;
    written
        .and_then(|()| cx.stage(key, values.as_slice()))
        .into()
}
