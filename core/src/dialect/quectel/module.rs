//! The module itself: who it is, how much of it is on, and settings that are only read back.

use super::connection::started;
use super::model::Model;
use super::state::{key, use_module};
use super::{packet, task};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::buffer::Buf;
use crate::commands::radio;
use crate::modem::Functionality;
use crate::modem::api::Identity;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;
use core::fmt::Write;
use core::time::Duration;

/// How long the module takes to switch itself off.
const POWER_OFF: Duration = Duration::from_secs(1);

const ANY: Param = Param::bytes("value", 0, 64).optional().example("1");

pub(super) const COMMANDS: &[Command] = &[
    Command::new("I", "Show the maker, the model and the revision").set(
        &[Signature::of(&[Param::int("value", 0, 9).optional()])],
        identify,
    ),
    Command::new("+QGMR", "Revision with that of the application").execute(revision),
    Command::new("+QCCID", "SIM card: the ICCID")
        .execute(|cx, _| card(cx, "+QCCID: "))
        .read(|cx, _| card(cx, "+QCCID: ")),
    Command::new("+CCID", "SIM card: the ICCID")
        .execute(|cx, _| card(cx, "+CCID: "))
        .read(|cx, _| card(cx, "+CCID: ")),
    Command::new("+QINISTAT", "How far the module has started").execute(start_state),
    Command::new("+CFUN", "Switch the radio")
        .details("With 0 or 4 every link is lost. With a restart the banner comes.")
        .test("+CFUN: (0,1,4),(0,1)")
        .read(radio::read_functionality)
        .commits()
        .set(
            &[Signature::of(&[
                Param::choice("fun", &[(0, "no radio"), (1, "full"), (4, "no radio")]),
                Param::choice("rst", &[(0, "no restart"), (1, "restart")]).optional(),
            ])],
            set_functionality,
        ),
    Command::new("+QPOWD", "Switch off")
        .details(
            "The links are closed in order, then comes `POWERED DOWN`. The module answers again \
             when the host raises DTR or opens the port.",
        )
        .test("+QPOWD: (0,1)")
        .commits()
        .execute(power_off)
        .set(
            &[Signature::of(&[Param::int("n", 0, 1).optional()])],
            power_off,
        ),
    Command::new("+QCFG", "A setting that is only read back")
        .test("")
        .set(
            &[Signature::of(&[
                Param::text("name", 1, 32).example("nwscanmode"),
                ANY,
                ANY,
                ANY,
                ANY,
                ANY,
                ANY,
            ])],
            |cx, args| remember(cx, args, "+QCFG: "),
        )
        .examples(&[Example {
            line: "AT+QCFG=\"nwscanmode\"",
            answer: &["+QCFG: \"nwscanmode\",0", "OK"],
        }]),
    Command::new(
        "+QURCCFG",
        "Which port has the unsolicited results; only read back",
    )
    .test("+QURCCFG: \"urcport\",(\"usbat\",\"usbmodem\",\"uart1\",\"all\")")
    .set(
        &[Signature::of(&[
            Param::text("name", 7, 7)
                .check(|name| name.eq_ignore_ascii_case("urcport"), "nothing")
                .example("urcport"),
            Param::text("port", 3, 8)
                .check(is_port, "nosuch")
                .optional()
                .example("uart1"),
        ])],
        |cx, args| remember(cx, args, "+QURCCFG: "),
    ),
    accepted("+QSCLK"),
    accepted("+CPSMS"),
    accepted("+CEDRXS"),
    accepted("+QPSMS"),
    accepted("+QPSMSCFG"),
    accepted("+QPSMSEXTCFG"),
    accepted("+CTZU"),
    accepted("+CTZR"),
];

const ANYTHING: &[Signature] = &[Signature::of(&[ANY, ANY, ANY, ANY, ANY, ANY])];

/// A command that has no effect.
const fn accepted(name: &'static str) -> Command {
    Command::new(name, "Accepted for compatibility")
        .test("")
        .execute(|_, _| Outcome::Ok)
        .set(ANYTHING, |_, _| Outcome::Ok)
}

fn is_port(name: &str) -> bool {
    let known = ["usbat", "usbmodem", "uart1", "all"];
    known.iter().any(|it| it.eq_ignore_ascii_case(name))
}

fn identify(cx: &mut Context, _: &Args) -> Outcome {
    let Identity {
        manufacturer,
        model,
        revision,
        ..
    } = cx.identity();
    cx.text(manufacturer);
    cx.text(model);
    cx.info(|line| {
        line.text("Revision: ");
        line.text(revision);
    });
    Outcome::Ok
}

