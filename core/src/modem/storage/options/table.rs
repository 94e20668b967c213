//! Every option, declared once.

use super::opt::Opt;
use super::text::{is_protocol_list, is_server_name};
use crate::at::param::Param;
use crate::modem::credential;

/// An option that is the name of an entry of the certificate store.
const fn credential(name: &'static str) -> Param {
    Param::text(name, 0, credential::MAX_NAME).check(credential::is_name, "a b")
}

/// Declares an option; its default is the parameter's example.
const fn opt(param: Param, default: &'static str) -> Opt {
    Opt {
        param: param.example(default),
    }
}

const OFF_ON: &[(u32, &str)] = &[(0, "off"), (1, "on")];
const PUB_MODES: &[(u32, &str)] = &[
    (0, "OK means the broker has it"),
    (1, "OK means accepted, +MQTTPUBACK follows"),
];
const VERIFY_MODES: &[(u32, &str)] = &[
    (
        0,
        "nothing, for laboratories only: anyone can pretend to be the broker",
    ),
    (1, "everything"),
    (2, "everything but its name"),
];
const RECV_MODES: &[(u32, &str)] = &[
    (0, "messages are sent as +MQTTRECV"),
    (1, "messages wait for +MQTTREAD and +MQTTACK"),
];

const VERSIONS: &[(u32, &str)] = &[(0, "5.0, else 3.1.1"), (4, "3.1.1"), (5, "5.0")];
const TLS_VERSIONS: &[(u32, &str)] = &[(0, "1.2 or 1.3"), (2, "1.2"), (3, "1.3")];

/// Whether a lost link is restored.
pub const RECONNECT: usize = 0;
/// The longest pause between two attempts, in seconds.
pub const BACKOFF: usize = 1;
/// Whether the modem connects when it is switched on.
pub const AUTOCONNECT: usize = 2;
/// How long a connect may take, in seconds.
pub const CONNECT_TIMEOUT: usize = 3;
/// How long a command waits for the broker, in seconds.
pub const ACK_TIMEOUT: usize = 4;
/// How the payload of a message is told.
pub const RECV_FORMAT: usize = 5;
/// How many bytes of messages wait for a broker that is away.
pub const QUEUE: usize = 6;
/// What gives way when they are too many.
pub const QUEUE_FULL: usize = 7;
/// Whether messages of QoS 0 wait too.
pub const QUEUE_QOS0: usize = 8;
/// What OK to a publish means.
pub const PUB_MODE: usize = 9;
/// Whether messages are told or wait to be read.
pub const RECV_MODE: usize = 10;
/// How often PINGREQ is said again before the link is given up.
pub const KEEP_ALIVE_RETRIES: usize = 11;
/// What of the broker's certificate is checked.
pub const VERIFY: usize = 12;
/// The name asked for and checked by TLS.
pub const SNI: usize = 13;
/// The protocols offered by TLS.
pub const ALPN: usize = 14;
/// How often the connection ends with a message before it is set aside.
pub const GIVE_UP: usize = 15;

/// Which version of MQTT a connect speaks.
pub const VERSION: usize = 16;
/// How long the broker keeps a session, in seconds.
pub const SESSION_EXPIRY: usize = 17;
/// How many messages of QoS 1 and 2 the broker may have on the wire.
pub const RECEIVE_MAX: usize = 18;
/// The largest packet the broker is asked to send, in bytes.
pub const MAX_PACKET: usize = 19;
/// How many messages of QoS 1 and 2 may wait for an acknowledgement.
pub const INFLIGHT: usize = 20;
/// How many topics the modem shortens.
pub const ALIAS_OUT: usize = 21;
/// How many topics the broker may shorten.
pub const ALIAS_IN: usize = 22;
/// Whether the broker is asked for its response information.
pub const RESPONSE_INFO: usize = 23;
/// Whether the broker may say why it refuses something.
pub const PROBLEM_INFO: usize = 24;
/// Whether the properties of a message are told before it.
pub const RECV_PROPS: usize = 25;
/// The name of the roots in the certificate store.
pub const CA: usize = 26;
/// The name of the client certificate and key in the certificate store.
pub const CERT: usize = 27;
/// The name of the pre-shared key in the certificate store.
pub const PSK: usize = 28;
/// Which versions of TLS are offered.
pub const TLS_VERSION: usize = 29;

/// The name of the client key in the certificate store where it is not that of
/// [`CERT`]: a dialect sets it, no host does by its name.
pub const KEY: usize = 127;
/// Whether the broker's certificates may be out of date: a dialect sets it, no host does by
/// its name.
pub const ANY_DATE: usize = 126;

/// The largest queue of any memory, a packet of 16 MiB and what stands around it.
const QUEUE_MOST: u32 = 17 * 1024 * 1024 + 1024;

