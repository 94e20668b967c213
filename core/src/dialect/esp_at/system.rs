//! The line and the module itself.

use super::state::{key, number};
use super::{join, manufacturing, remembered};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::modem::api::{CredentialKind, Identity};
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use core::fmt::Write;

/// What the module says of itself.
pub(super) const IDENTITY: Identity<'static> = Identity {
    manufacturer: "Espressif",
    model: "ESP32-C3",
    revision: "5.0.1.0",
    ..Identity::OWN
};

const OFF_ON: &[(u32, &str)] = &[(0, "off"), (1, "on")];
const RATE: u32 = 115_200;

pub(super) const COMMANDS: &[Command] = &[
    Command::new("E", "Echo what the host types").set(
        &[Signature::of(&[Param::choice("echo", OFF_ON)])],
        |cx, args| {
            cx.profile().echo = args.flag(0);
            Outcome::Ok
        },
    ),
    Command::new("+GMR", "Show the version").execute(version),
    Command::new("+RST", "Restart")
        .details("The broker is not told: it publishes the will.")
        .commits()
        .execute(|cx, _| cx.restart_at_once()),
    Command::new("+RESTORE", "Forget all that is kept, and restart")
        .remembers()
        .commits()
        .execute(restore),
    Command::new("+SYSLOG", "Show why commands fail, as `ERR CODE:0x...`")
        .read(|cx, _| read_flag(cx, "+SYSLOG:", key::LOGS))
        .set(
            &[Signature::of(&[Param::choice("enable", OFF_ON)])],
            |cx, args| cx.stage(key::LOGS, &[args.int(0) as u8]).into(),
        )
        .examples(&[Example {
            line: "AT+SYSLOG?",
            answer: &["+SYSLOG:0", "OK"],
        }]),
    remembered::command::<0>(),
    remembered::command::<1>(),
    remembered::command::<2>(),
    remembered::command::<3>(),
    remembered::command::<4>(),
    remembered::command::<17>(),
    Command::new("+CMD", "List the commands").read(list),
    Command::new("+SYSRAM", "Show the memory that is free")
        .read(|cx, _| text(cx, "+SYSRAM:148408,84044")),
    Command::new("+SYSFLASH", "Show the parts of the flash")
        .read(|cx, _| text(cx, "+SYSFLASH:\"ble_data\",64,1,0x21000,0x3000")),
    Command::new("+UART_CUR", "Set the port until the next restart")
        .read(|cx, _| read_port(cx, "+UART_CUR"))
        .set(PORT, set_port),
    Command::new("+UART_DEF", "Set the port, and keep that")
        .remembers()
        .read(|cx, _| read_port(cx, "+UART_DEF"))
        .commits()
        .set(PORT, keep_port),
    Command::new("+UART", "Set the port, as `+UART_CUR`")
        .read(|cx, _| read_port(cx, "+UART"))
        .set(PORT, set_port),
];

const PORT: &[Signature] = &[Signature::of(&[
    Param::int("baudrate", 80, 5_000_000),
    Param::choice("databits", &[(7, "7"), (8, "8")]),
    Param::choice("stopbits", &[(1, "1"), (3, "2")]),
    Param::choice("parity", &[(0, "none"), (1, "odd"), (2, "even")]),
    Param::choice(
        "flow",
        &[(0, "none"), (1, "RTS"), (2, "CTS"), (3, "RTS and CTS")],
    ),
])];

/// A line that is there already.
pub(super) fn text(cx: &mut Context, text: &str) -> Outcome {
    cx.text(text);
    Outcome::Ok
}

/// Reads a number that was put aside.
pub(super) fn read_flag(cx: &mut Context, name: &str, key: u8) -> Outcome {
    let value = number(cx.staged(), key);
    cx.info(|line| {
        line.text(name);
        line.number(value);
    });
    Outcome::Ok
}

