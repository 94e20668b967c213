//! Settings that have no effect here: what a host sets it reads back.

use super::state::key;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::buffer::Buf;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};

/// A setting: its command, and its values until they are set.
pub(super) struct Setting {
    name: &'static str,
    values: &'static str,
}

/// Each of them, by its number.
pub(super) const ALL: [Setting; 17] = [
    setting("+SYSSTORE", "1"),
    setting("+SYSMSG", "0"),
    setting("+SYSMSGFILTER", "0"),
    setting("+SLEEP", "0"),
    setting("+RFPOWER", "78"),
    setting("+CWINIT", "1"),
    setting("+CWAUTOCONN", "1"),
    setting("+CWRECONNCFG", "0,0"),
    setting("+CWDHCP", "1"),
    setting("+CWHOSTNAME", "mqmodem"),
    setting("+CWCOUNTRY", "0,\"CN\",1,13"),
    setting("+CWPROTO", "7"),
    setting("+CIPMUX", "0"),
    setting("+CIPDINFO", "0"),
    setting("+CIPRECVMODE", "0"),
    setting("+CIPV6", "0"),
    setting("+CIPDNS", "0,\"192.168.1.1\""),
];

const fn setting(name: &'static str, values: &'static str) -> Setting {
    Setting { name, values }
}

const ANY: Param = Param::bytes("value", 0, 64).optional().example("1");
const NUMBER: Param = Param::int("value", 0, 65_535).optional();
/// Numbers, or a number and texts: no other form is in use.
const VALUES: &[Signature] = &[
    Signature::of(&[NUMBER, NUMBER, NUMBER, NUMBER]),
    Signature::of(&[ANY]),
    Signature::of(&[NUMBER, ANY, NUMBER, NUMBER]),
    Signature::of(&[NUMBER, ANY, ANY, ANY]),
];

/// The command of a setting.
pub(super) const fn command<const N: usize>() -> Command {
    let (_, from) = ALL.split_at(N);
    let name = match from.first() {
        Some(setting) => setting.name,
        None => "",
    };
    Command::new(name, "A setting that is only read back")
        .read(read::<N>)
        .set(VALUES, set::<N>)
}

fn read<const N: usize>(cx: &mut Context, _: &Args) -> Outcome {
    let Some(Setting { name, values }) = ALL.get(N) else {
        return Outcome::Ok;
    };
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

fn set<const N: usize>(cx: &mut Context, args: &Args) -> Outcome {
    let mut memory = [0; 4 * 68];
    let mut values = Buf::lent(&mut memory);
    let written = (0..4)
        .filter(|place| args.has(*place))
        .try_for_each(|place| {
            let value = args.bytes(place);
            let is_number = value.iter().all(u8::is_ascii_digit);
            if place > 0 {
                values.push(b',')?;
            }
            let quote: &[u8] = if is_number { b"" } else { b"\"" };
            values.extend(quote)?;
            values.extend(value)?;
            values.extend(quote)
        });
    let written = written.map_err(crate::modem::fail::Fail::from);
    let key = key::REMEMBERED + N as u8;
    written
        .and_then(|()| cx.stage(key, values.as_slice()))
        .into()
}
