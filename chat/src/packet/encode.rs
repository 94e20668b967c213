//! Words to bytes.

use super::bytes::{length, string};
use super::properties;
use super::words::PacketWords;
use mqmodem_core::mqtt::Version;
use mqmodem_core::mqtt::carrier::Carrier;

/// What SUBSCRIBE of MQTT 5 says beside the QoS of a topic: name, place and mask.
pub(super) const SUBSCRIBE_OPTIONS: [(&str, u32, u32); 3] = [
    ("nolocal", 2, 1),
    ("retainaspublished", 3, 1),
    ("retainhandling", 4, 3),
];

/// The packet that `text` describes, on a connection of this version; CONNECT says
/// itself of which one it is. Fields with a natural default may be left out; nothing
/// keeps a script from describing a packet MQTT forbids.
pub(crate) fn encode(version: Version, text: &str) -> Result<Vec<u8>, String> {
    encode_words(version, PacketWords::parse(text)?)
}

/// The same of words that were read.
pub(super) fn encode_words(
    version: Version,
    mut words: PacketWords<'_>,
) -> Result<Vec<u8>, String> {
    let (first, body) = parts(version, &mut words)?;
    words.finish(version)?;
    let mut packet = vec![first];
    length(body.len(), &mut packet);
    packet.extend(body);
    Ok(packet)
}

fn parts(version: Version, words: &mut PacketWords) -> Result<(u8, Vec<u8>), String> {
    Ok(match words.name() {
        "CONNECT" => (0x10, connect(words)?),
        "CONNACK" => (0x20, connack(version, words)?),
        "PUBLISH" => publish(version, words)?,
        "PUBACK" => (0x40, ack(version, words, Carrier::Puback)?),
        "PUBREC" => (0x50, ack(version, words, Carrier::Pubrec)?),
        "PUBREL" => (0x62, ack(version, words, Carrier::Pubrel)?),
        "PUBCOMP" => (0x70, ack(version, words, Carrier::Pubcomp)?),
        "SUBSCRIBE" => (0x82, subscribe(version, words)?),
        "SUBACK" => (0x90, suback(version, words)?),
        "UNSUBSCRIBE" => (0xA2, unsubscribe(version, words)?),
        "UNSUBACK" => (0xB0, unsuback(version, words)?),
        "PINGREQ" => (0xC0, Vec::new()),
        "PINGRESP" => (0xD0, Vec::new()),
        "DISCONNECT" => (0xE0, reason(version, words, Carrier::Disconnect)?),
        "AUTH" => (0xF0, reason(version, words, Carrier::Auth)?),
        name => return Err(format!("`{name}` is no packet of MQTT")),
    })
}

/// A block of properties, where the version has one.
fn properties_in(
    version: Version,
    words: &mut PacketWords,
    carrier: Carrier,
) -> Result<Vec<u8>, String> {
    match version {
        Version::V311 => Ok(Vec::new()),
        Version::V5 => properties::encode(words, carrier),
    }
}

/// A reason code and properties; nothing of it that is not said, and in 3.1.1.
fn reason(version: Version, words: &mut PacketWords, carrier: Carrier) -> Result<Vec<u8>, String> {
    if version == Version::V311 {
        return Ok(Vec::new());
    }
    let code = words.number("code", 0xFF)?;
    let block = properties::encode(words, carrier)?;
    let is_empty = block.len() == 1;
    // Of AUTH alone no block may be left out behind a code.
    let whole = !is_empty || (carrier == Carrier::Auth && code.is_some());
    Ok(match code {
        None if is_empty => Vec::new(),
        _ if whole => [&[code.unwrap_or(0) as u8], &block[..]].concat(),
        code => vec![code.unwrap_or(0) as u8],
    })
}

fn ack(version: Version, words: &mut PacketWords, carrier: Carrier) -> Result<Vec<u8>, String> {
    let mut body = id(words)?;
    body.extend(reason(version, words, carrier)?);
    Ok(body)
}

fn connect(words: &mut PacketWords) -> Result<Vec<u8>, String> {
    let version = match words.number("version", 5)? {
        None | Some(4) => Version::V311,
        Some(5) => Version::V5,
        Some(_) => return Err("`version` is 4 or 5".into()),
    };
    let client = words.bytes("client")?;
    let client = client.ok_or_else(|| words.missing("client"))?;
    let clean = words.number("clean", 1)?.unwrap_or(1) as u8;
    let keep_alive = words.number("keepalive", 0xFFFF)?;
    let keep_alive = keep_alive.ok_or_else(|| words.missing("keepalive"))? as u16;
    let (will_flags, will) = will(version, words)?;
    let user = words.bytes("user")?;
    let password = words.bytes("password")?;
    let named = u8::from(user.is_some()) << 7 | u8::from(password.is_some()) << 6;
    let mut body = b"\0\x04MQTT".to_vec();
    body.push(version.level());
    body.push(clean << 1 | will_flags | named);
    body.extend(keep_alive.to_be_bytes());
    body.extend(properties_in(version, words, Carrier::Connect)?);
    string(&client, &mut body)?;
    body.extend(will);
    for text in [user, password].into_iter().flatten() {
        string(&text, &mut body)?;
    }
    Ok(body)
}

