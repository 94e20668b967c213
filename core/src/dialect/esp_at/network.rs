//! Addresses. Sockets are not this modem's: their commands are unknown.

use super::system::text;
use super::{join, remembered};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use core::net::IpAddr;

const MAC: &str = "aa:bb:cc:dd:ee:ff";

pub(super) const COMMANDS: &[Command] = &[
    Command::new("+CIPSTAMAC", "Show the address of the station")
        .read(|cx, _| text(cx, "+CIPSTAMAC:\"aa:bb:cc:dd:ee:ff\"")),
    Command::new("+CIPSTA", "Show the IP addresses").read(read_addresses),
    Command::new("+CIFSR", "Show the addresses").execute(list_addresses),
    Command::new("+CIPSTATUS", "Show whether there is a network").execute(|cx, _| status(cx)),
    Command::new("+CIPSTATE", "List the sockets; there are none").read(|_, _| Outcome::Ok),
    // A host asks for it to learn whether there is TLS.
    Command::new("+CIPSSLCCONF", "Show how sockets use TLS: not at all")
        .read(|cx, _| text(cx, "+CIPSSLCCONF:0,0,0,0")),
    remembered::command::<12>(),
    remembered::command::<13>(),
    remembered::command::<14>(),
    remembered::command::<15>(),
    remembered::command::<16>(),
    remembered::command::<19>(),
    Command::new("+CIPDOMAIN", "Find the address of a name")
        .details("An address is its own; no name is known here.")
        .set(
            &[Signature::of(&[
                Param::text("name", 1, 253).example("192.168.1.1"),
                Param::int("network", 1, 3).optional(),
            ])],
            find,
        ),
    Command::new("+PING", "Ask a host for an answer; none is sent").set(
        &[Signature::of(&[
            Param::text("host", 1, 253).example("broker.example")
        ])],
        ping,
    ),
];

fn address(cx: &Context) -> &'static str {
    if join::is_joined(cx) {
        "192.168.1.50"
    } else {
        "0.0.0.0"
    }
}

fn read_addresses(cx: &mut Context, _: &Args) -> Outcome {
    let ip = address(cx);
    for (name, value) in [
        ("ip", ip),
        ("gateway", "192.168.1.1"),
        ("netmask", "255.255.255.0"),
    ] {
        cx.info(|line| {
            for text in ["+CIPSTA:", name, ":\"", value, "\""] {
                line.text(text);
            }
        });
    }
    Outcome::Ok
}

fn list_addresses(cx: &mut Context, _: &Args) -> Outcome {
    let ip = address(cx);
    let mode = join::mode(cx);
    let of_station = [("STAIP", ip), ("STAMAC", MAC)];
    let of_point = [("APIP", "192.168.4.1"), ("APMAC", MAC)];
    let station = of_station.iter().filter(|_| mode & 1 != 0);
    let point = of_point.iter().filter(|_| mode & 2 != 0);
    for (name, value) in point.chain(station) {
        cx.info(|line| {
            for text in ["+CIFSR:", name, ",\"", value, "\""] {
                line.text(text);
            }
        });
    }
    Outcome::Ok
}

fn status(cx: &mut Context) -> Outcome {
    let joined = join::is_joined(cx);
    text(cx, if joined { "STATUS:2" } else { "STATUS:5" })
}

/// Names are looked up outside, as a part of connecting.
fn find(cx: &mut Context, args: &Args) -> Outcome {
    let name = args.text(0);
    if !join::is_joined(cx) || name.parse::<IpAddr>().is_err() {
        return Outcome::Fail(Fail::Plain);
    }
    cx.info(|line| {
        for text in ["+CIPDOMAIN:\"", name, "\""] {
            line.text(text);
        }
    });
    Outcome::Ok
}

/// The modem sends no ping.
fn ping(cx: &mut Context, _: &Args) -> Outcome {
    cx.text("+PING:TIMEOUT");
    Outcome::Fail(Fail::Plain)
}