fn revision(cx: &mut Context, _: &Args) -> Outcome {
    let revision = cx.identity().revision;
    let build = match Model::of(cx) {
        Model::Bg95 => "01.008.01.008",
        _ => "01.003.01.003",
    };
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "{revision}_{build}");
    });
    Outcome::Ok
}

/// Twenty characters: what is missing is an `F`.
fn card(cx: &mut Context, name: &str) -> Outcome {
    let iccid = cx.identity().iccid;
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "{name}{iccid:F<20}");
    });
    Outcome::Ok
}

fn start_state(cx: &mut Context, _: &Args) -> Outcome {
    cx.text(match Model::of(cx) {
        Model::Bg95 => "+QINISTAT: 3",
        _ => "+QINISTAT: 7",
    });
    Outcome::Ok
}

fn set_functionality(cx: &mut Context, args: &Args) -> Outcome {
    let functionality = match args.int(0) {
        0 => Functionality::Minimum,
        1 => Functionality::Full,
        _ => Functionality::RadioOff,
    };
    if args.flag(1) {
        return cx.restart(functionality);
    }
    if functionality == Functionality::Full {
        return cx.set_functionality(functionality);
    }
    let lost = packet::lose_all(cx);
    let switched = cx.set_functionality(functionality);
    match lost {
        0 => switched,
        lost => Outcome::Started(Wait::AllClosed, started(task::LOSE_NETWORK, lost)),
    }
}

fn power_off(cx: &mut Context, _: &Args) -> Outcome {
    cx.report_after(POWER_OFF);
    Outcome::Started(cx.power_off(), started(task::POWER_OFF, 0))
}

/// What stands before each setting that is kept: bytes of its name and of its values.
const HEADER: usize = 2;
/// Bytes of all of them.
const MOST: usize = 1024;

/// Reads a setting, or keeps its values.
fn remember(cx: &mut Context, args: &Args, command: &str) -> Outcome {
    use_module(cx);
    if args.has(1) {
        return keep(cx, args).map_err(|_| Fail::Plain).into();
    }
    let name = args.text(0);
    cx.write_staged(|staged, reply| {
        let kept = staged.get(key::REMEMBERED).unwrap_or_default();
        let mut own = entries(kept).filter(|(it, _)| it.eq_ignore_ascii_case(name.as_bytes()));
        let usual: &[u8] = match command {
            "+QURCCFG: " => b"\"uart1\"",
            _ => b"0",
        };
        let (_, values) = own.next().unwrap_or((&[], usual));
        reply.info(|line| {
            line.text(command);
            line.text("\"");
            line.text(name);
            line.text("\",");
            line.bytes(values);
        });
    });
    Outcome::Ok
}

/// Name and values of each setting.
fn entries(kept: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = kept;
    core::iter::from_fn(move || {
        let (&[name, values], behind) = rest.split_first_chunk::<HEADER>()?;
        let (name, behind) = behind.split_at_checked(name.into())?;
        let (values, behind) = behind.split_at_checked(values.into())?;
        rest = behind;
        Some((name, values))
    })
}

fn keep(cx: &mut Context, args: &Args) -> Result<(), Fail> {
    let (mut all, mut own) = ([0; MOST], [0; 255]);
    let (mut all, mut own) = (Buf::lent(&mut all), Buf::lent(&mut own));
    write_values(&mut own, args)?;
    let kept = cx.staged().get(key::REMEMBERED).unwrap_or_default();
    let others = entries(kept).filter(|(name, _)| !name.eq_ignore_ascii_case(args.bytes(0)));
    for (name, values) in others.chain([(args.bytes(0), own.as_slice())]) {
        all.extend(&[name.len() as u8, values.len() as u8])?;
        all.extend(name)?;
        all.extend(values)?;
    }
    cx.stage(key::REMEMBERED, all.as_slice())
}

/// The values as they were given.
fn write_values(own: &mut Buf, args: &Args) -> Result<(), Fail> {
    for place in 1..8 {
        if !args.has(place) {
            continue;
        }
        let quote: &[u8] = if args.is_quoted(place) { b"\"" } else { b"" };
        let comma: &[u8] = if place > 1 { b"," } else { b"" };
        for part in [comma, quote, args.bytes(place), quote] {
            own.extend(part)?;
        }
    }
    Ok(())
}
