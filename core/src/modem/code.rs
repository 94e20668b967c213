//! Result codes of `+MQTTCONNECT:`, `+MQTTDISCONNECTED:` and `+MQTTPUBACK:`, one
//! list for all.

use super::network::NetError;
use crate::at::cme;
use crate::mqtt::reason;
use crate::mqtt::session::DropReason;

/// Done.
pub const DONE: u8 = 0;
/// Acknowledged, and nobody is subscribed.
pub const NOBODY_SUBSCRIBED: u8 = 16;
/// The broker's name has no address.
pub const NAME_NOT_FOUND: u8 = 20;
/// The connection was refused.
pub const REFUSED: u8 = 21;
/// There is no way to the network or host.
pub const UNREACHABLE: u8 = 22;
/// Nothing came in time.
pub const TIMED_OUT: u8 = 23;
/// Closed by the broker.
pub const CLOSED: u8 = 24;
/// TLS: certificate not trusted.
pub const TLS_UNTRUSTED: u8 = 25;
/// TLS: name does not match.
pub const TLS_NAME: u8 = 26;
/// TLS: expired or not yet valid.
pub const TLS_EXPIRED: u8 = 27;
/// TLS: other failure.
pub const TLS_OTHER: u8 = 28;
/// TLS: client certificate or key missing or refused.
pub const TLS_CLIENT: u8 = 29;
/// The radio is off.
pub const RADIO_OFF: u8 = 30;
/// Keep-alive unanswered.
pub const KEEP_ALIVE: u8 = 31;
/// The broker broke the protocol.
pub const PROTOCOL: u8 = 32;
/// Closed by command.
pub const BY_COMMAND: u8 = 33;

/// Dropped: its session ended, or the broker forgot it.
pub const DROPPED_SESSION: u8 = 34;
/// Dropped: no room.
pub const DROPPED_ROOM: u8 = 35;
/// Dropped: for another broker or client id.
pub const DROPPED_MOVED: u8 = 36;
/// The WebSocket was refused, or the proxy on the way refused.
pub const WEBSOCKET_REFUSED: u8 = 37;
/// Dropped: expired before it was sent.
pub const DROPPED_EXPIRED: u8 = 38;
/// Set aside: the connection ended each time it was sent.
pub const SET_ASIDE: u8 = 39;
/// No local port or address.
pub const NO_LOCAL_ADDRESS: u8 = 40;
/// No file handle.
pub const NO_FILE_HANDLE: u8 = 41;
/// No name server.
pub const NO_NAME_SERVER: u8 = 42;
/// TLS: of a kind that is not supported.
pub const TLS_UNSUPPORTED: u8 = 43;
/// Dropped by command.
pub const DROPPED_BY_COMMAND: u8 = 44;
/// Reset, by the broker or on the way. Only a command set that
/// [tells resets](crate::modem::dialect::Dialect::tells_resets) is told so; elsewhere it is
/// [`CLOSED`].
pub const RESET: u8 = 45;

/// The broker does not speak this version.
pub const UNSUPPORTED_VERSION: u8 = reason::UNSUPPORTED_VERSION;

/// Our own codes, and those of 3.1.1, with their meaning.
const OWN: &[(u8, &str)] = &[
    (DONE, "done"),
    (1, "broker: unacceptable protocol version"),
    (2, "broker: client id rejected"),
    (3, "broker: server unavailable"),
    (4, "broker: bad user name or password"),
    (5, "broker: not authorized"),
    (NOBODY_SUBSCRIBED, "acknowledged, nobody is subscribed"),
    (NAME_NOT_FOUND, "name not found"),
    (REFUSED, "connection refused"),
    (UNREACHABLE, "network unreachable"),
    (TIMED_OUT, "timed out"),
    (CLOSED, "closed by the broker"),
    (TLS_UNTRUSTED, "TLS: certificate not trusted"),
    (TLS_NAME, "TLS: name does not match"),
    (TLS_EXPIRED, "TLS: expired or not yet valid"),
    (TLS_OTHER, "TLS: other failure"),
    (
        TLS_CLIENT,
        "TLS: client certificate or key missing or refused",
    ),
    (RADIO_OFF, "radio off"),
    (KEEP_ALIVE, "keep-alive unanswered"),
    (PROTOCOL, "the broker broke the protocol"),
    (BY_COMMAND, "closed by command"),
    (DROPPED_SESSION, "message dropped with its session"),
    (DROPPED_ROOM, "message dropped, no room"),
    (
        DROPPED_MOVED,
        "message dropped, for another broker or client id",
    ),
    (WEBSOCKET_REFUSED, "WebSocket refused"),
    (DROPPED_EXPIRED, "message dropped, expired"),
    (
        SET_ASIDE,
        "set aside: the connection ended each time it was sent",
    ),
    (NO_LOCAL_ADDRESS, "no local port or address"),
    (NO_FILE_HANDLE, "no file handle"),
    (NO_NAME_SERVER, "no name server"),
    (
        TLS_UNSUPPORTED,
        "TLS: certificate or key of a kind that is not supported",
    ),
    (DROPPED_BY_COMMAND, "message dropped by command"),
];

