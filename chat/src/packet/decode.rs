//! Bytes to words. Only what a client sends is worded.

use super::bytes::WireReader;
use super::encode::SUBSCRIBE_OPTIONS;
use super::properties;
use mqmodem_core::mqtt::Version;
use mqmodem_core::mqtt::carrier::Carrier;
use mqmodem_faults::escape::quoted;
use std::fmt::Write;

/// Bytes up to the end of the packet at the front of `bytes`; all of them if
/// it is not there whole.
pub(super) fn length(bytes: &[u8]) -> usize {
    let mut length = 0;
    for (at, byte) in bytes.iter().enumerate().skip(1).take(4) {
        length |= usize::from(byte & 0x7F) << (7 * (at - 1));
        if byte & 0x80 == 0 {
            return (at + 1 + length).min(bytes.len());
        }
    }
    bytes.len()
}

/// The words for one packet; they may leave something out.
pub(super) fn decode(version: Version, packet: &[u8]) -> Option<String> {
    let first = *packet.first()?;
    let head = 1 + packet.iter().skip(1).position(|byte| byte & 0x80 == 0)? + 1;
    let mut body = WireReader(packet.get(head..)?);
    let words = match first >> 4 {
        1 => connect(&mut body)?,
        3 => publish(version, first, &mut body)?,
        4 => acknowledgement(&mut body, "PUBACK", Carrier::Puback)?,
        5 => acknowledgement(&mut body, "PUBREC", Carrier::Pubrec)?,
        6 => acknowledgement(&mut body, "PUBREL", Carrier::Pubrel)?,
        7 => acknowledgement(&mut body, "PUBCOMP", Carrier::Pubcomp)?,
        8 => subscribe(version, &mut body)?,
        10 => unsubscribe(version, &mut body)?,
        12 => "PINGREQ".into(),
        14 => format!("DISCONNECT{}", reason(&mut body, Carrier::Disconnect)?),
        15 => format!("AUTH{}", reason(&mut body, Carrier::Auth)?),
        _ => return None,
    };
    Some(words)
}

/// The words for a block of properties, where the version has one.
fn properties_in(version: Version, body: &mut WireReader, carrier: Carrier) -> Option<String> {
    match version {
        Version::V311 => Some(String::new()),
        Version::V5 => properties::decode(body, carrier),
    }
}

/// The words for a reason code and properties, which may be left out.
fn reason(body: &mut WireReader, carrier: Carrier) -> Option<String> {
    let Some(code) = body.byte() else {
        return Some(String::new());
    };
    let mut words = format!(" code={code}");
    if !body.0.is_empty() {
        let properties = properties::decode(body, carrier)?;
        if code == 0 && !properties.is_empty() {
            words.clear();
        }
        words.push_str(&properties);
    }
    Some(words)
}

fn acknowledgement(body: &mut WireReader, name: &str, carrier: Carrier) -> Option<String> {
    let id = body.number()?;
    Some(format!("{name} id={id}{}", reason(body, carrier)?))
}

fn connect(body: &mut WireReader) -> Option<String> {
    body.take(6)?;
    let (version, words) = match body.byte()? {
        4 => (Version::V311, "CONNECT"),
        5 => (Version::V5, "CONNECT version=5"),
        _ => return None,
    };
    let flags = body.byte()?;
    let keep_alive = body.number()?;
    let properties = properties_in(version, body, Carrier::Connect)?;
    let client = body.text()?;
    let clean = flags >> 1 & 1;
    let mut words = format!("{words} client={client} clean={clean} keepalive={keep_alive}");
    words.push_str(&properties);
    if flags & 0x04 != 0 {
        words.push_str(&will(version, flags, body)?);
    }
    for (flag, name) in [(0x80, "user"), (0x40, "password")] {
        if flags & flag != 0 {
            write!(words, " {name}={}", body.text()?).ok()?;
        }
    }
    Some(words)
}

fn will(version: Version, flags: u8, body: &mut WireReader) -> Option<String> {
    let properties = properties_in(version, body, Carrier::Will)?;
    let mut words = format!(" will={}", body.text()?);
    for (name, value) in [("willqos", flags >> 3 & 3), ("willretain", flags >> 5 & 1)] {
        if value != 0 {
            write!(words, " {name}={value}").ok()?;
        }
    }
    words.push_str(&properties);
    write!(words, " willpayload={}", body.text()?).ok()?;
    Some(words)
}

fn publish(version: Version, first: u8, body: &mut WireReader) -> Option<String> {
    let topic = body.text()?;
    let qos = first >> 1 & 3;
    let mut words = String::from("PUBLISH");
    if qos > 0 {
        write!(words, " qos={qos} id={}", body.number()?).ok()?;
    }
    for (flag, name) in [(8, "dup"), (1, "retain")] {
        if first & flag != 0 {
            write!(words, " {name}=1").ok()?;
        }
    }
    let properties = properties_in(version, body, Carrier::Publish)?;
    write!(
        words,
        " topic={topic}{properties} payload={}",
        quoted(body.0)
    )
    .ok()?;
    Some(words)
}

fn subscribe(version: Version, body: &mut WireReader) -> Option<String> {
    let mut words = format!("SUBSCRIBE id={}", body.number()?);
    words.push_str(&properties_in(version, body, Carrier::Subscribe)?);
    while !body.0.is_empty() {
        let (topic, options) = (body.text()?, body.byte()?);
        if version == Version::V311 {
            write!(words, " topic={topic} qos={options}").ok()?;
            continue;
        }
        write!(words, " topic={topic} qos={}", options & 3).ok()?;
        for (name, shift, mask) in SUBSCRIBE_OPTIONS {
            match options >> shift & mask as u8 {
                0 => {}
                value => write!(words, " {name}={value}").ok()?,
            }
        }
    }
    Some(words)
}

fn unsubscribe(version: Version, body: &mut WireReader) -> Option<String> {
    let mut words = format!("UNSUBSCRIBE id={}", body.number()?);
    words.push_str(&properties_in(version, body, Carrier::Unsubscribe)?);
    while !body.0.is_empty() {
        write!(words, " topic={}", body.text()?).ok()?;
    }
    Some(words)
}
