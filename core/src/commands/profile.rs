//! The stored profile: V.250 §6.1.1–6.1.2, and `&W` and `&V` as modems have them.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::Signature;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::profile::Profile;

const ONLY: &[Signature] = &[Signature::of(&[Param::choice(
    "value",
    &[(0, "the only profile")],
)
.optional()])];

/// The commands of this family.
pub const COMMANDS: &[Command] = &[
    Command::new("Z", "Reset to the stored profile")
        .details("The rest of the line is executed with it.")
        .set(ONLY, reset),
    Command::new("&F", "Set the profile to its factory values").set(ONLY, factory),
    Command::new("&W", "Store the profile")
        .details("OK means that it is stored; the modem starts with it.")
        .commits()
        .set(ONLY, keep),
    Command::new("&V", "Show the profile").set(ONLY, view),
];

fn reset(cx: &mut Context, _: &Args) -> Outcome {
    let kept = cx.stored_profile();
    cx.set_profile(kept);
    cx.forget_read();
    cx.select_first_link();
    Outcome::Ok
}

fn factory(cx: &mut Context, _: &Args) -> Outcome {
    let factory = cx.factory_profile();
    cx.set_profile(factory);
    cx.select_first_link();
    Outcome::Ok
}

fn keep(cx: &mut Context, _: &Args) -> Outcome {
    cx.store_profile().into()
}

fn view(cx: &mut Context, _: &Args) -> Outcome {
    let profile = *cx.profile();
    cx.text("ACTIVE PROFILE:");
    cx.info(|line| write(line, &profile));
    cx.info(|line| write_registers(line, &profile));
    Outcome::Ok
}

fn write(line: &mut Reply, profile: &Profile) {
    for (name, value) in [
        ("E", u8::from(profile.echo)),
        (" Q", profile.quiet.into()),
        (" V", profile.verbose.into()),
        (" X", profile.progress),
        (" &C", profile.dcd),
        (" &D", profile.dtr),
        (" +CMEE=", profile.cmee),
    ] {
        line.text(name);
        line.number(value.into());
    }
    line.text(" +IPR=");
    line.number(profile.rate);
}

fn write_registers(line: &mut Reply, profile: &Profile) {
    for (at, index) in [0, 3, 4, 5, 6, 7, 8, 10, 12].into_iter().enumerate() {
        line.text(if at > 0 { " S" } else { "S" });
        line.number(index as u32);
        line.text("=");
        line.number(profile.register(index).into());
    }
}