fn version(cx: &mut Context, _: &Args) -> Outcome {
    let Identity {
        model, revision, ..
    } = cx.identity();
    cx.write(|reply| {
        // A reply notes for itself what does not fit.
        reply.info(|line| {
            let _ = write!(
                line,
                "AT version:{revision}(32ff6e1 - {model} - Jul 24 2026 09:54:05)"
            );
        });
        reply.text_line("SDK version:v5.4.2");
        reply.text_line("compile time(b49e4b98):Jul 24 2026 10:45:01");
        reply.info(|line| {
            let _ = write!(line, "Bin version:v{revision}(MINI-1)");
        });
    });
    Outcome::Ok
}

fn restore(cx: &mut Context, _: &Args) -> Outcome {
    for kind in CredentialKind::ALL {
        // What is not there needs no erasing.
        let _ = cx.erase_credential(super::connection::CREDENTIAL, kind);
    }
    let profile = cx.factory_profile();
    let echo = cx.profile().echo;
    *cx.profile() = profile;
    let erased = cx.store_profile();
    cx.profile().echo = echo;
    let erased = erased.and_then(|_| manufacturing::forget(cx));
    match erased.and_then(|_| join::forget_network(cx)) {
        Ok(erased) => {
            cx.restart_at_once();
            Outcome::Wait(erased)
        }
        Err(fail) => Outcome::Fail(fail),
    }
}

/// `<index>,"AT<name>",<test>,<query>,<set>,<execute>` of each command; none has a test form.
fn list(cx: &mut Context, _: &Args) -> Outcome {
    let commands = cx.dialect().commands();
    cx.write(|reply| {
        for (index, command) in commands.enumerate() {
            let forms = [
                command.read.is_some(),
                command.set.is_some(),
                command.execute.is_some(),
            ];
            let [read, set, execute] = forms.map(u8::from);
            reply.info(|line| {
                let name = command.name;
                // A reply notes for itself what does not fit.
                let _ = write!(line, "+CMD:{index},\"AT{name}\",0,{read},{set},{execute}");
            });
        }
    });
    Outcome::Ok
}

fn set_port(cx: &mut Context, args: &Args) -> Outcome {
    let (data, stop, parity) = (args.int(1), args.int(2), args.int(3));
    let format = match (data, stop, parity) {
        (8, 1, 0) => 3,
        (8, 3, 0) => 1,
        (8, 1, _) => 2,
        (7, 1, 0) => 6,
        (7, 3, 0) => 4,
        (7, 1, _) => 5,
        _ => return Outcome::Fail(Fail::INCORRECT),
    };
    let flow = if args.int(4) == 0 { 0 } else { 2 };
    let profile = cx.profile();
    profile.rate = args.int(0);
    profile.framing = [format, parity.saturating_sub(1) as u8];
    profile.flow = [flow, flow];
    cx.change_port();
    Outcome::Ok
}

/// The port is all that is kept: the echo is on after a restart.
fn keep_port(cx: &mut Context, args: &Args) -> Outcome {
    match set_port(cx, args) {
        Outcome::Ok => {}
        refused => return refused,
    }
    let echo = core::mem::replace(&mut cx.profile().echo, true);
    let kept = cx.store_profile();
    cx.profile().echo = echo;
    kept.into()
}

fn read_port(cx: &mut Context, name: &str) -> Outcome {
    let profile = cx.profile();
    let rate = match profile.rate {
        0 => RATE,
        rate => rate,
    };
    let [format, parity] = profile.framing;
    let (data, stop) = match format {
        1 => (8, 3),
        4 => (7, 3),
        5 | 6 => (7, 1),
        _ => (8, 1),
    };
    let parity = if matches!(format, 2 | 5) {
        parity + 1
    } else {
        0
    };
    let flow = if profile.flow == [0, 0] { 0 } else { 3 };
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "{name}:{rate},{data},{stop},{parity},{flow}");
    });
    Outcome::Ok
}
