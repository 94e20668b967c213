//! The native command set: `AT+MQTT…`.

mod config;
mod connection;
mod messages;
mod options;
mod subscriptions;
mod tls;

use crate::at::reply::Reply;
use crate::cmd;
use crate::modem::event::Event;
use crate::modem::table::{Command, Dialect, Table, Urc};

/// The native command set.
pub static NATIVE: Dialect = Dialect {
    name: "native",
    title: "The native command set",
    tables: &[
        Table {
            title: "MQTT",
            commands: COMMANDS,
        },
        cmd::RADIO,
        cmd::ERROR,
        cmd::BASIC,
        cmd::PROFILE,
        cmd::IDENTITY,
        cmd::NETWORK,
        cmd::CLOCK,
        cmd::SERIAL,
    ],
    urcs: &[
        Urc {
            syntax: "+MQTTRECV:\"<topic>\",<qos>,<retain>,<length>,<payload>",
            meaning: "A message: exactly <length> raw bytes of payload. In the topic `\"`, `\\` \
                      and bytes below 0x20 or 0x7F are written `\\hh`.",
        },
        Urc {
            syntax: "+MQTTDISCONNECTED:<code>",
            meaning: "The link was lost; see the result codes.",
        },
        Urc {
            syntax: "+MQTTCONNECTED:<session present>",
            meaning: "The modem has restored the link by itself; 1 if the broker still had the \
                      session.",
        },
        cmd::REGISTRATION,
        cmd::RESTARTED,
        Urc {
            syntax: "+MQTTRECVDROPPED:\"<topic>\",<qos>,<length>",
            meaning: "A message larger than the modem's memory came. It was acknowledged and \
                      is gone.",
        },
        Urc {
            syntax: "+MQTTPUBDROPPED:<count>",
            meaning: "So many publishes that were still in flight will not be sent any more: the \
                      session they belonged to is gone.",
        },
    ],
    word,
};

const COMMANDS: &[Command] = &[
    messages::PUBLISH,
    subscriptions::SUBSCRIBE,
    subscriptions::UNSUBSCRIBE,
    tls::TLS,
    config::CONFIG,
    connection::CONNECT,
    connection::STATE,
    connection::DISCONNECT,
    options::OPTION,
    options::ERROR,
];

fn word(event: &Event, reply: &mut Reply) {
    match *event {
        Event::ConnectDone { code } => reply.info(|line| {
            line.text("+MQTTCONNECT:");
            line.number(code.into());
        }),
        Event::Message {
            topic,
            qos,
            retain,
            payload,
            format,
        } => messages::word(reply, topic, qos, retain, (payload, format)),
        Event::TooLarge { topic, qos, length } => {
            messages::word_dropped(reply, topic, qos, length);
        }
        Event::Dropped { count } => reply.urc(|line| {
            line.text("+MQTTPUBDROPPED:");
            line.number(count);
        }),
        Event::Restored { session_present } => reply.urc(|line| {
            line.text("+MQTTCONNECTED:");
            line.number(session_present.into());
        }),
        Event::Registration { .. } | Event::Restarted => cmd::word(event, reply),
        Event::Lost { code } => reply.urc(|line| {
            line.text("+MQTTDISCONNECTED:");
            line.number(code.into());
        }),
    }
}
