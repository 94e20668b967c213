//! Every word there is, declared once: reading, printing, help and tests follow from it.

use super::table::FaultNature::{Lasting, Moment, Passing};
use super::table::{FaultEffect as Effect, FaultParam, FaultWord, ValueKind};

const fn param(name: &'static str, kind: ValueKind) -> FaultParam {
    FaultParam {
        name,
        kind,
        named: false,
        needed: true,
    }
}

impl FaultParam {
    const fn named(self) -> Self {
        Self {
            named: true,
            ..self
        }
    }

    const fn optional(self) -> Self {
        Self {
            needed: false,
            ..self
        }
    }
}

const BYTES: FaultParam = param("BYTES", ValueKind::Count(1, 1_000_000));
const RATE: FaultParam = param("BYTES-A-SECOND", ValueKind::Count(1, 1_000_000));
const TIME: FaultParam = param("TIME", ValueKind::Span);
const PACKET: FaultParam = param("PACKET", ValueKind::Packet);
const CODE: FaultParam = param("code", ValueKind::Count(1, 255)).named();

const fn word(words: &'static str, effect: Effect, does: &'static str) -> FaultWord {
    FaultWord {
        words,
        params: &[],
        nature: Moment,
        more: &[],
        effect,
        does,
    }
}

impl FaultWord {
    const fn with(self, params: &'static [FaultParam]) -> Self {
        Self { params, ..self }
    }

    const fn on(self, nature: super::table::FaultNature, more: &'static [&'static str]) -> Self {
        Self {
            nature,
            more,
            ..self
        }
    }
}

