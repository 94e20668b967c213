//! `+MQTTBROKER`: what the broker granted.

use super::properties::word_one;
use crate::at::args::Args;
use crate::at::reply::Reply;
use crate::at::schema::Example;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::mqtt::Version;
use crate::mqtt::property::{
    ALIAS_OUT, CLIENT_ID, KEEP_ALIVE, MAX_PACKET, MAX_QOS, PropertyValue, REASON, RECEIVE_MAX,
    RESPONSE_INFO, RETAIN, SERVER_REF, SESSION_EXPIRY, SHARED, SUB_ID_AVAILABLE, USER, WILDCARD,
};
use crate::mqtt::session::Granted;

pub(super) const BROKER: Command = Command::new("+MQTTBROKER", "What the broker granted")
    .details(
        "`+MQTTBROKER:\"<name>\",<value>` for each thing that is in force on the connection, or was \
         on the last one: what CONNACK said, else what was asked for, else the default of the \
         standard. `version` (4 or 5), `session` (1 if the broker had it), `clientid` and \
         `keepalive` are there in both versions. MQTT 5 adds `sessionexpiry`, `receivemax`, \
         `maxqos`, `retain`, `maxpacket` if there is a limit, `aliasout`, `wildcard`, `subid` and \
         `shared`: what the broker takes; the options `receivemax`, `maxpacket` and `aliasin` are \
         what the modem takes from it. And, if the broker sent them in CONNACK or its DISCONNECT, `responseinfo`, \
         `serverref`, `reason`, and `user` with key and value, each. Text stands in quotes, as in \
         the topic of `+MQTTRECV`. Of a broker that refused only what it sent is told. An error \
         (3) if it has not answered the last CONNECT. The modem does not follow `serverref`.",
    )
    .read(read)
    .examples(&[Example {
        line: "AT+MQTTBROKER?",
        answer: &[
            "+MQTTBROKER:\"version\",4",
            "+MQTTBROKER:\"session\",0",
            "+MQTTBROKER:\"clientid\",\"MQTT002\"",
            "+MQTTBROKER:\"keepalive\",60",
            "OK",
        ],
    }]);

fn read(cx: &mut Context, _: &Args) -> Outcome {
    cx.write_granted(write).into()
}

fn write(granted: &Granted, reply: &mut Reply) {
    if granted.is_accepted() {
        write_both(granted, reply);
        if granted.version() == Version::V5 {
            write_version_5(granted, reply);
        }
    }
    for property in [&RESPONSE_INFO, &SERVER_REF, &REASON] {
        write_text(reply, property.name, granted.text(property));
    }
    for properties in [granted.connack(), granted.disconnect()] {
        let users = properties.iter().filter(|(it, _)| **it == USER);
        users.for_each(|(user, pair)| write_line(reply, user.name, pair));
    }
}

/// What there is in either version.
fn write_both(granted: &Granted, reply: &mut Reply) {
    let version = match granted.version() {
        Version::V311 => 4,
        Version::V5 => 5,
    };
    write_number(reply, "version", version);
    write_number(reply, "session", granted.session_present().into());
    write_text(reply, CLIENT_ID.name, granted.client_id());
    write_number(reply, KEEP_ALIVE.name, granted.keep_alive().into());
}

fn write_version_5(granted: &Granted, reply: &mut Reply) {
    let max_qos = granted.max_qos().level().into();
    for (property, number) in [
        (&SESSION_EXPIRY, Some(granted.session_expiry())),
        (&RECEIVE_MAX, Some(granted.receive_max().into())),
        (&MAX_QOS, Some(max_qos)),
        (&RETAIN, Some(granted.retain().into())),
        (&MAX_PACKET, granted.max_packet()),
        (&ALIAS_OUT, Some(granted.alias_out().into())),
        (&WILDCARD, Some(granted.wildcard().into())),
        (&SUB_ID_AVAILABLE, Some(granted.sub_ids().into())),
        (&SHARED, Some(granted.shared().into())),
    ] {
        if let Some(number) = number {
            write_number(reply, property.name, number);
        }
    }
}

fn write_number(reply: &mut Reply, name: &str, number: u32) {
    write_line(reply, name, PropertyValue::Four(number));
}

fn write_text(reply: &mut Reply, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        write_line(reply, name, PropertyValue::Text(text));
    }
}

fn write_line(reply: &mut Reply, name: &str, value: PropertyValue) {
    word_one(reply, "+MQTTBROKER:", name, value);
}