/// The flags of a will, and its properties, topic and payload; nothing without one.
fn will(version: Version, words: &mut PacketWords) -> Result<(u8, Vec<u8>), String> {
    let Some(topic) = words.bytes("will")? else {
        return Ok((0, Vec::new()));
    };
    let qos = words.number("willqos", 3)?.unwrap_or(0) as u8;
    let retain = words.number("willretain", 1)?.unwrap_or(0) as u8;
    let payload = words.bytes("willpayload")?;
    let payload = payload.ok_or_else(|| words.missing("willpayload"))?;
    let mut will = properties_in(version, words, Carrier::Will)?;
    string(&topic, &mut will)?;
    string(&payload, &mut will)?;
    Ok((4 | qos << 3 | retain << 5, will))
}

fn connack(version: Version, words: &mut PacketWords) -> Result<Vec<u8>, String> {
    let session = words.number("session", 1)?.unwrap_or(0);
    let code = words.number("code", 0xFF)?.unwrap_or(0);
    let mut body = vec![session as u8, code as u8];
    body.extend(properties_in(version, words, Carrier::Connack)?);
    Ok(body)
}

fn publish(version: Version, words: &mut PacketWords) -> Result<(u8, Vec<u8>), String> {
    let qos = words.number("qos", 3)?.unwrap_or(0) as u8;
    let dup = words.number("dup", 1)?.unwrap_or(0) as u8;
    let retain = words.number("retain", 1)?.unwrap_or(0) as u8;
    let topic = words.bytes("topic")?;
    let mut body = Vec::new();
    string(&topic.ok_or_else(|| words.missing("topic"))?, &mut body)?;
    if qos > 0 {
        body.extend(id(words)?);
    }
    body.extend(properties_in(version, words, Carrier::Publish)?);
    let payload = words.bytes("payload")?;
    body.extend(payload.ok_or_else(|| words.missing("payload"))?);
    Ok((0x30 | dup << 3 | qos << 1 | retain, body))
}

fn subscribe(version: Version, words: &mut PacketWords) -> Result<Vec<u8>, String> {
    let mut body = id(words)?;
    body.extend(properties_in(version, words, Carrier::Subscribe)?);
    while let Some(topic) = words.bytes("topic")? {
        string(&topic, &mut body)?;
        let qos = words.number_before("topic", "qos", 0xFF)?;
        let mut options = qos.ok_or_else(|| words.missing("qos"))?;
        if version == Version::V5 {
            for (name, shift, mask) in SUBSCRIBE_OPTIONS {
                let value = words.number_before("topic", name, mask)?;
                options |= value.unwrap_or(0) << shift;
            }
        }
        body.push(options as u8);
    }
    Ok(body)
}

fn suback(version: Version, words: &mut PacketWords) -> Result<Vec<u8>, String> {
    let mut body = id(words)?;
    body.extend(properties_in(version, words, Carrier::Suback)?);
    if !words.has("code") {
        return Err(words.missing("code"));
    }
    codes(words, &mut body)?;
    Ok(body)
}

fn unsuback(version: Version, words: &mut PacketWords) -> Result<Vec<u8>, String> {
    let mut body = id(words)?;
    body.extend(properties_in(version, words, Carrier::Unsuback)?);
    if version == Version::V5 {
        if !words.has("code") {
            return Err(words.missing("code"));
        }
        codes(words, &mut body)?;
    }
    Ok(body)
}

fn codes(words: &mut PacketWords, body: &mut Vec<u8>) -> Result<(), String> {
    while let Some(code) = words.number("code", 0xFF)? {
        body.push(code as u8);
    }
    Ok(())
}

fn unsubscribe(version: Version, words: &mut PacketWords) -> Result<Vec<u8>, String> {
    let mut body = id(words)?;
    body.extend(properties_in(version, words, Carrier::Unsubscribe)?);
    while let Some(topic) = words.bytes("topic")? {
        string(&topic, &mut body)?;
    }
    Ok(body)
}

fn id(words: &mut PacketWords) -> Result<Vec<u8>, String> {
    let id = words.number("id", 0xFFFF)?;
    let id = id.ok_or_else(|| words.missing("id"))? as u16;
    Ok(id.to_be_bytes().to_vec())
}
