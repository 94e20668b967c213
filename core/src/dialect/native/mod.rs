//! The native command set: `AT+MQTT…`.

mod broker;
mod certificates;
mod config;
mod connection;
mod links;
mod messages;
mod options;
mod properties;
mod received;
mod subscriptions;
mod tls;
mod urc;
mod will;

use crate::at::cme;
use crate::at::framing::Framing;
use crate::at::grammar::Grammar;
use crate::at::reply::Reply;
use crate::commands;
use crate::modem::api::Identity;
use crate::modem::command::dialect::Command;
use crate::modem::dialect::{Banner, Busy, Dialect, Table, Urc, VendorLimits};
use crate::modem::event::Event;
use crate::modem::fail::Fail;
use crate::modem::{Profile, Staged};

/// The native command set.
pub static NATIVE: Dialect = Dialect {
    name: "native",
    model: "",
    title: "The native command set",
    grammar: &Grammar::V250,
    framing: &Framing::V250,
    busy: Busy::Queue,
    tables: &[
        Table {
            title: "MQTT",
            commands: COMMANDS,
        },
        commands::RADIO,
        commands::ERROR,
        commands::BASIC,
        commands::PROFILE,
        commands::IDENTITY,
        commands::NETWORK,
        commands::CLOCK,
        commands::SERIAL,
    ],
    urcs: &[
        Urc {
            syntax: "+MQTTRECV:\"<topic>\",<qos>,<retain>,<length>,<payload>",
            meaning: "A message with exactly <length> raw bytes of payload. In the topic, `\"`, \
                      `\\`, the bytes below 0x20 and the byte 0x7F are written as `\\hh`.",
        },
        Urc {
            syntax: "+MQTTRECVPROP:\"<name>\",<value>",
            meaning: "With the option `recvprops` 1: a property of the message whose `+MQTTRECV` \
                      or `+MQTTREAD` follows, with nothing between: `format`, `expiry` as it \
                      came, `contenttype`, `responsetopic`, `correlation`, `subid`, or `user` with \
                      key and value, in the order of the message. Numbers are bare; text is in \
                      quotes as the topic is, bytes of `correlation` beyond 0x7E as `\\hh` too.",
        },
        Urc {
            syntax: "+MQTTRECVIND:<waiting>",
            meaning: "With the option `recvmode` 1: this number of messages waits for \
                      `+MQTTREAD`.",
        },
        Urc {
            syntax: "+MQTTPUBACK:<id>,<code>",
            meaning: "With the option `pubmode` 1: the result of a message; 0: the broker has it, \
                      other numbers: see the result codes.",
        },
        Urc {
            syntax: "+MQTTDISCONNECTED:<code>",
            meaning: "The link was lost; see the result codes.",
        },
        Urc {
            syntax: "+MQTTCONNECTED:<session present>",
            meaning: "The modem has restored the link; 1 if the broker still had the session.",
        },
        commands::REGISTRATION,
        commands::RESTARTED,
        Urc {
            syntax: "+MQTTRECVDROPPED:\"<topic>\",<qos>,<length>",
            meaning: "A message was too large for the modem, with a payload of this many bytes; \
                      or a message could not be read and ended the connection repeatedly, and is \
                      reported without a topic. It was acknowledged and dropped.",
        },
        Urc {
            syntax: "+MQTTPUBDROPPED:<count>",
            meaning: "This number of publishes was not acknowledged and will not be sent any \
                      more: their session is gone, the connection ended each time they were sent, \
                      the broker refused them, they expired, or the host dropped them.",
        },
    ],
    options: &[],
    profile: &Profile::FACTORY,
    codes: cme::ALL,
    other: Fail::Plain,
    identity: Identity::OWN,
    banner: Banner::Restart,
    loss_leads: false,
    reports_packets: false,
    tells_resets: false,
    revives_links: true,
    gap: 0,
    limits: &VendorLimits::NONE,
    word,
    refuse: |_, _, why| why.fail(),
    scratch: 0,
};

const COMMANDS: &[Command] = &[
    messages::PUBLISH,
    messages::PUBLISH_RAW,
    messages::QUEUE,
    properties::PROPERTY,
    received::READ,
    received::ACKNOWLEDGE,
    subscriptions::SUBSCRIBE,
    subscriptions::UNSUBSCRIBE,
    tls::TLS,
    certificates::CERTIFICATE,
    config::CONFIG,
    will::WILL,
    will::WILL_RAW,
    connection::CONNECT,
    connection::STATE,
    connection::DISCONNECT,
    broker::BROKER,
    links::LINK,
    options::OPTION,
    options::ERROR,
];

fn word(of: Staged, event: &Event, reply: &mut Reply) {
    let link = of.link();
    match *event {
        Event::ConnectDone { code } => reply.info(|line| {
            line.text("+MQTTCONNECT:");
            line.number(code.into());
        }),
        Event::Message(message) => received::word(reply, link, &message),
        Event::Read {
            number, message, ..
        } => received::word_read(reply, number, &message),
        Event::Waiting { count, .. } => urc::write(reply, "+MQTTRECVIND", link, &[count]),
        Event::Accepted { name } => reply.info(|line| {
            line.text("+MQTTPUB:");
            line.number(name);
        }),
        // No command of this set answers before its end, packets are not told, and messages
        // have no places.
        Event::Finished { .. }
        | Event::Overdue { .. }
        | Event::ClockKnown { .. }
        | Event::Packet { .. }
        | Event::Numbered { .. } => {}
        Event::Tracked { name, code } => {
            urc::write(reply, "+MQTTPUBACK", link, &[name, code.into()]);
        }
        Event::TooLarge { topic, qos, length } => {
            received::word_dropped(reply, link, topic, qos, length);
        }
        Event::Dropped { count } => urc::write(reply, "+MQTTPUBDROPPED", link, &[count]),
        Event::Restored { session_present } => {
            urc::write(reply, "+MQTTCONNECTED", link, &[session_present.into()]);
        }
        Event::Registration { .. } | Event::Restarted { .. } => commands::word(event, reply),
        Event::Lost { code } => urc::write(reply, "+MQTTDISCONNECTED", link, &[code.into()]),
    }
}
