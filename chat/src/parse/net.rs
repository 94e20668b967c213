//! How a link that is pending fares.

use mqmodem_core::Stage;

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
