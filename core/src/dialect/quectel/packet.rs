//! Packet contexts: `+QICSGP`, `+QIACT`, `+QIDEACT`, `+CGDCONT`, `+CGACT` and `+CGPADDR`.

use super::state::{LinkSetup, key, number, use_module};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Example, Signature};
use crate::buffer::Buf;
use crate::modem::Staged;
use crate::modem::api::{LinkId, LinkStep};
use crate::modem::code;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::fail::Fail;
use core::fmt::Write;

/// What the module is reached by.
const ADDRESS: &str = "10.0.0.2";
/// The greatest number of a context.
const MOST: u8 = 16;

const CONTEXT: Param = Param::int("contextID", 1, MOST as u32);
const APN: Param = Param::text("apn", 0, 99).example("super");

pub(super) const COMMANDS: &[Command] = &[
    Command::new("+QICSGP", "Set the access point of a packet context")
        .test("+QICSGP: (1-16),(1-3),<apn>,<username>,<password>,(0-3)")
        .set(
            &[
                Signature::of(&[CONTEXT]),
                Signature::of(&[
                    CONTEXT,
                    Param::int("context_type", 1, 3).means("1 IPv4, 2 IPv6, 3 both"),
                    APN,
                    Param::text("username", 0, 127).optional().example("user"),
                    Param::text("password", 0, 127)
                        .secret()
                        .optional()
                        .example("secret"),
                    Param::int("authentication", 0, 3).optional(),
                ]),
            ],
            access,
        ),
    Command::new("+QIACT", "Activate a packet context")
        .details("`ERROR` where it is active.")
        .test("+QIACT: (1-16)")
        .read(read_active)
        .set(&[Signature::of(&[CONTEXT])], activate_once)
        .examples(&[Example {
            line: "AT+QIACT?",
            answer: &["OK"],
        }]),
    Command::new(
        "+QIDEACT",
        "Deactivate a packet context; its links are lost",
    )
    .test("+QIDEACT: (1-16)")
    .commits()
    .set(&[Signature::of(&[CONTEXT])], |cx, args| {
        deactivate(cx, args.int(0)).into()
    }),
    Command::new("+CGDCONT", "Define a packet context")
        .test("+CGDCONT: (1-16),\"IP\",,,(0-2),(0-4)\r\n+CGDCONT: (1-16),\"IPV4V6\",,,(0-2),(0-4)")
        .read(read_definitions)
        .set(
            &[Signature::of(&[
                CONTEXT,
                Param::text("PDP_type", 1, 8).optional().example("IPV4V6"),
                APN.optional(),
                Param::text("PDP_addr", 0, 64).optional().example("0.0.0.0"),
                Param::int("d_comp", 0, 4).optional(),
                Param::int("h_comp", 0, 4).optional(),
            ])],
            define,
        ),
    Command::new("+CGACT", "Activate or deactivate a packet context")
        .test("+CGACT: (0,1)")
        .read(|cx, _| {
            cx.text("+CGACT: 1,1");
            Outcome::Ok
        })
        .commits()
        .set(
            &[Signature::of(&[
                Param::choice("state", &[(0, "off"), (1, "on")]),
                CONTEXT.optional(),
            ])],
            switch,
        ),
    Command::new("+CGPADDR", "Address of a packet context")
        .test("+CGPADDR: (1)")
        .execute(|cx, _| address(cx, 1))
        .set(&[Signature::of(&[CONTEXT])], |cx, args| {
            address(cx, args.int(0))
        }),
];

fn active(cx: &Context) -> u32 {
    number(cx.staged(), key::ACTIVE)
}

/// Activates a context for the present link, where it is not active.
pub(super) fn activate(cx: &mut Context, context: u16) -> Result<(), Fail> {
    let link = cx.link();
    use_module(cx);
    let bits = active(cx) | bit(context.into());
    cx.stage(key::ACTIVE, &bits.to_be_bytes())?;
    cx.use_link(link)
}

fn bit(context: u32) -> u32 {
    1_u32.checked_shl(context).unwrap_or(0)
}

fn activate_once(cx: &mut Context, args: &Args) -> Outcome {
    use_module(cx);
    let is_on = cx.has_network();
    if !is_on || active(cx) & bit(args.int(0)) != 0 {
        return Outcome::Fail(Fail::Plain);
    }
    activate(cx, args.int(0) as u16)
        .map_err(|_| Fail::Plain)
        .into()
}

/// Deactivates a context: the links that use it are lost.
fn deactivate(cx: &mut Context, context: u32) -> Result<(), Fail> {
    for link in open_links(cx).into_iter().flatten() {
        cx.use_link(link)?;
        let config = LinkSetup::of(cx.staged(), key::IN_FORCE);
        if u32::from(config.context) == context {
            cx.lose(code::NO_LOCAL_ADDRESS);
        }
    }
    use_module(cx);
    let bits = active(cx) & !bit(context);
    cx.stage(key::ACTIVE, &bits.to_be_bytes())
}

/// Links that are not closed.
fn open_links(cx: &mut Context) -> [Option<LinkId>; 6] {
    let mut open = [None; 6];
    let mut places = open.iter_mut();
    cx.each_configured(|it, _| {
        if it.step != LinkStep::Closed
            && let Some(place) = places.next()
        {
            *place = Some(it.link);
        }
    });
    open
}

