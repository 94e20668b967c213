//! Words to bytes.

use super::words::Words;

/// The packet that `text` describes. Fields with a natural default may be left
/// out; nothing keeps a script from describing a packet MQTT forbids.
pub(crate) fn encode(text: &str) -> Result<Vec<u8>, String> {
    let mut words = Words::parse(text)?;
    let (first, body) = parts(&mut words)?;
    words.finish()?;
    let mut packet = vec![first];
    length(body.len(), &mut packet);
    packet.extend(body);
    Ok(packet)
}

fn parts(words: &mut Words) -> Result<(u8, Vec<u8>), String> {
    Ok(match words.name {
        "CONNECT" => (0x10, connect(words)?),
        "CONNACK" => (0x20, connack(words)?),
        "PUBLISH" => publish(words)?,
        "PUBACK" => (0x40, id(words)?),
        "PUBREC" => (0x50, id(words)?),
        "PUBREL" => (0x62, id(words)?),
        "PUBCOMP" => (0x70, id(words)?),
        "SUBSCRIBE" => (0x82, subscribe(words)?),
        "SUBACK" => (0x90, suback(words)?),
        "UNSUBSCRIBE" => (0xA2, unsubscribe(words)?),
        "UNSUBACK" => (0xB0, id(words)?),
        "PINGREQ" => (0xC0, Vec::new()),
        "PINGRESP" => (0xD0, Vec::new()),
        "DISCONNECT" => (0xE0, Vec::new()),
        name => return Err(format!("`{name}` is no packet of MQTT 3.1.1")),
    })
}

fn length(mut left: usize, packet: &mut Vec<u8>) {
    while left > 0x7F {
        packet.push((left & 0x7F) as u8 | 0x80);
        left >>= 7;
    }
    packet.push(left as u8);
}

fn connect(words: &mut Words) -> Result<Vec<u8>, String> {
    let client = words.bytes("client")?;
    let client = client.ok_or_else(|| words.missing("client"))?;
    let clean = words.number("clean", 1)?.unwrap_or(1) as u8;
    let keep_alive = words.number("keepalive", 0xFFFF)?;
    let keep_alive = keep_alive.ok_or_else(|| words.missing("keepalive"))? as u16;
    let (will_flags, will) = will(words)?;
    let user = words.bytes("user")?;
    let password = words.bytes("password")?;
    let named = u8::from(user.is_some()) << 7 | u8::from(password.is_some()) << 6;
    let flags = clean << 1 | will_flags | named;
    let mut body = b"\0\x04MQTT\x04".to_vec();
    body.push(flags);
    body.extend(keep_alive.to_be_bytes());
    string(&client, &mut body)?;
    for text in will
        .into_iter()
        .chain([user, password].into_iter().flatten())
    {
        string(&text, &mut body)?;
    }
    Ok(body)
}

/// The flags of a will, its topic and its payload; nothing without one.
fn will(words: &mut Words) -> Result<(u8, Vec<Vec<u8>>), String> {
    let Some(topic) = words.bytes("will")? else {
        return Ok((0, Vec::new()));
    };
    let qos = words.number("willqos", 3)?.unwrap_or(0) as u8;
    let retain = words.number("willretain", 1)?.unwrap_or(0) as u8;
    let payload = words.bytes("willpayload")?;
    let payload = payload.ok_or_else(|| words.missing("willpayload"))?;
    Ok((4 | qos << 3 | retain << 5, vec![topic, payload]))
}

fn connack(words: &mut Words) -> Result<Vec<u8>, String> {
    let session = words.number("session", 1)?.unwrap_or(0);
    let code = words.number("code", 0xFF)?.unwrap_or(0);
    Ok(vec![session as u8, code as u8])
}

fn publish(words: &mut Words) -> Result<(u8, Vec<u8>), String> {
    let qos = words.number("qos", 3)?.unwrap_or(0) as u8;
    let dup = words.number("dup", 1)?.unwrap_or(0) as u8;
    let retain = words.number("retain", 1)?.unwrap_or(0) as u8;
    let topic = words.bytes("topic")?;
    let mut body = Vec::new();
    string(&topic.ok_or_else(|| words.missing("topic"))?, &mut body)?;
    if qos > 0 {
        body.extend(id(words)?);
    }
    let payload = words.bytes("payload")?;
    body.extend(payload.ok_or_else(|| words.missing("payload"))?);
    Ok((0x30 | dup << 3 | qos << 1 | retain, body))
}

fn subscribe(words: &mut Words) -> Result<Vec<u8>, String> {
    let mut body = id(words)?;
    while let Some(topic) = words.bytes("topic")? {
        string(&topic, &mut body)?;
        let qos = words.number("qos", 0xFF)?;
        body.push(qos.ok_or_else(|| words.missing("qos"))? as u8);
    }
    Ok(body)
}

fn suback(words: &mut Words) -> Result<Vec<u8>, String> {
    let mut body = id(words)?;
    if !words.has("code") {
        return Err(words.missing("code"));
    }
    while let Some(code) = words.number("code", 0xFF)? {
        body.push(code as u8);
    }
    Ok(body)
}

fn unsubscribe(words: &mut Words) -> Result<Vec<u8>, String> {
    let mut body = id(words)?;
    while let Some(topic) = words.bytes("topic")? {
        string(&topic, &mut body)?;
    }
    Ok(body)
}

fn id(words: &mut Words) -> Result<Vec<u8>, String> {
    let id = words.number("id", 0xFFFF)?;
    let id = id.ok_or_else(|| words.missing("id"))? as u16;
    Ok(id.to_be_bytes().to_vec())
}

fn string(text: &[u8], body: &mut Vec<u8>) -> Result<(), String> {
    let length = u16::try_from(text.len()).map_err(|_| "a text is at most 65535 bytes long")?;
    body.extend(length.to_be_bytes());
    body.extend(text);
    Ok(())
}
