//! The radio and the network: 27.007 §7 and §8. The network is the host's own;
//! what can be said truly is whether the radio is on.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::Signature;
use crate::modem::Functionality;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;

const FUNCTIONALITY: &[Signature] = &[Signature::of(&[
    Param::choice(
        "fun",
        &[(0, "minimum, no radio"), (1, "full"), (4, "no radio")],
    ),
    Param::choice("rst", &[(0, "without a restart"), (1, "with a restart")]).optional(),
])];
const REPORTS: &[Signature] = &[Signature::of(&[Param::choice(
    "n",
    &[
        (0, "changes are not reported"),
        (1, "changes are reported"),
        (
            2,
            "changes are reported with area and cell, which are made up",
        ),
    ],
)])];
const PIN: Param = Param::text("pin", 4, 8)
    .check(is_pin, "12A4")
    .secret()
    .example("1234");
const PINS: &[Signature] = &[Signature::of(&[PIN, PIN.named("newpin").optional()])];
const ATTACH: &[Signature] = &[Signature::of(&[Param::choice(
    "state",
    &[(0, "detach"), (1, "attach")],
)])];

/// The commands of this family.
pub const COMMANDS: &[Command] = &[
    Command::new("+CFUN", "Switch the radio")
        .details(
            "With 0 or 4 the MQTT link is closed in order and this is reported; later connects \
             fail with code 30 (27.007 §8.2). With a restart the modem starts as after power-on, \
             with its stored data, and sends RDY; then `<fun>` is set.",
        )
        .read(read_functionality)
        .commits()
        .set(FUNCTIONALITY, set_functionality),
    Command::new("+CPIN", "SIM state: always ready")
        .details("No PIN is required, so none is accepted: CME 3 (27.007 §8.3).")
        .test("")
        .read(pin)
        .set(PINS, enter_pin),
    Command::new("+CSQ", "Signal quality")
        .test("+CSQ: (0-31,99),(0-7,99)")
        .execute(signal),
    Command::new("+CREG", "Network registration")
        .read(read_registration::<0>)
        .set(REPORTS, set_registration::<0>),
    Command::new("+CGREG", "GPRS registration")
        .read(read_registration::<1>)
        .set(REPORTS, set_registration::<1>),
    Command::new("+CEREG", "EPS registration")
        .read(read_registration::<2>)
        .set(REPORTS, set_registration::<2>),
    Command::new("+CGATT", "Packet service attachment")
        .details("The network is the machine's own: it cannot be detached from.")
        .read(attachment)
        .set(ATTACH, attach),
];

fn set_functionality(cx: &mut Context, args: &Args) -> Outcome {
    let functionality = match args.int(0) {
        0 => Functionality::Minimum,
        1 => Functionality::Full,
        _ => Functionality::RadioOff,
    };
    if args.flag(1) {
        return cx.restart(functionality);
    }
    cx.set_functionality(functionality)
}

/// What `+CFUN?` shows.
pub(crate) fn read_functionality(cx: &mut Context, _: &Args) -> Outcome {
    cx.text(match cx.functionality() {
        Functionality::Minimum => "+CFUN: 0",
        Functionality::Full => "+CFUN: 1",
        Functionality::RadioOff => "+CFUN: 4",
    });
    Outcome::Ok
}

fn pin(cx: &mut Context, _: &Args) -> Outcome {
    cx.text("+CPIN: READY");
    Outcome::Ok
}

fn is_pin(pin: &str) -> bool {
    pin.bytes().all(|byte| byte.is_ascii_digit())
}

fn enter_pin(_: &mut Context, _: &Args) -> Outcome {
    Outcome::Fail(Fail::NOT_ALLOWED)
}

fn signal(cx: &mut Context, _: &Args) -> Outcome {
    let on = cx.has_network();
    cx.text(if on { "+CSQ: 31,0" } else { "+CSQ: 99,99" });
    Outcome::Ok
}

/// The commands whose reports differ only in their name.
const REGISTRATIONS: [&str; 3] = ["+CREG: ", "+CGREG: ", "+CEREG: "];

fn set_registration<const WHICH: usize>(cx: &mut Context, args: &Args) -> Outcome {
    if let Some(reports) = cx.profile().registration.get_mut(WHICH) {
        *reports = args.int(0) as u8;
    }
    Outcome::Ok
}

fn read_registration<const WHICH: usize>(cx: &mut Context, _: &Args) -> Outcome {
    let reports = cx.profile().registration.get(WHICH).copied();
    let state = if cx.has_network() { ",1" } else { ",0" };
    // Hosts that asked where we are take what comes in its place for it.
    let cell = (cx.has_network() && reports == Some(2)).then(|| cx.identity().cell);
    cx.info(|line: &mut Reply| {
        line.text(REGISTRATIONS.get(WHICH).copied().unwrap_or_default());
        line.number(reports.unwrap_or_default().into());
        line.text(state);
        write_cell(line, cell);
    });
    Outcome::Ok
}

fn write_cell(line: &mut Reply, cell: Option<&str>) {
    if let Some(cell) = cell {
        line.text(",");
        line.text(cell);
    }
}

/// `+CREG: <stat>` and its kin, as a report, with the cell where it was asked for.
pub(crate) fn word(reply: &mut Reply, which: usize, on: bool, cell: Option<&str>) {
    reply.urc(|line| {
        line.text(REGISTRATIONS.get(which).copied().unwrap_or_default());
        line.number(on.into());
        write_cell(line, cell.filter(|_| on));
    });
}

fn attachment(cx: &mut Context, _: &Args) -> Outcome {
    let on = cx.has_network();
    cx.text(if on { "+CGATT: 1" } else { "+CGATT: 0" });
    Outcome::Ok
}

/// To attach to the network, or to activate its context, is to have it: it
/// is the host's own and cannot be left.
pub(super) fn attach(cx: &mut Context, args: &Args) -> Outcome {
    match (args.flag(0), cx.has_network()) {
        (false, _) => Outcome::Fail(Fail::NOT_ALLOWED),
        (true, false) => Outcome::Fail(Fail::NO_SERVICE),
        (true, true) => Outcome::Ok,
    }
}