/// The network is lost: no context is active any more. What was, and which links were open.
pub(super) fn lose_all(cx: &mut Context) -> u32 {
    let mut links = 0;
    // Of what is being opened its own command tells.
    cx.each_configured(|it, _| {
        if matches!(it.step, LinkStep::Opened | LinkStep::Connected) {
            links |= bit(it.link.0.into());
        }
    });
    use_module(cx);
    let contexts = active(cx);
    cx.forget_staged(Some(key::ACTIVE));
    contexts << LINKS | links
}

/// The most links.
const LINKS: u32 = 6;

/// Contexts and links were lost by a command that switched the radio off.
pub(super) fn word_lost(lost: u32, reply: &mut Reply) {
    let (contexts, links) = (lost >> LINKS, lost);
    for context in (1..=u32::from(MOST)).filter(|context| contexts & bit(*context) != 0) {
        word_inactive(context, reply);
    }
    for link in (0..LINKS).filter(|link| links & bit(*link) != 0) {
        reply.urc(|line| {
            let _ = write!(line, "+QMTSTAT: {link},7");
        });
    }
}

fn word_inactive(context: u32, reply: &mut Reply) {
    reply.urc(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "+QIURC: \"pdpdeact\",{context}");
    });
}

/// A link was lost with the network, and its context, unless a command has told both.
pub(super) fn word_lost_context(of: Staged<'_>, reply: &mut Reply) -> bool {
    let context = LinkSetup::of(of, key::IN_FORCE).context.into();
    let active = number(of.of_link(LinkId::FIRST), key::ACTIVE);
    let is_news = active & bit(context) != 0;
    if is_news {
        word_inactive(context, reply);
    }
    is_news
}

fn read_active(cx: &mut Context, _: &Args) -> Outcome {
    use_module(cx);
    let bits = active(cx);
    for context in (1..=u32::from(MOST)).filter(|context| bits & bit(*context) != 0) {
        cx.info(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+QIACT: {context},1,1,\"{ADDRESS}\"");
        });
    }
    Outcome::Ok
}

fn switch(cx: &mut Context, args: &Args) -> Outcome {
    let context = if args.has(1) { args.int(1) } else { 1 };
    if args.flag(0) {
        return activate(cx, context as u16).map_err(|_| Fail::Plain).into();
    }
    deactivate(cx, context).into()
}

fn address(cx: &mut Context, context: u32) -> Outcome {
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "+CGPADDR: {context},\"{ADDRESS}\"");
    });
    Outcome::Ok
}

/// `<type>,"<apn>","","",<authentication>` of each context: user and password are never shown.
fn access(cx: &mut Context, args: &Args) -> Outcome {
    use_module(cx);
    let key = key::ACCESS + args.int(0) as u8;
    if args.signature() == 0 {
        cx.write_staged(|staged, reply| {
            reply.info(|line| {
                line.text("+QICSGP: ");
                line.bytes(staged.get(key).unwrap_or(b"1,\"\",\"\",\"\",0"));
            });
        });
        return Outcome::Ok;
    }
    let mut memory = [0; 128];
    let mut kept = Buf::lent(&mut memory);
    let written = write_access(&mut kept, args);
    written
        .and_then(|()| cx.stage(key, kept.as_slice()))
        .map_err(|_| Fail::Plain)
        .into()
}

fn write_access(kept: &mut Buf, args: &Args) -> Result<(), Fail> {
    kept.extend(args.bytes(1))?;
    kept.extend(b",\"")?;
    kept.extend(args.bytes(2))?;
    kept.extend(b"\",\"\",\"\",")?;
    Ok(kept.push(b'0' + args.int(5) as u8)?)
}

fn define(cx: &mut Context, args: &Args) -> Outcome {
    use_module(cx);
    let key = key::DEFINITION + args.int(0) as u8;
    if !args.has(1) {
        cx.forget_staged(Some(key));
        return Outcome::Ok;
    }
    let mut memory = [0; 128];
    let mut kept = Buf::lent(&mut memory);
    let written = [b"\"", args.bytes(1), b"\",\"", args.bytes(2), b"\""]
        .into_iter()
        .try_for_each(|part| kept.extend(part));
    match written {
        Ok(()) => cx
            .stage(key, kept.as_slice())
            .map_err(|_| Fail::Plain)
            .into(),
        Err(_) => Outcome::Fail(Fail::Plain),
    }
}

fn read_definitions(cx: &mut Context, _: &Args) -> Outcome {
    use_module(cx);
    cx.write_staged(|staged, reply| {
        for context in 1..=MOST {
            write_definition(staged, context, reply);
        }
    });
    Outcome::Ok
}

fn write_definition(staged: Staged<'_>, context: u8, reply: &mut Reply) {
    let given = staged.get(key::DEFINITION + context);
    let first = (context == 1).then_some(&b"\"IPV4V6\",\"\""[..]);
    let Some(kept) = given.or(first) else {
        return;
    };
    let address = if kept.starts_with(b"\"IP\"") {
        "0.0.0.0"
    } else {
        "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"
    };
    reply.info(|line| {
        line.text("+CGDCONT: ");
        line.number(context.into());
        line.text(",");
        line.bytes(kept);
        line.text(",\"");
        line.text(address);
        line.text("\",0,0,0,0");
    });
}