/// Every option. An option's place is part of what is kept: add at the end.
pub const OPTIONS: [Opt; 30] = [
    opt(
        Param::choice("reconnect", OFF_ON).means("a lost link and its subscriptions are restored"),
        "0",
    ),
    opt(
        Param::int("backoff", 1, 3600).means(
            "longest pause between two attempts, in seconds; the first pause is at most \
                 one second",
        ),
        "60",
    ),
    opt(
        Param::choice("autoconnect", OFF_ON).means("connect at the start"),
        "0",
    ),
    opt(
        Param::int("connecttimeout", 1, 300).means("seconds that a connect may take in total"),
        "5",
    ),
    opt(
        Param::int("acktimeout", 1, 300).means("seconds a command waits for the broker"),
        "5",
    ),
    opt(
        Param::choice("recvformat", &[(0, "raw"), (1, "hex"), (2, "base64")])
            .means("format of the payload of +MQTTRECV; its length counts the raw bytes"),
        "0",
    ),
    opt(
        Param::int("queue", 0, QUEUE_MOST).means(
            "bytes of messages that wait while there is no connection, at most 262144, or what the \
             memory holds if that is more; 0: none",
        ),
        "0",
    ),
    opt(
        Param::choice("queuefull", &[(0, "refuse"), (1, "drop oldest")])
            .means("what is given up when the queue is full: the new message or the oldest"),
        "0",
    ),
    opt(
        Param::choice("queueqos0", OFF_ON).means("the queue takes messages of QoS 0 too"),
        "0",
    ),
    opt(
        Param::choice("pubmode", PUB_MODES).means("what OK to +MQTTPUB means"),
        "0",
    ),
    opt(
        Param::choice("recvmode", RECV_MODES).means("how the host receives messages"),
        "0",
    ),
    opt(
        Param::int("keepaliveretries", 0, 10).means(
            "how many times an unanswered PINGREQ is repeated, half a keep-alive apart, before \
             the link is given up; from the next connect on",
        ),
        "0",
    ),
    opt(
        Param::choice("verify", VERIFY_MODES)
            .means("what TLS verifies of the broker's certificate"),
        "1",
    ),
    opt(
        Param::text("sni", 0, 253)
            .check(is_server_name, "a b")
            .means(
                "name that TLS requests and verifies in the certificate; empty: the broker's \
                 host name",
            ),
        "",
    ),
    opt(
        Param::text("alpn", 0, 64)
            .check(is_protocol_list, "mqtt,")
            .means("protocols that TLS offers, separated by commas; empty: none"),
        "",
    ),
    opt(
        Param::int("giveup", 0, 100).means(
            "how many times in a row the broker may end the connection after a message was \
             resent, before the message is set aside and reported with code 39; 0: never set \
             aside",
        ),
        "5",
    ),
    opt(
        Param::choice("version", VERSIONS).means("version of MQTT; from the next connect on"),
        "4",
    ),
    opt(
        Param::int("sessionexpiry", 0, u32::MAX).means(
            "MQTT 5: seconds the broker keeps a session of clean session 0 after the connection \
             ended; the greatest is for ever",
        ),
        "4294967295",
    ),
    opt(
        Param::int("receivemax", 0, 65_535).means(
            "MQTT 5: messages of QoS 1 and 2 the broker may have on the wire at a time; 0: as \
             many as the memory holds",
        ),
        "0",
    ),
    opt(
        Param::int("maxpacket", 0, 268_435_455).means(
            "MQTT 5: bytes of the largest packet the broker is asked to send; it drops what is \
             larger and tells nobody; 0: no limit is announced",
        ),
        "0",
    ),
    opt(
        Param::int("inflight", 1, 1000)
            .means("messages of QoS 1 and 2 that wait for the broker's acknowledgement at most"),
        "10",
    ),
    opt(
        Param::int("aliasout", 0, 64)
            .means("MQTT 5: topics that the modem shortens to an alias at most; 0: none"),
        "0",
    ),
    opt(
        Param::int("aliasin", 0, 64)
            .means("MQTT 5: topics that the broker may shorten to an alias at most; 0: none"),
        "0",
    ),
    opt(
        Param::choice("responseinfo", OFF_ON)
            .means("MQTT 5: the broker is asked for its response information"),
        "0",
    ),
    opt(
        Param::choice("probleminfo", OFF_ON)
            .means("MQTT 5: the broker may say in words why it refuses something"),
        "1",
    ),
    opt(
        Param::choice("recvprops", OFF_ON)
            .means("MQTT 5: the properties of a message are told before it, as +MQTTRECVPROP"),
        "0",
    ),
    opt(
        credential("ca")
            .means("name of the roots in the certificate store; empty: as +MQTTTLS set them"),
        "",
    ),
    opt(
        credential("cert").means(
            "name of the client certificate and its key in the certificate store; empty: as \
             +MQTTTLS set them",
        ),
        "",
    ),
    opt(
        credential("psk").means(
            "name of the pre-shared key in the certificate store, used in place of any \
             certificate; empty: none",
        ),
        "",
    ),
    opt(
        Param::choice("tlsversion", TLS_VERSIONS).means("version of TLS"),
        "0",
    ),
];
