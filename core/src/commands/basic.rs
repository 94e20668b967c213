//! The line and the profile: V.250 §5.8 and §6.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::profile::{S3, S4, S5};

const OFF_ON: &[(u32, &str)] = &[(0, "off"), (1, "on")];

/// The one parameter of a basic command; left out it is 0 (V.250 §5.3.1).
const fn value(choices: &'static [(u32, &'static str)]) -> Param {
    Param::choice("value", choices).optional()
}

const ECHO: &[Signature] = &[Signature::of(&[value(OFF_ON)])];
const QUIET: &[Signature] = &[Signature::of(&[value(&[
    (0, "result codes are sent"),
    (1, "result codes are not sent"),
])])];
const VERBOSE: &[Signature] = &[Signature::of(&[value(&[
    (0, "result codes as numbers"),
    (1, "result codes as words"),
])])];
const PROGRESS: &[Signature] = &[Signature::of(&[Param::int("value", 0, 4).optional()])];
const DCD: &[Signature] = &[Signature::of(&[value(&[
    (0, "DCD is always on"),
    (1, "DCD follows the MQTT connection"),
])])];
const DTR: &[Signature] = &[Signature::of(&[value(&[
    (0, "DTR is ignored"),
    (1, "DTR off returns to command state"),
    (2, "DTR off disconnects"),
])])];
const INFORMATION: &[Signature] = &[Signature::of(&[Param::int("value", 0, 9).optional()])];
const HANG_UP: &[Signature] = &[Signature::of(&[value(&[(0, "hang up")])])];
const SPEAKER: &[Signature] = &[Signature::of(&[Param::int("value", 0, 3).optional()])];
const CHARACTER: &[Signature] = &[Signature::of(&[Param::int("value", 0, 127)])];
const BYTE: &[Signature] = &[Signature::of(&[Param::int("value", 0, 255)])];
const FCLASS_0: &[Signature] = &[Signature::of(&[Param::choice("class", &[(0, "data")])])];

/// `E` alone, for command sets without the others.
pub const ECHO_COMMAND: Command = Command::new("E", "Echo what the host types")
    .details(
        "With echo a person is taken to type: S5 and DEL delete in quotes too. Without it every \
         byte in quotes is data, but CR and LF where the value may hold no line breaks.",
    )
    .set(ECHO, echo);

/// `I` alone.
pub const INFORMATION_COMMAND: Command =
    Command::new("I", "Show the model and its revision").set(INFORMATION, information);

/// The commands of this family.
pub const COMMANDS: &[Command] = &[
    ECHO_COMMAND,
    Command::new("Q", "Suppress result codes")
        .details("Information text and unsolicited result codes still come.")
        .set(QUIET, quiet),
    Command::new("V", "Result codes as words or numbers").set(VERBOSE, verbose),
    Command::new("X", "Progress result codes")
        .details("Accepted for the host's sake; there is no call whose progress could be told.")
        .set(PROGRESS, progress),
    Command::new("&C", "What DCD means").set(DCD, dcd),
    Command::new("&D", "What DTR means").set(DTR, dtr),
    INFORMATION_COMMAND,
    Command::new("S0", "Rings before answering; there are no calls")
        .read(read::<0>)
        .set(BYTE, set::<0>),
    Command::new("S3", "Line termination character (13, CR)")
        .read(read::<S3>)
        .set(CHARACTER, set::<S3>),
    Command::new("S4", "Response formatting character (10, LF)")
        .read(read::<S4>)
        .set(CHARACTER, set::<S4>),
    Command::new("S5", "Line editing character (8, BS)")
        .read(read::<S5>)
        .set(CHARACTER, set::<S5>),
    Command::new("S6", "Pause before dialling; there are no calls")
        .read(read::<6>)
        .set(BYTE, set::<6>),
    Command::new("S7", "Wait for a carrier; there are no calls")
        .read(read::<7>)
        .set(BYTE, set::<7>),
    Command::new("S8", "Pause for a comma; there are no calls")
        .read(read::<8>)
        .set(BYTE, set::<8>),
    Command::new("S10", "Delay before hanging up; there are no calls")
        .read(read::<10>)
        .set(BYTE, set::<10>),
    Command::new("S12", "Guard time of the escape sequence, in 1/50 s")
        .read(read::<12>)
        .set(BYTE, set::<12>),
    Command::new("H", "Hang up; there are no calls")
        .details("OK, since there is nothing to hang up. The MQTT connection stays.")
        .set(HANG_UP, accept),
    Command::new("L", "Loudness of the speaker; there is none").set(SPEAKER, accept),
    Command::new("M", "When the speaker is on; there is none").set(SPEAKER, accept),
    Command::new("+FCLASS", "Service class: data only")
        .test("0")
        .read(read_class)
        .set(FCLASS_0, accept),
];

fn echo(cx: &mut Context, args: &Args) -> Outcome {
    cx.profile().echo = args.flag(0);
    Outcome::Ok
}

fn quiet(cx: &mut Context, args: &Args) -> Outcome {
    cx.profile().quiet = args.flag(0);
    Outcome::Ok
}

fn verbose(cx: &mut Context, args: &Args) -> Outcome {
    cx.profile().verbose = args.flag(0);
    Outcome::Ok
}

fn progress(cx: &mut Context, args: &Args) -> Outcome {
    cx.profile().progress = args.int(0) as u8;
    Outcome::Ok
}

fn dcd(cx: &mut Context, args: &Args) -> Outcome {
    cx.profile().dcd = args.int(0) as u8;
    Outcome::Ok
}

fn dtr(cx: &mut Context, args: &Args) -> Outcome {
    cx.profile().dtr = args.int(0) as u8;
    Outcome::Ok
}

fn information(cx: &mut Context, _: &Args) -> Outcome {
    let identity = cx.identity();
    cx.text(identity.manufacturer);
    cx.text(identity.model);
    cx.text(identity.revision);
    Outcome::Ok
}

fn set<const N: usize>(cx: &mut Context, args: &Args) -> Outcome {
    if let Some(register) = cx.profile().registers.get_mut(N) {
        *register = args.int(0) as u8;
    }
    Outcome::Ok
}

/// Three digits, as V.250 §5.3.2 has it.
fn read<const N: usize>(cx: &mut Context, _: &Args) -> Outcome {
    let value = cx.profile().register(N);
    cx.info(|line| line.bytes(&[value / 100, value / 10 % 10, value % 10].map(|n| b'0' + n)));
    Outcome::Ok
}

fn read_class(cx: &mut Context, _: &Args) -> Outcome {
    cx.text("0");
    Outcome::Ok
}

/// There is nothing to do.
fn accept(_: &mut Context, _: &Args) -> Outcome {
    Outcome::Ok
}
