//! What was recorded, in the words of a chat.

use crate::observe::stream::{PacketText, TraceLink, TracePacket};
use mqmodem_chat::FieldValue;
use mqmodem_core::{Failure, NetError};

/// A text as it is typed.
pub(super) fn typed(text: &str) -> Vec<u8> {
    format!("{text}\r").into_bytes()
}

/// A line about the broker or the network of a link.
pub(super) fn named(word: &str, link: u8, rest: &str) -> String {
    match link {
        0 => format!("{word} {rest}"),
        number => format!("{word}.{number} {rest}"),
    }
}

/// The bytes of a packet of the broker, and words that say all of them, if there are such. What
/// of a payload was not recorded is filled.
pub(super) fn wire(packet: &TracePacket) -> Option<(Vec<u8>, Option<String>)> {
    let PacketText::Words(words) = &packet.content else {
        return packet.raw.clone().map(|raw| (raw, None));
    };
    let mut words = words.clone();
    if let Some(len) = packet.payload_bytes {
        let mut payload = words.take_text("payload")?;
        payload.resize(len, b'x');
        words.put("payload", FieldValue::Bytes(payload));
    } else if let Some(raw) = &packet.raw {
        return Some((raw.clone(), None));
    }
    let bytes = words.encode(packet.version).ok()?;
    Some((bytes, Some(words.to_string())))
}

/// Why a link fails, by its name in a chat.
pub(super) fn reason_of(link: &TraceLink) -> (String, NetError) {
    let status = link.text.as_deref().and_then(|it| it.rsplit_once(": "));
    let status = status.map_or("", |(_, status)| status);
    for name in mqmodem_faults::reasons() {
        for name in [name.to_owned(), format!("{name} {status}")] {
            let Ok(error) = mqmodem_faults::reason(&name) else {
                continue;
            };
            let why = Failure::from(error);
            if Some(why.code) == link.code && link.text.as_deref() == Some(&why.to_string()) {
                return (name, error);
            }
        }
    }
    ("refused".to_owned(), NetError::Refused)
}
