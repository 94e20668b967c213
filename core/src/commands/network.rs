//! Operator and packet service: 27.007 §7.3, §10.1. The network is the host's
//! own, so there is one operator and one context, always active.

use super::radio::attach;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};

const CONTEXT: Param = Param::int("cid", 1, 1);
const SELECT: &[Signature] = &[Signature::of(&[
    Param::choice("mode", &[(0, "automatic"), (3, "set the format only")]),
    Param::choice("format", &[(0, "long"), (1, "short"), (2, "numeric")]).optional(),
    Param::text("oper", 0, 16).optional().example("mqmodem"),
])];
const ACTIVATE: &[Signature] = &[Signature::of(&[
    Param::choice("state", &[(0, "deactivate"), (1, "activate")]),
    CONTEXT.optional(),
])];
const ADDRESS: &[Signature] = &[Signature::of(&[CONTEXT.optional()])];
const DEFINE: &[Signature] = &[Signature::of(&[
    CONTEXT,
    Param::text("PDP_type", 1, 8).optional().example("IP"),
    Param::text("APN", 0, 100).optional().example("internet"),
    Param::text("PDP_addr", 0, 64).optional().example("0.0.0.0"),
    Param::int("d_comp", 0, 4).optional(),
    Param::int("h_comp", 0, 4).optional(),
])];
const CHARSET: &[Signature] = &[Signature::of(&[Param::text("chset", 3, 5)
    .check(is_charset, "KLINGON")
    .means("GSM, IRA or UTF-8: bytes are passed on unchanged")
    .example("GSM")])];

const CHARSETS: [&str; 3] = ["GSM", "IRA", "UTF-8"];

/// The commands of this family.
pub const COMMANDS: &[Command] = &[
    Command::new("+COPS", "Operator")
        .test("+COPS: (2,\"mqmodem\",\"mqmodem\",\"00101\",7),,(0,3),(0-2)")
        .read(read_operator)
        .set(SELECT, select_operator),
    Command::new("+CGACT", "Activate the packet context")
        .details("The context is the network of the machine: it cannot be deactivated.")
        .test("+CGACT: (0,1)")
        .read(read_context)
        .set(ACTIVATE, attach),
    Command::new("+CGPADDR", "Address of the packet context")
        .details("The address is that of the machine and is not shown.")
        .test("+CGPADDR: (1)")
        .execute(address)
        .set(ADDRESS, address),
    Command::new("+CGDCONT", "Define the packet context")
        .details("Accepted for compatibility; the network of the machine is used.")
        .test("+CGDCONT: (1),\"IP\",,,(0-4),(0-4)")
        .read(read_definition)
        .set(DEFINE, define),
    Command::new("+CSCS", "Character set")
        .test("+CSCS: (\"GSM\",\"IRA\",\"UTF-8\")")
        .read(read_charset)
        .set(CHARSET, set_charset),
    Command::new("+CPAS", "Activity: always ready")
        .test("+CPAS: (0)")
        .execute(activity),
];

fn select_operator(cx: &mut Context, args: &Args) -> Outcome {
    if args.has(1) {
        cx.profile().operator_format = args.int(1) as u8;
    }
    Outcome::Ok
}

fn read_operator(cx: &mut Context, _: &Args) -> Outcome {
    let numeric = cx.profile().operator_format == 2;
    let format = cx.profile().operator_format;
    let on = cx.has_network();
    cx.info(|line| {
        line.text("+COPS: 0");
        if on {
            line.text(",");
            line.number(format.into());
            line.text(if numeric {
                ",\"00101\",7"
            } else {
                ",\"mqmodem\",7"
            });
        }
    });
    Outcome::Ok
}

fn read_context(cx: &mut Context, _: &Args) -> Outcome {
    let on = cx.has_network();
    cx.text(if on { "+CGACT: 1,1" } else { "+CGACT: 1,0" });
    Outcome::Ok
}

fn address(cx: &mut Context, _: &Args) -> Outcome {
    cx.text("+CGPADDR: 1");
    Outcome::Ok
}

fn define(_: &mut Context, _: &Args) -> Outcome {
    Outcome::Ok
}

fn read_definition(cx: &mut Context, _: &Args) -> Outcome {
    cx.text("+CGDCONT: 1,\"IP\",\"\",\"\",0,0");
    Outcome::Ok
}

fn is_charset(name: &str) -> bool {
    CHARSETS.contains(&name)
}

fn set_charset(cx: &mut Context, args: &Args) -> Outcome {
    let wanted = CHARSETS.iter().position(|name| *name == args.text(0));
    cx.profile().charset = wanted.unwrap_or(0) as u8;
    Outcome::Ok
}

fn read_charset(cx: &mut Context, _: &Args) -> Outcome {
    let charset = usize::from(cx.profile().charset);
    cx.info(|line| {
        line.text("+CSCS: \"");
        line.text(CHARSETS.get(charset).copied().unwrap_or("GSM"));
        line.text("\"");
    });
    Outcome::Ok
}

fn activity(cx: &mut Context, _: &Args) -> Outcome {
    cx.text("+CPAS: 0");
    Outcome::Ok
}
