//! The module itself.

use super::network::is_available;
use super::task;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::dialect::simcom::shared::{CAPABILITIES, accepted, ok, text};
use crate::modem::api::Identity;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Task;
use crate::modem::fail::Fail;
use core::net::Ipv4Addr;

/// The profile of the SIM7600.
pub(super) const SIM7600_MODEL: &str = "sim7600";

/// What an A7670 says of itself.
pub(super) const A7670: Identity<'static> = Identity {
    manufacturer: "SIMCOM INCORPORATED",
    model: "A7670E-FASE",
    revision: "A110B01A7670M7_F",
    imei: Some("860000000000000"),
    ..Identity::OWN
};
/// What a SIM7600 says of itself.
pub(super) const SIM7600: Identity<'static> = Identity {
    model: "SIM7600E-H",
    revision: "LE20B04SIM7600M22",
    ..A7670
};

const HOST: Param = Param::text("host", 1, 253).example("broker.example");

pub(super) const COMMANDS: &[Command] = &[
    Command::new("I", "Show the module").set(
        &[Signature::of(&[Param::int("value", 0, 9).optional()])],
        |cx, _| show(cx),
    ),
    Command::new("+SIMCOMATI", "Show the module").execute(|cx, _| show(cx)),
    Command::new("+CPSI", "Show the network")
        .read(|cx, _| show_network(cx))
        .set(&[Signature::of(&[Param::int("time", 0, 255)])], ok),
    Command::new("+CRESET", "Restart")
        .commits()
        .execute(|cx, _| cx.restart_at_once()),
    Command::new("+CPOF", "Switch off")
        .details("Nothing is answered then, until the host comes back.")
        .commits()
        .execute(|cx, _| power_off(cx)),
    Command::new("+CNTP", "Set the clock by the network")
        .details("The clock is that of the machine.")
        .execute(|_, _| task::reported(task::SET_TIME, 0))
        .set(
            &[Signature::of(&[
                HOST,
                Param::int("timezone", 0, 96).optional(),
            ])],
            ok,
        )
        .examples(&[Example {
            line: "AT+CNTP",
            answer: &["OK", "+CNTP: 0"],
        }]),
    Command::new("+CDNSGIP", "Show the address of a host")
        .details(
            "Every host has the same, made up: the machine resolves names itself. An address is \
             its own; a name that no host can have is not found.",
        )
        .set(&[Signature::of(&[HOST])], |cx, args| {
            resolve(cx, args.text(0))
        }),
    accepted("+CSCLK"),
    accepted("+CATR"),
    accepted("+CGEREP"),
    accepted("+CNMP"),
    accepted("+CIPRXGET"),
    accepted("+CIPMODE"),
    accepted("+CIPSENDMODE"),
    accepted("+CIPCCFG"),
    accepted("+CIPTIMEOUT"),
    accepted("+CIPMUX"),
];

/// The end of this is not told.
fn power_off(cx: &mut Context) -> Outcome {
    let (command, number) = (task::POWER_OFF, 0);
    Outcome::Started(cx.power_off(), Task { command, number })
}

fn show(cx: &mut Context) -> Outcome {
    let Identity {
        manufacturer,
        model,
        revision,
        imei,
        ..
    } = cx.identity();
    for (name, value) in [
        ("Manufacturer: ", manufacturer),
        ("Model: ", model),
        ("Revision: ", revision),
        ("IMEI: ", imei.unwrap_or_default()),
        ("", CAPABILITIES),
    ] {
        cx.info(|line| {
            line.text(name);
            line.text(value);
        });
    }
    Outcome::Ok
}

fn show_network(cx: &mut Context) -> Outcome {
    let available = is_available(cx);
    text(
        cx,
        if available {
            "+CPSI: LTE,Online,001-01,0x1A2B,27447553,303,EUTRAN-BAND3,1300,5,0,-94,-850,-545,15"
        } else {
            "+CPSI: NO SERVICE,Online"
        },
    )
}

/// Whether a host may have this name: letters, digits and hyphens between dots, and not in the
/// domain in which there is none (RFC 6761 §6.4).
fn may_exist(host: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(is_letter);
    let last = host.rsplit('.').next().unwrap_or_default();
    host.split('.').all(is_label) && !last.eq_ignore_ascii_case("invalid")
}

fn resolve(cx: &mut Context, host: &str) -> Outcome {
    if !is_available(cx) || !may_exist(host) {
        cx.text("+CDNSGIP: 0,10");
        return Outcome::Fail(Fail::Plain);
    }
    let is_address = host.parse::<Ipv4Addr>().is_ok();
    let address = if is_address { host } else { "10.1.2.3" };
    cx.info(|line| {
        for text in ["+CDNSGIP: 1,\"", host, "\",\"", address, "\""] {
            line.text(text);
        }
    });
    Outcome::Ok
}