/// Every fault there is.
pub static WORDS: &[FaultWord] = &[
    word("net reset", Effect::NetReset, "The connection breaks.").on(Moment, &["link"]),
    word(
        "net close",
        Effect::NetClose,
        "The peer closes the connection.",
    )
    .on(Moment, &["link"]),
    word(
        "net stalls",
        Effect::NetStalls,
        "The network takes nothing from the modem; with dir=in it brings nothing.",
    )
    .on(Lasting, &["link", "dir"]),
    word(
        "net half-open",
        Effect::NetHalfOpen,
        "What is sent gets lost either way, and nobody is told; no connection comes up.",
    )
    .on(Lasting, &["link", "dir"]),
    word(
        "net fail",
        Effect::NetFail,
        "The next connection cannot be opened.",
    )
    .with(&[param("REASON", ValueKind::Reason)])
    .on(Passing, &["link"]),
    word(
        "net name-slow",
        Effect::NetNameSlow,
        "The look-up of the broker's name takes so long.",
    )
    .with(&[TIME])
    .on(Passing, &["link"]),
    word(
        "net slow",
        Effect::NetSlow,
        "No more bytes a second pass either way.",
    )
    .with(&[RATE])
    .on(Lasting, &["link", "dir"]),
    word(
        "net delay",
        Effect::NetDelay,
        "Whatever is sent comes so much later, in order.",
    )
    .with(&[TIME])
    .on(Lasting, &["link", "dir"]),
    word(
        "net cut",
        Effect::NetCut,
        "The connection breaks once so many bytes have passed, either way together.",
    )
    .with(&[BYTES])
    .on(Moment, &["link", "dir"]),
    word(
        "broker refuse",
        Effect::BrokerRefuse,
        "CONNACK has this code.",
    )
    .with(&[CODE])
    .on(Passing, &["link"]),
    word(
        "broker disconnect",
        Effect::BrokerDisconnect,
        "The broker says DISCONNECT with this code, where MQTT 5 is spoken, and closes.",
    )
    .with(&[CODE])
    .on(Moment, &["link"]),
    word(
        "broker forget",
        Effect::BrokerForget,
        "CONNACK says that there is no session.",
    )
    .on(Passing, &["link"]),
    word(
        "broker lose",
        Effect::BrokerLose,
        "A packet of this kind is lost.",
    )
    .with(&[PACKET])
    .on(Passing, &["link", "dir"]),
    word(
        "broker late",
        Effect::BrokerLate,
        "A packet of this kind comes late, and others pass it.",
    )
    .with(&[PACKET, TIME])
    .on(Passing, &["link", "dir"]),
    word(
        "broker twice",
        Effect::BrokerTwice,
        "A packet of this kind comes twice.",
    )
    .with(&[PACKET])
    .on(Passing, &["link", "dir"]),
    word("port lose", Effect::PortLose, "A byte is lost, or so many.")
        .with(&[BYTES.optional()])
        .on(Passing, &["dir"]),
    word(
        "port garble",
        Effect::PortGarble,
        "A byte arrives as another one, or so many do.",
    )
    .with(&[BYTES.optional()])
    .on(Passing, &["dir"]),
    word(
        "port slow",
        Effect::PortSlow,
        "No more bytes a second pass.",
    )
    .with(&[RATE])
    .on(Lasting, &["dir"]),
    word(
        "port stalls",
        Effect::PortStalls,
        "No byte passes; none is lost.",
    )
    .on(Lasting, &["dir"]),
    word(
        "port noise",
        Effect::PortNoise,
        "So many bytes come that nobody sent; to the host, unless dir=in.",
    )
    .with(&[BYTES])
    .on(Moment, &["dir"]),
    word(
        "port split",
        Effect::PortSplit,
        "Bytes come in pieces of so many, with a pause between.",
    )
    .with(&[BYTES, param("gap", ValueKind::Span).named().optional()])
    .on(Lasting, &["dir"]),
    word(
        "port merge",
        Effect::PortMerge,
        "Bytes are gathered for so long and come at once.",
    )
    .with(&[TIME])
    .on(Lasting, &["dir"]),
    word(
        "port cut",
        Effect::PortCut,
        "Of a line of the modem only so many bytes come, and not its end.",
    )
    .with(&[BYTES])
    .on(Passing, &[]),
    word(
        "reply late",
        Effect::ReplyLate,
        "A final result comes late; the modem goes on.",
    )
    .with(&[TIME])
    .on(Passing, &["to"]),
    word("reply lose", Effect::ReplyLose, "A final result is lost.").on(Passing, &["to"]),
    word(
        "reply twice",
        Effect::ReplyTwice,
        "A final result comes twice.",
    )
    .on(Passing, &["to"]),
    word(
        "reply instead",
        Effect::ReplyInstead,
        "This comes in place of a final result.",
    )
    .with(&[param("RESULT", ValueKind::Text)])
    .on(Passing, &["to"]),
    word(
        "urc",
        Effect::Urc,
        "A line that nobody asked for comes between two others, or behind the echo, before the result, behind the prompt for data, while no command runs.",
    )
    .with(&[
        param("LINE", ValueKind::Text),
        param(
            "at",
            ValueKind::Choice(&["echo", "answer", "payload", "idle"]),
        )
        .named()
        .optional(),
    ]),
    word(
        "radio off",
        Effect::RadioOff,
        "The network is lost, and with it every connection.",
    )
    .on(Lasting, &[]),
    word(
        "store fails",
        Effect::StoreFails,
        "The disk refuses every change.",
    )
    .on(Lasting, &[]),
    word(
        "store late",
        Effect::StoreLate,
        "The disk takes so long for each change; 1 s unless told otherwise.",
    )
    .with(&[TIME.optional()])
    .on(Lasting, &[]),
    word(
        "store full",
        Effect::StoreFull,
        "The disk refuses what takes room, and erases.",
    )
    .on(Lasting, &[]),
    word(
        "power cut",
        Effect::PowerCut,
        "The modem loses power at once, until this has ended.",
    )
    .on(Lasting, &[]),
    word(
        "power restart",
        Effect::PowerRestart,
        "The modem restarts by itself, at once, with what it stored.",
    )
    .with(&[
        param("boot", ValueKind::Span).named().optional(),
        param("banner", ValueKind::Text).named().optional(),
        param("noise", ValueKind::Count(1, 1000)).named().optional(),
    ]),
];