/// The layer a code speaks of.
pub(crate) fn layer(code: u8) -> &'static str {
    match code {
        DONE => "none",
        NAME_NOT_FOUND => "name",
        REFUSED..=CLOSED | WEBSOCKET_REFUSED => "tcp",
        TLS_UNTRUSTED..=TLS_CLIENT | TLS_UNSUPPORTED => "tls",
        RADIO_OFF
        | BY_COMMAND
        | DROPPED_SESSION..=DROPPED_MOVED
        | DROPPED_EXPIRED
        | SET_ASIDE
        | DROPPED_BY_COMMAND => "modem",
        // The machine's own failures.
        NO_LOCAL_ADDRESS..=NO_NAME_SERVER => "modem",
        _ => "mqtt",
    }
}

/// Every code, in their order.
pub fn all() -> impl Iterator<Item = u8> {
    let own = OWN.iter().map(|(code, _)| *code);
    let reasons = reason::ALL.iter().map(|reason| reason.code);
    own.chain(reasons.filter(|code| is_reason(*code)))
}

/// Whether it is a reason code by which a broker of MQTT 5 refuses.
pub(crate) fn is_reason(code: u8) -> bool {
    code >= reason::UNSPECIFIED
}

/// What a code means.
pub(crate) fn words(code: u8) -> &'static str {
    let own = OWN.iter().find(|(known, _)| *known == code);
    let own = own.map(|(_, words)| *words);
    let words = own.or_else(|| reason::name(code).filter(|_| is_reason(code)));
    words.unwrap_or("unknown")
}

/// The code of a failure the caller told.
pub(crate) fn of(error: NetError) -> u8 {
    match error {
        NetError::NameNotFound => NAME_NOT_FOUND,
        NetError::Refused => REFUSED,
        NetError::Unreachable => UNREACHABLE,
        NetError::TimedOut => TIMED_OUT,
        NetError::Broken => CLOSED,
        NetError::NoLocalAddress => NO_LOCAL_ADDRESS,
        NetError::NoFileHandle => NO_FILE_HANDLE,
        NetError::NoNameServer => NO_NAME_SERVER,
        NetError::TlsUntrusted => TLS_UNTRUSTED,
        NetError::TlsName => TLS_NAME,
        NetError::TlsExpired => TLS_EXPIRED,
        NetError::TlsClientCertificate => TLS_CLIENT,
        NetError::TlsUnsupported => TLS_UNSUPPORTED,
        NetError::TlsOther => TLS_OTHER,
        NetError::Protocol => PROTOCOL,
        NetError::WebSocket { .. } | NetError::Proxy { .. } => WEBSOCKET_REFUSED,
    }
}

/// The code of a message that was dropped.
pub(crate) fn of_dropped(reason: DropReason) -> u8 {
    match reason {
        // Of what the broker refused nobody is told by name.
        DropReason::Ended | DropReason::SessionLost | DropReason::Refused => DROPPED_SESSION,
        DropReason::NoRoom => DROPPED_ROOM,
        DropReason::Moved => DROPPED_MOVED,
        DropReason::SetAside => SET_ASIDE,
        DropReason::Dropped => DROPPED_BY_COMMAND,
        DropReason::Expired => DROPPED_EXPIRED,
        DropReason::NoQos => reason::NO_QOS,
        DropReason::NoRetain => reason::NO_RETAIN,
        DropReason::TooLarge => reason::TOO_LARGE,
    }
}

/// Whether the broker ended the connection, or refused it, by this code.
pub(crate) fn is_of_broker(code: u8) -> bool {
    code == CLOSED || is_reason(code)
}

/// Whether what the broker said speaks of something that was sent, and not of itself or
/// of the client.
pub(crate) fn blames_packet(code: u8) -> bool {
    matches!(
        code,
        CLOSED
            | reason::UNSPECIFIED..=0x83
            | 0x87
            | 0x8f
            | 0x90
            | reason::RECEIVE_MAXIMUM..=reason::TOO_LARGE
            | 0x97
            | 0x99..=reason::NO_QOS
            | reason::NO_SHARED
            | reason::NO_IDENTIFIERS..=reason::NO_WILDCARDS
    )
}

/// Whether the broker said that coming back is of no use: another has the client id, it
/// bans us, or sends us elsewhere.
pub(crate) fn is_final(code: u8) -> bool {
    matches!(code, 138 | 142 | 152 | 156 | 157)
}

/// Whether the broker has too much to do.
pub(crate) fn is_busy(code: u8) -> bool {
    matches!(code, 137 | 151 | 159)
}

/// The 27.007 code that goes with the failure of a connect.
pub(crate) fn connect_error(code: u8) -> u16 {
    match code {
        RADIO_OFF => cme::NO_SERVICE,
        TIMED_OUT => cme::NETWORK_TIMEOUT,
        _ => cme::UNKNOWN,
    }
}
