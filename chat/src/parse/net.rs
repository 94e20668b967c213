//! How a link that is pending fares.

use mqmodem_core::{NetError, Stage};

/// The reasons a link may fail for, as `net fail` names them. A status may follow the
/// name of one that has it.
pub(super) const FAILURES: [(&str, NetError); 17] = [
    ("name", NetError::NameNotFound),
    ("refused", NetError::Refused),
    ("unreachable", NetError::Unreachable),
    ("timed-out", NetError::TimedOut),
    ("broken", NetError::Broken),
    ("no-local-address", NetError::NoLocalAddress),
    ("no-file-handle", NetError::NoFileHandle),
    ("no-name-server", NetError::NoNameServer),
    ("tls-untrusted", NetError::TlsUntrusted),
    ("tls-name", NetError::TlsName),
    ("tls-expired", NetError::TlsExpired),
    ("tls-client-certificate", NetError::TlsClientCertificate),
    ("tls-unsupported", NetError::TlsUnsupported),
    ("tls-other", NetError::TlsOther),
    ("protocol", NetError::Protocol),
    ("websocket", NetError::WebSocket { status: 0 }),
    ("proxy", NetError::Proxy { status: 0 }),
];

/// The reason of `net fail`.
pub(super) fn failure(why: &str) -> Result<NetError, String> {
    let (name, status) = match why.split_once(' ') {
        Some((name, status)) => (name, Some(status)),
        None => (why, None),
    };
    let known = FAILURES.iter().find(|(known, _)| *known == name);
    let (_, error) = known.ok_or_else(|| {
        let names = FAILURES.map(|(name, _)| name).join(", ");
        format!("a link fails for one of: {names}")
    })?;
    let Some(status) = status else {
        return Ok(*error);
    };
    let number = |status: &str| match status.parse() {
        Ok(status @ 100..=999) => Ok(status),
        _ => Err("a status is a number of 100 to 999".to_string()),
    };
    match error {
        NetError::WebSocket { .. } => number(status).map(|status| NetError::WebSocket { status }),
        NetError::Proxy { .. } => number(status).map(|status| NetError::Proxy { status }),
        _ => Err("only `websocket` and `proxy` have a status".into()),
    }
}

/// The stage of `net at`.
pub(super) fn stage_named(name: &str) -> Result<Stage, String> {
    match name {
        "turn" => Ok(Stage::Turn),
        "name" => Ok(Stage::Name),
        "tcp" => Ok(Stage::Tcp),
        "tls" => Ok(Stage::Tls),
        "proxy" => Ok(Stage::Proxy),
        "websocket" => Ok(Stage::WebSocket),
        _ => Err("a link waits for one of: turn, name, tcp, tls, proxy, websocket".into()),
    }
}
