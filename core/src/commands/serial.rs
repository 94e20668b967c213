//! The serial line: V.250 §6.2. The port's owner is asked to follow; a port
//! without such a line ignores it.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::Signature;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};

const RATES: &[(u32, &str)] = &[
    (0, "as it is"),
    (1200, "bit/s"),
    (2400, "bit/s"),
    (4800, "bit/s"),
    (9600, "bit/s"),
    (19_200, "bit/s"),
    (38_400, "bit/s"),
    (57_600, "bit/s"),
    (115_200, "bit/s"),
    (230_400, "bit/s"),
    (460_800, "bit/s"),
    (921_600, "bit/s"),
];
const RATE: &[Signature] = &[Signature::of(&[Param::choice("rate", RATES)])];
const FRAMING: &[Signature] = &[
    Signature::of(&[
        Param::choice(
            "format",
            &[
                (1, "8 data 2 stop"),
                (3, "8 data 1 stop"),
                (4, "7 data 2 stop"),
                (6, "7 data 1 stop"),
            ],
        ),
        Param::int("parity", 0, 3)
            .optional()
            .means("no effect: the format has no parity"),
    ]),
    Signature::of(&[
        Param::choice(
            "format",
            &[(2, "8 data 1 parity 1 stop"), (5, "7 data 1 parity 1 stop")],
        ),
        Param::choice("parity", &[(0, "odd"), (1, "even")]).optional(),
    ]),
];
const FLOW: &[(u32, &str)] = &[(0, "none"), (1, "XON/XOFF"), (2, "RTS/CTS")];
const FLOW_CONTROL: &[Signature] = &[Signature::of(&[
    Param::choice("dce_by_dte", FLOW),
    Param::choice("dte_by_dce", FLOW).optional(),
])];

/// The commands of this family.
pub const COMMANDS: &[Command] = &[
    Command::new("+IPR", "Speed of the port")
        .details(
            "Answered at the old speed; the speed changes when the answer has been sent (V.250 \
             §6.2.10).",
        )
        .read(read_rate)
        .set(RATE, set_rate),
    Command::new("+ICF", "Data, parity and stop bits of the port")
        .details("Parity applies to the formats that have it (V.250 §6.2.11).")
        .test("+ICF: (1-6),(0-3)")
        .read(read_framing)
        .set(FRAMING, set_framing),
    Command::new("+IFC", "Flow control of the port")
        .details("One value sets both directions (V.250 §6.2.12).")
        .read(read_flow)
        .set(FLOW_CONTROL, set_flow),
];

fn set_rate(cx: &mut Context, args: &Args) -> Outcome {
    cx.profile().rate = args.int(0);
    cx.change_port();
    Outcome::Ok
}

fn read_rate(cx: &mut Context, _: &Args) -> Outcome {
    let rate = cx.profile().rate;
    cx.info(|line| {
        line.text("+IPR: ");
        line.number(rate);
    });
    Outcome::Ok
}

fn set_framing(cx: &mut Context, args: &Args) -> Outcome {
    cx.profile().framing = [args.int(0) as u8, args.int(1) as u8];
    cx.change_port();
    Outcome::Ok
}

fn read_framing(cx: &mut Context, _: &Args) -> Outcome {
    let framing = cx.profile().framing;
    cx.info(|line| pair(line, "+ICF: ", framing));
    Outcome::Ok
}

fn set_flow(cx: &mut Context, args: &Args) -> Outcome {
    let of_modem = args.int(0) as u8;
    let of_host = if args.has(1) {
        args.int(1) as u8
    } else {
        of_modem
    };
    cx.profile().flow = [of_modem, of_host];
    cx.change_port();
    Outcome::Ok
}

fn read_flow(cx: &mut Context, _: &Args) -> Outcome {
    let flow = cx.profile().flow;
    cx.info(|line| pair(line, "+IFC: ", flow));
    Outcome::Ok
}

fn pair(line: &mut Reply, name: &str, [one, other]: [u8; 2]) {
    line.text(name);
    line.number(one.into());
    line.text(",");
    line.number(other.into());
}
