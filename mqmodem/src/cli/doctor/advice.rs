//! What is wrong with the way to a broker, and what to do about it.

use mqmodem_core::mqtt::reason;
use mqmodem_core::{Failure, NetError};

pub(super) const CHECK_ROUTE: &str = "check the address, the port and the firewalls on the way";

pub(super) const CLOSED: &str = "the broker closed the connection without an answer; check that this port \
    is for MQTT, with or without TLS as configured, and see the broker's log";

pub(super) const NO_BROKER: &str = "what answers there is no MQTT broker; check the port";

const NO_WEBSOCKET: &str = "what answers there is no WebSocket; check the port, and whether it is for \
    MQTT without WebSocket: then the url begins with mqtt:// or mqtts://";

/// What a CONNACK that refuses means.
pub(super) fn refusal(code: u8) -> String {
    refusal_as(code, code)
}

/// That an old broker does not know MQTT 5.0: it says so by a code of 3.1.1.
pub(super) fn unknown_version() -> String {
    refusal_as(reason::UNSUPPORTED_VERSION, 1)
}

/// What a code means, that was said by another one.
fn refusal_as(code: u8, said: u8) -> String {
    let why = match code {
        1 => "it does not speak MQTT 3.1.1; update it",
        132 => "it does not speak MQTT 5.0; set version to 0 or 4",
        2 | 133 => "it refused the client id; choose another client_id",
        3 | 136 | 137 => "it is not available; look at the broker's log",
        4 | 5 | 134 | 135 => {
            "user name or password wrong, or not allowed (Mosquitto says 5 for both); check \
             username and password, and the broker's access list"
        }
        128.. => {
            let why = reason::name(code).unwrap_or("no reason that MQTT knows");
            return format!("it refuses: {why} (CONNACK {said})");
        }
        _ => "it refused for a reason that MQTT 3.1.1 does not know; look at the broker's log",
    };
    format!("{why} (CONNACK {said})")
}

pub(super) fn advice(error: NetError) -> String {
    match error {
        NetError::WebSocket { .. } | NetError::Proxy { .. } => {
            format!("{}; {}", Failure::from(error), what_to_do(error))
        }
        _ => what_to_do(error).to_owned(),
    }
}

/// What is wrong with the proxy; nothing where there was no error but no end.
pub(super) fn of_proxy(error: Option<NetError>) -> Option<String> {
    let error = error?;
    let what = match error {
        NetError::Proxy { status: 0 } | NetError::Broken => {
            "what answers there is no HTTP proxy; check its port"
        }
        NetError::Proxy { .. } => what_to_do(error),
        _ => "check the host and the port of proxy, and that it runs",
    };
    let failure = Failure::from(error).to_string();
    // Its line of the report begins so.
    let failure = failure.strip_prefix("proxy: ").unwrap_or(&failure);
    Some(format!("{failure}; {what}"))
}

/// What is wrong with a WebSocket; nothing where there was no error but no end.
pub(super) fn of_websocket(error: Option<NetError>) -> Option<String> {
    match error? {
        NetError::Broken | NetError::WebSocket { status: 0 } => Some(NO_WEBSOCKET.to_owned()),
        error => Some(advice(error)),
    }
}

fn what_to_do(error: NetError) -> &'static str {
    match error {
        NetError::NameNotFound => "the name has no address; check it",
        NetError::Refused => "nothing listens there; check the port, and that the broker runs",
        NetError::Unreachable => "there is no route to it; check the network of this machine",
        NetError::TimedOut => "nothing answers there; check the firewalls on the way",
        NetError::Broken => CLOSED,
        NetError::NoLocalAddress => {
            "this machine has no local port or address left; close connections, or widen net.ipv4.ip_local_port_range"
        }
        NetError::NoFileHandle => {
            "this process has no file handle left; raise its limit (ulimit -n, LimitNOFILE=)"
        }
        NetError::NoNameServer => {
            "this machine has no name server, or it refuses; check /etc/resolv.conf"
        }
        NetError::TlsUntrusted => {
            "no trusted root has signed its certificate; give that root, or the certificate itself if it \
             is self-signed, as root in [broker.tls]"
        }
        NetError::TlsName => {
            "its certificate is for another name; use that name in [broker], or make it the option sni"
        }
        NetError::TlsExpired => {
            "its certificate is expired or not yet valid; check its dates and this machine's clock"
        }
        NetError::TlsUnsupported => {
            "its certificate is of a kind that is not supported here; give the broker one of X.509 v3, \
             not of a CA (CA:FALSE), with a key of EC P-256 or RSA of at least 2,048 bits, signed with SHA-256"
        }
        NetError::TlsClientCertificate => {
            "it wants a client certificate, or refused the one given; check certificate and key in [broker.tls]"
        }
        NetError::Protocol => NO_BROKER,
        NetError::WebSocket { status: 401 | 403 } => {
            "it wants other credentials; check the query of the url; headers are given by AT+MQTTPROP"
        }
        NetError::WebSocket { status: 101 } => {
            "it does not choose the subprotocol mqtt; check the path, and that MQTT is behind it"
        }
        NetError::WebSocket { .. } => "check the path in the url, and that MQTT is behind it",
        NetError::Proxy { status: 407 } => "check the user and the password in proxy",
        NetError::Proxy { .. } => "check that proxy may connect to the broker's host and port",
        NetError::TlsOther => "TLS does not come up; check that the port is for TLS 1.2 or later",
    }
}
