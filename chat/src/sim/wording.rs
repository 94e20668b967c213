//! What a modem asks for, as lines of a chat.

use mqmodem_core::{
    Endpoint, Instant, ModemLines, Parity, Serial, TlsVersion, Verify, WebSocketTarget,
};

/// Lines as `port <` words them.
pub(super) fn lines(lines: ModemLines) -> String {
    format!(
        "lines dcd={} dsr={}",
        u8::from(lines.dcd),
        u8::from(lines.dsr)
    )
}

/// Speed and format as `port <` words them.
pub(super) fn serial(serial: Serial) -> String {
    let Serial {
        baud,
        data_bits,
        parity,
        stop_bits,
        rts_cts,
        xon_xoff,
    } = serial;
    let parity = match parity {
        Parity::None => 'N',
        Parity::Odd => 'O',
        Parity::Even => 'E',
    };
    let flow = match (rts_cts, xon_xoff) {
        (false, false) => "",
        (true, _) => " rts/cts",
        (false, true) => " xon/xoff",
    };
    format!("serial {baud} {data_bits}{parity}{stop_bits}{flow}")
}

/// What of the endpoint is the WebSocket's. Of headers the names.
fn websocket(target: &WebSocketTarget<'_>) -> String {
    let query = target.query.map(|query| format!("?{query}"));
    let mut words = format!("{}{}", target.path, query.unwrap_or_default());
    for (name, _) in target.headers.iter() {
        words = format!("{words} header={name}");
    }
    words
}

/// An endpoint as `net <` words it.
pub(super) fn endpoint(to: &Endpoint<'_>, now: Instant) -> String {
    let scheme = match (to.websocket, to.tls) {
        (None, None) => "tcp",
        (None, Some(_)) => "tls",
        (Some(_), None) => "ws",
        (Some(_), Some(_)) => "wss",
    };
    let mut words = format!("open {scheme}://{}:{}", to.host, to.port);
    if let Some(target) = to.websocket {
        words += &websocket(&target);
    }
    let tls = to.tls.unwrap_or_default();
    let files = [
        ("root", tls.root),
        ("certificate", tls.certificate),
        ("key", tls.key),
    ];
    for (name, bytes) in files {
        if let Some(bytes) = bytes {
            words = format!("{words} {name}={}", bytes.len());
        }
    }
    match tls.verify {
        Verify::All => {}
        Verify::Nothing => words.push_str(" verify=0"),
        Verify::Chain => words.push_str(" verify=2"),
    }
    if tls.any_date && tls.verify != Verify::Nothing {
        words.push_str(" dates=0");
    }
    let identity = tls.psk.map(|psk| psk.identity());
    let version = match tls.version {
        TlsVersion::Any => None,
        TlsVersion::V12 => Some("2"),
        TlsVersion::V13 => Some("3"),
    };
    let texts = [
        ("sni", tls.sni),
        ("alpn", tls.alpn),
        ("psk", identity),
        ("tlsversion", version),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            words = format!("{words} {name}={text}");
        }
    }
    words + &format!(" within {}ms", to.deadline.since(now).as_millis())
}
