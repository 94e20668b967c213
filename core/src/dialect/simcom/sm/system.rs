//! The module itself.

use super::task;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::dialect::simcom::shared::text;
use crate::modem::api::Identity;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Task;

/// The profiles beside the usual one.
pub(super) const SIM7000_MODEL: &str = "sim7000";
pub(super) const SIM7070_MODEL: &str = "sim7070";

/// What a SIM7080 says of itself.
pub(super) const SIM7080: Identity<'static> = Identity {
    manufacturer: "SIMCOM_Ltd",
    model: "SIMCOM_SIM7080G",
    revision: "1951B16SIM7080",
    imei: Some("860000000000000"),
    ..Identity::OWN
};
/// What a SIM7070 says of itself.
pub(super) const SIM7070: Identity<'static> = Identity {
    model: "SIMCOM_SIM7070G",
    revision: "1951B16SIM7070",
    ..SIM7080
};
/// What a SIM7000 says of itself.
pub(super) const SIM7000: Identity<'static> = Identity {
    model: "SIMCOM_SIM7000E",
    revision: "1351B05SIM7000E",
    ..SIM7080
};

pub(super) const COMMANDS: &[Command] = &[
    Command::new("I", "Show the module").set(
        &[Signature::of(&[Param::int("value", 0, 9).optional()])],
        |cx, _| show(cx),
    ),
    Command::new("+SIMCOMATI", "Show the module and its parts").execute(|cx, _| show_parts(cx)),
    Command::new("+CBC", "Show the battery").execute(|cx, _| text(cx, "+CBC: 0,80,3900")),
    Command::new("+CPOWD", "Switch off")
        .details("Nothing is answered then, until the host comes back.")
        .commits()
        .set(
            &[Signature::of(&[Param::choice(
                "n",
                &[(0, "at once"), (1, "in order")],
            )])],
            |cx, _| power_off(cx),
        ),
    Command::new("+CREBOOT", "Restart")
        .commits()
        .execute(|cx, _| cx.restart_at_once()),
];

/// The end of this is all of the answer.
fn power_off(cx: &mut Context) -> Outcome {
    let (command, number) = (task::POWER_OFF, 0);
    Outcome::Finishing(cx.power_off(), Task { command, number })
}

fn show(cx: &mut Context) -> Outcome {
    let shown = match cx.dialect().model {
        SIM7000_MODEL => "SIM7000E R1351",
        SIM7070_MODEL => "SIM7070 R1951.10",
        _ => "SIM7080 R1951.10",
    };
    text(cx, shown)
}

fn show_parts(cx: &mut Context) -> Outcome {
    let Identity { revision, imei, .. } = cx.identity();
    let (branch, name) = match cx.dialect().model {
        SIM7000_MODEL => ("B05V01", "SIM7000E_P1.03_20210823"),
        SIM7070_MODEL => ("B16V01", "SIM7070G_P1.03_20210823"),
        _ => ("B16V01", "SIM7080G_P1.03_20210823"),
    };
    for parts in [
        ["Revision:", revision, "", ""],
        ["CSUB:", branch, "", ""],
        ["APRev:", revision, ",", branch],
        ["QCN:", name, "", ""],
        ["IMEI:", imei.unwrap_or_default(), "", ""],
    ] {
        cx.info(|line| parts.iter().for_each(|part| line.text(part)));
    }
    Outcome::Ok
}
