//! The radio and the network. The network is that of the machine.

use super::connection::close;
use super::module::{NUMBERS, restart};
use super::state::{key, set_flag, task};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::commands::{network, pick, radio};
use crate::modem::Functionality;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Task;
use crate::modem::wait::Wait;

const NUMBER: Param = Param::int("value", 0, u32::MAX).optional();
const TEXT: Param = Param::text("text", 0, 100).optional();

pub(super) const COMMANDS: &[Command] = &[
    Command::new("+CFUN", "Switch the radio, or restart")
        .read(radio::read_functionality)
        .commits()
        .set(
            &[Signature::of(&[
                Param::choice("fun", &[(0, "off"), (1, "on"), (4, "flight mode")]),
                Param::choice("rst", &[(0, "no restart"), (1, "restart")]).optional(),
            ])],
            switch,
        ),
    pick(radio::COMMANDS, "+CPIN"),
    pick(radio::COMMANDS, "+CREG"),
    pick(radio::COMMANDS, "+CGREG"),
    pick(radio::COMMANDS, "+CEREG"),
    pick(radio::COMMANDS, "+CGATT"),
    Command::new("+CSQ", "Signal").execute(|cx, _| {
        let on = cx.has_network();
        text(cx, if on { "+CSQ: 28,0" } else { "+CSQ: 99,99" })
    }),
    Command::new("+CESQ", "Signal").execute(|cx, _| text(cx, "+CESQ: 99,99,255,255,20,50")),
    Command::new("+CGDCONT", "Packet context")
        .read(|cx, _| text(cx, "+CGDCONT: 1,\"IPV4V6\",\"cmnet\",\"10.8.1.2\",0,0,,,,"))
        .set(
            &[Signature::of(&[NUMBER, TEXT, TEXT, TEXT, NUMBER, NUMBER])],
            |_, _| Outcome::Ok,
        ),
    pick(network::COMMANDS, "+CGACT"),
    Command::new("+CGPADDR", "Address")
        .execute(|cx, _| text(cx, "+CGPADDR: 1,\"10.8.1.2\""))
        .set(NUMBERS, |cx, _| text(cx, "+CGPADDR: 1,\"10.8.1.2\"")),
    Command::new("+COPS", "Operator")
        .read(|cx, _| text(cx, "+COPS: 0,2,\"46000\",7"))
        .set(&[Signature::of(&[NUMBER, NUMBER, TEXT, NUMBER])], |_, _| {
            Outcome::Ok
        }),
    Command::new("+CSTT", "Set the access point")
        .execute(|_, _| Outcome::Ok)
        .set(&[Signature::of(&[TEXT, TEXT, TEXT.secret()])], |_, _| {
            Outcome::Ok
        }),
    Command::new("+CIICR", "Bring the network up").execute(|_, _| Outcome::Ok),
    Command::new("+CIFSR", "Show the address, without OK").execute(|cx, _| {
        cx.text("10.8.1.2");
        Outcome::Silent
    }),
    Command::new("+CIPSHUT", "Close the link; `SHUT OK` in place of OK")
        .commits()
        .execute(|cx, _| {
            // There may be none.
            let _ = close(cx);
            cx.text("SHUT OK");
            Outcome::Silent
        }),
    Command::new("+CIPMUX", "Say which link an event is of")
        .read(|cx, _| {
            let on = cx.staged().get(key::NUMBERS).is_some();
            text(cx, if on { "+CIPMUX: 1" } else { "+CIPMUX: 0" })
        })
        .set(&[Signature::of(&[Param::int("n", 0, 1)])], |cx, args| {
            set_flag(cx, key::NUMBERS, args.flag(0)).into()
        }),
    Command::new("+CIPSTATUS", "Show the state of the network").execute(|cx, _| {
        let task = Task {
            command: task::STATUS,
            number: 0,
        };
        Outcome::Started(Wait::Stored(cx.link()), task)
    }),
    Command::new("+SAPBR", "Bearer of the network").set(
        &[Signature::of(&[
            Param::int("command", 0, 4),
            Param::int("cid", 1, 1),
            TEXT,
            // One of them is the password of the access point.
            TEXT.secret(),
        ])],
        bearer,
    ),
    Command::new("+CDNSGIP", "Ask for the address of a name")
        .details("It is made up.")
        .set(
            &[Signature::of(&[
                Param::text("name", 1, 253).example("broker.example")
            ])],
            resolve,
        ),
];

fn text(cx: &mut Context, text: &str) -> Outcome {
    cx.text(text);
    Outcome::Ok
}

/// A link that the radio takes down does not come back with it.
fn switch(cx: &mut Context, args: &Args) -> Outcome {
    let wanted = match args.int(0) {
        0 => Functionality::Minimum,
        1 => Functionality::Full,
        _ => Functionality::RadioOff,
    };
    if args.flag(1) {
        return restart(cx, wanted);
    }
    cx.set_functionality(wanted)
}

fn bearer(cx: &mut Context, args: &Args) -> Outcome {
    if args.int(0) == 2 {
        cx.text("+SAPBR: 1,1,10.8.1.2");
    }
    Outcome::Ok
}

/// The answer follows in the same frame.
fn resolve(cx: &mut Context, args: &Args) -> Outcome {
    cx.write(|reply| {
        reply.unframed(|line| line.text("\r\nOK\r\n"));
        reply.urc(|line| {
            line.text("+CDNSGIP: 1,\"");
            line.text(args.text(0));
            line.text("\",\"10.8.1.1\"");
        });
    });
    Outcome::Silent
}
