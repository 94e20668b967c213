//! Commands that all these modules answer alike.

use crate::at::args::Args;
use crate::at::grammar::{Escapes, Grammar, Quotes};
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::commands::{basic, error, ident, network, pick, radio};
use crate::modem::Functionality;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::dialect::Table;

/// A quoted value ends at the next quote; lines are those of V.250.
pub(super) const GRAMMAR: Grammar = Grammar {
    quotes: Quotes {
        escapes: Escapes::None,
        commas: true,
    },
    bare_text: false,
    comments: false,
    lenient: false,
    ..Grammar::V250
};

/// The line.
pub(super) const LINE: Table = Table {
    title: "The line",
    commands: &[
        pick(basic::COMMANDS, "E"),
        pick(basic::COMMANDS, "Q"),
        pick(basic::COMMANDS, "V"),
        pick(basic::COMMANDS, "X"),
        pick(basic::COMMANDS, "&C"),
        pick(basic::COMMANDS, "&D"),
        pick(basic::COMMANDS, "S0"),
        pick(basic::COMMANDS, "S3"),
        pick(basic::COMMANDS, "S4"),
        pick(basic::COMMANDS, "S5"),
        pick(basic::COMMANDS, "S6"),
        pick(basic::COMMANDS, "S7"),
        pick(basic::COMMANDS, "S8"),
        pick(basic::COMMANDS, "S10"),
        pick(basic::COMMANDS, "H"),
        pick(basic::COMMANDS, "L"),
        pick(basic::COMMANDS, "M"),
        pick(basic::COMMANDS, "+FCLASS"),
        pick(error::COMMANDS, "+CMEE"),
        pick(error::COMMANDS, "+CEER"),
        pick(error::COMMANDS, "+CLAC"),
    ],
};

/// Who the module is, but for its revision.
pub(super) const IDENTITY: Table = Table {
    title: "Identity",
    commands: &[
        pick(ident::COMMANDS, "+GMI"),
        pick(ident::COMMANDS, "+GMM"),
        pick(ident::COMMANDS, "+GSN"),
        pick(ident::COMMANDS, "+CGMI"),
        pick(ident::COMMANDS, "+CGMM"),
        pick(ident::COMMANDS, "+CGSN"),
        pick(ident::COMMANDS, "+CIMI"),
        Command::new("+CGMR", "Revision").execute(|cx, _| revision(cx)),
        Command::new("+GMR", "Revision").execute(|cx, _| revision(cx)),
        Command::new("+GCAP", "Capabilities").execute(|cx, _| text(cx, CAPABILITIES)),
        Command::new("+CICCID", "SIM card: the ICCID").execute(|cx, _| card(cx)),
        Command::new("+CCID", "SIM card: the ICCID").execute(|cx, _| card(cx)),
    ],
};

pub(super) const CAPABILITIES: &str = "+GCAP: +CGSM,+FCLASS,+DS";

/// The radio and the network, but for what each family does otherwise.
pub(super) const RADIO: Table = Table {
    title: "Radio",
    commands: &[
        pick(radio::COMMANDS, "+CPIN"),
        pick(radio::COMMANDS, "+CREG"),
        pick(radio::COMMANDS, "+CGREG"),
        pick(radio::COMMANDS, "+CEREG"),
        pick(network::COMMANDS, "+COPS"),
        pick(network::COMMANDS, "+CSCS"),
        pick(network::COMMANDS, "+CPAS"),
        Command::new("+CSQ", "Signal quality")
            .test("+CSQ: (0-31,99),(0-7,99)")
            .execute(signal),
        Command::new("+CGDCONT", "Define a packet context")
            .details("Accepted for compatibility; the network of the machine is used.")
            .read(|cx, _| text(cx, "+CGDCONT: 1,\"IP\",\"\",\"0.0.0.0\",0,0"))
            .set(
                &[Signature::of(&[
                    Param::int("cid", 1, 15),
                    Param::text("PDP_type", 1, 8).optional().example("IP"),
                    Param::text("APN", 0, 100).optional().example("internet"),
                    Param::text("PDP_addr", 0, 64).optional().example("0.0.0.0"),
                    Param::int("d_comp", 0, 4).optional(),
                    Param::int("h_comp", 0, 4).optional(),
                ])],
                ok,
            ),
        Command::new("+CGAUTH", "Set the user of a packet context")
            .details("Accepted for compatibility; the network of the machine is used.")
            .set(
                &[Signature::of(&[
                    Param::int("cid", 1, 15),
                    Param::int("auth_type", 0, 3).optional(),
                    Param::text("passwd", 0, 128)
                        .secret()
                        .optional()
                        .example("secret"),
                    Param::text("user", 0, 128)
                        .secret()
                        .optional()
                        .example("user"),
                ])],
                ok,
            ),
    ],
};

/// What `+CFUN` takes.
pub(super) const FUNCTIONALITY: &[Signature] = &[Signature::of(&[
    Param::choice(
        "fun",
        &[
            (0, "minimum, no radio"),
            (1, "full"),
            (4, "no radio"),
            (6, "restart"),
        ],
    ),
    Param::choice("rst", &[(0, "without a restart"), (1, "with a restart")]).optional(),
])];

/// The radio that `+CFUN` asks for; none where it asks for a restart.
pub(super) fn functionality(args: &Args) -> Option<Functionality> {
    match (args.int(0), args.flag(1)) {
        (6, _) | (_, true) => None,
        (0, _) => Some(Functionality::Minimum),
        (4, _) => Some(Functionality::RadioOff),
        _ => Some(Functionality::Full),
    }
}

const NUMBER: Param = Param::int("value", 0, u32::MAX);
const MORE: Param = NUMBER.optional();
const NUMBERS: &[Signature] = &[Signature::of(&[
    NUMBER, MORE, MORE, MORE, MORE, MORE, MORE, MORE,
])];

/// A setting of numbers that has no effect here.
pub(super) const fn accepted(name: &'static str) -> Command {
    Command::new(name, "A setting that has no effect").set(NUMBERS, ok)
}

/// There is nothing to do.
pub(super) fn ok(_: &mut Context, _: &Args) -> Outcome {
    Outcome::Ok
}

/// A line that is there already.
pub(super) fn text(cx: &mut Context, text: &str) -> Outcome {
    cx.text(text);
    Outcome::Ok
}

/// A name and a text behind it.
pub(super) fn named(cx: &mut Context, name: &str, value: &str) -> Outcome {
    cx.info(|line| {
        line.text(name);
        line.text(value);
    });
    Outcome::Ok
}

fn revision(cx: &mut Context) -> Outcome {
    let revision = cx.identity().revision;
    named(cx, "+CGMR: ", revision)
}

fn card(cx: &mut Context) -> Outcome {
    let card = cx.identity().iccid;
    named(cx, "+ICCID: ", card)
}

fn signal(cx: &mut Context, _: &Args) -> Outcome {
    let on = cx.has_network();
    text(cx, if on { "+CSQ: 27,99" } else { "+CSQ: 99,99" })
}
