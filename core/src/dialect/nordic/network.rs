//! The radio and the network. The network is that of the machine; area and cell are made up.

use super::module::{NUMBERS, text};
use super::state::{key, number, set_number};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::Signature;
use crate::commands::radio;
use crate::modem::Functionality;
use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};

const NUMBER: Param = Param::int("value", 0, u32::MAX).optional();
const TEXT: Param = Param::text("text", 0, 100).optional();
/// Numbers and texts that change nothing.
const TEXTS: &[Signature] = &[
    Signature::of(&[NUMBER, TEXT, TEXT, TEXT, TEXT, NUMBER, NUMBER]),
    Signature::of(&[NUMBER, NUMBER, TEXT, TEXT]),
];
/// Where the module is, and how it sleeps.
const PLACE: &str = ",\"1A2B\",\"01A2B3C4\",7";
const SLEEP: &str = ",,,\"11100000\",\"11100000\"";

/// A setting that changes nothing.
const fn accepted(name: &'static str, summary: &'static str) -> Command {
    Command::new(name, summary).set(NUMBERS, |_, _| Outcome::Ok)
}

/// The same with texts behind a number.
const fn accepted_texts(name: &'static str, summary: &'static str) -> Command {
    Command::new(name, summary).set(TEXTS, |_, _| Outcome::Ok)
}

pub(super) const COMMANDS: &[Command] = &[
    Command::new("+CFUN", "Switch the radio")
        .details("With 0, 4 or 20 the broker is left, which is told.")
        .read(radio::read_functionality)
        .commits()
        .set(
            &[Signature::of(&[Param::choice(
                "fun",
                &[
                    (0, "off"),
                    (1, "on"),
                    (4, "flight mode"),
                    (20, "LTE off"),
                    (21, "LTE on"),
                ],
            )])],
            |cx, args| {
                let wanted = match args.int(0) {
                    0 => Functionality::Minimum,
                    1 | 21 => Functionality::Full,
                    _ => Functionality::RadioOff,
                };
                cx.set_functionality(wanted)
            },
        ),
    Command::new("#XMODEMRESET", "Restart the radio, which is off then")
        .commits()
        .execute(|cx, _| {
            cx.text("#XMODEMRESET: 0");
            cx.set_functionality(Functionality::Minimum)
        }),
    Command::new("+CEREG", "Registration")
        .read(read_registration)
        .set(
            &[Signature::of(&[
                Param::int("n", 0, 5).means("0: no reports, 2 and more: with the place")
            ])],
            set_registration,
        ),
    Command::new("%XMONITOR", "Show what the radio sees").execute(|cx, _| {
        text(
            cx,
            if cx.has_network() {
                "%XMONITOR: 1,\"\",\"\",\"00101\",\"1A2B\",7,3,\"01A2B3C4\",300,1300,50,40,\"\",\
                 \"11100000\",\"11100000\",\"01001001\""
            } else {
                "%XMONITOR: 0"
            },
        )
    }),
    Command::new("+CESQ", "Signal").execute(|cx, _| text(cx, "+CESQ: 99,99,255,255,20,60")),
    Command::new("+CSQ", "Signal, which this module does not have")
        .execute(|cx, _| text(cx, "+CSQ: 25,99")),
    Command::new("+COPS", "Operator")
        .test("+COPS: (2,\"\",\"\",\"00101\",7),,(0-2),(0,2)")
        .read(|cx, _| {
            text(
                cx,
                if cx.has_network() {
                    "+COPS: 0,2,\"00101\",7"
                } else {
                    "+COPS: 0"
                },
            )
        })
        .set(&[Signature::of(&[NUMBER, NUMBER, TEXT, NUMBER])], |_, _| {
            Outcome::Ok
        }),
    Command::new("+CPIN", "SIM state: always ready").read(|cx, _| text(cx, "+CPIN: READY")),
    Command::new("+CGPADDR", "Address")
        .execute(address)
        .set(NUMBERS, address),
    accepted_texts("+CGDCONT", "Define the packet context")
        .read(|cx, _| text(cx, "+CGDCONT: 0,\"IP\",\"internet\",\"10.0.0.2\",0,0")),
    Command::new("+CGATT", "Attachment")
        .read(|cx, _| {
            text(
                cx,
                if cx.has_network() {
                    "+CGATT: 1"
                } else {
                    "+CGATT: 0"
                },
            )
        })
        .set(NUMBERS, |_, _| Outcome::Ok),
    Command::new("+CGACT", "Packet context")
        .read(|cx, _| {
            text(
                cx,
                if cx.has_network() {
                    "+CGACT: 0,1"
                } else {
                    "+CGACT: 0,0"
                },
            )
        })
        .set(NUMBERS, |_, _| Outcome::Ok),
    accepted("+CGEREP", "Report events of packets; there are none"),
    accepted("+CNEC", "Report errors of the network; there are none"),
    accepted(
        "%XTIME",
        "Report the time of the network; it does not change",
    ),
    accepted("%XPDNCFG", "Set what becomes of the packet context"),
    accepted("%XSYSTEMMODE", "Set the systems that are used")
        .read(|cx, _| text(cx, "%XSYSTEMMODE: 1,0,0,0")),
    accepted("%RAI", "Set release assistance").read(|cx, _| text(cx, "%RAI: 0")),
    accepted("%REL14FEAT", "Set features of release 14"),
    accepted_texts("+CPSMS", "Set power saving").read(|cx, _| text(cx, "+CPSMS: 0")),
    accepted_texts("+CEDRXS", "Set eDRX"),
    Command::new("+CEDRXRDP", "Show eDRX").execute(|cx, _| text(cx, "+CEDRXRDP: 0")),
    accepted_texts("%XPTW", "Set the paging window"),
];

fn address(cx: &mut Context, _: &Args) -> Outcome {
    text(
        cx,
        if cx.has_network() {
            "+CGPADDR: 0,\"10.0.0.2\""
        } else {
            "+CGPADDR: 0"
        },
    )
}

fn set_registration(cx: &mut Context, args: &Args) -> Outcome {
    let level = args.int(0);
    cx.profile().registration = [0, 0, level as u8];
    set_number(cx, key::REGISTRATION, level).into()
}

fn read_registration(cx: &mut Context, _: &Args) -> Outcome {
    let (on, level) = (cx.has_network(), number(cx.staged(), key::REGISTRATION));
    let level = level.unwrap_or(0);
    cx.info(|line| {
        line.text("+CEREG: ");
        line.number(level);
        line.text(if on { ",1" } else { ",0" });
        if on && level > 1 {
            line.text(PLACE);
        }
    });
    Outcome::Ok
}

/// The network is looked for, and found.
pub(super) fn word_registration(of: Staged<'_>, on: bool, reply: &mut Reply) {
    if !on {
        return reply.urc(|line| line.text("+CEREG: 0"));
    }
    let level = number(of, key::REGISTRATION).unwrap_or(0);
    reply.urc(|line| line.text("+CEREG: 2"));
    reply.urc(|line| {
        line.text("+CEREG: 1");
        if level > 1 {
            line.text(PLACE);
        }
        if level > 3 {
            line.text(SLEEP);
        }
    });
}
