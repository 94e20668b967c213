//! Settings that have no effect here: what a host sets it reads back.

use super::state::key;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::buffer::Buf;
use crate::commands::remembered::write_values;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;

/// A setting: its command, and its values until they are set.
pub(super) struct Setting {
    name: &'static str,
    values: &'static str,
    /// The most its first value may be.
    most: u32,
}

/// Each of them, by its number; the first says whether the others outlive a restart.
static ALL: [Setting; 20] = [
    setting("+SYSSTORE", "1", 1),
    setting("+SYSMSG", "0", 7),
    setting("+SYSMSGFILTER", "0", 1),
    setting("+SLEEP", "0", MOST),
    setting("+RFPOWER", "78", MOST),
    setting("+CWINIT", "1", 1),
    setting("+CWAUTOCONN", "1", 1),
    setting("+CWRECONNCFG", "0,0", MOST),
    setting("+CWDHCP", "1", 1),
    setting("+CWHOSTNAME", "mqmodem", MOST),
    setting("+CWCOUNTRY", "0,\"CN\",1,13", 1),
    setting("+CWPROTO", "7", MOST),
    setting("+CIPMUX", "0", 1),
    setting("+CIPDINFO", "0", 1),
    setting("+CIPRECVMODE", "0", 1),
    setting("+CIPV6", "0", 1),
    setting("+CIPDNS", "0,\"192.168.1.1\"", 1),
    setting("+SYSREG", "0", MOST),
    setting("+CWSTAPROTO", "7", MOST),
    setting("+CIPRECVTYPE", "0", 1),
];

const fn setting(name: &'static str, values: &'static str, most: u32) -> Setting {
    Setting { name, values, most }
}

/// The most values of a setting.
const PLACES: usize = 4;
/// The most a number may be.
const MOST: u32 = 65_535;
/// A text; a number in quotes is none.
const ANY: Param = Param::bytes("value", 0, 64).optional().example("1");
const NUMBER: Param = Param::int("value", 0, MOST).optional();

/// The values of a setting.
struct Values<const N: usize>;

impl<const N: usize> Values<N> {
    const FIRST: Param = Param::int("value", 0, find::<N>().most).optional();
    /// Numbers, or a number and texts: no other form is in use.
    const FORMS: &'static [Signature] = &[
        Signature::of(&[Self::FIRST, NUMBER, NUMBER, NUMBER]),
        Signature::of(&[ANY]),
        Signature::of(&[Self::FIRST, ANY, NUMBER, NUMBER]),
        Signature::of(&[Self::FIRST, ANY, ANY, ANY]),
    ];
}

/// The setting of this number.
const fn find<const N: usize>() -> &'static Setting {
    let (_, from) = ALL.split_at(N);
    match from.first() {
        Some(setting) => setting,
        None => &ALL[0],
    }
}

/// The command of a setting.
pub(super) const fn command<const N: usize>() -> Command {
    Command::new(find::<N>().name, "A setting that is only read back")
        .read(read::<N>)
        .set(Values::<N>::FORMS, set::<N>)
}

fn read<const N: usize>(cx: &mut Context, _: &Args) -> Outcome {
    let Setting { name, values, .. } = find::<N>();
    cx.write_staged(|staged, reply| {
        reply.info(|line| {
            line.text(name);
            line.text(":");
            match staged.get(key::REMEMBERED + N as u8) {
                Some(given) => line.bytes(given),
                None => line.text(values),
            }
        });
    });
    Outcome::Ok
}

/// Whether what the host sets outlives a restart.
pub(super) fn stores(cx: &Context) -> bool {
    cx.staged().get(key::REMEMBERED) != Some(b"0")
}

fn set<const N: usize>(cx: &mut Context, args: &Args) -> Outcome {
    let mut memory = [0; PLACES * 68];
    let mut values = Buf::lent(&mut memory);
    let written = write_values(args, PLACES, &mut values).map_err(Fail::from);
    let key = key::REMEMBERED + N as u8;
    written
        .and_then(|()| cx.stage(key, values.as_slice()))
        .into()
}
