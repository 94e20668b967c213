//! Packets of MQTT 5.0 as bytes, written and read without the code that is tested.

pub const EXPIRY: u8 = 2;
pub const CONTENT_TYPE: u8 = 3;
pub const RESPONSE_TOPIC: u8 = 8;
pub const SUBSCRIPTION_ID: u8 = 11;
pub const SESSION_EXPIRY: u8 = 17;
pub const ASSIGNED_ID: u8 = 18;
pub const SERVER_KEEP_ALIVE: u8 = 19;
pub const AUTH_METHOD: u8 = 21;
pub const AUTH_DATA: u8 = 22;
pub const REASON: u8 = 31;
pub const RECEIVE_MAX: u8 = 33;
pub const ALIAS_MAX: u8 = 34;
pub const ALIAS: u8 = 35;
pub const MAX_QOS: u8 = 36;
pub const RETAIN: u8 = 37;
pub const USER: u8 = 38;
pub const MAX_PACKET: u8 = 39;

pub const PUBACK: u8 = 0x40;
pub const PUBREC: u8 = 0x50;
pub const PUBREL: u8 = 0x62;
pub const PUBCOMP: u8 = 0x70;
pub const SUBACK: u8 = 0x90;
pub const UNSUBACK: u8 = 0xb0;
pub const PINGREQ: &[u8] = &[0xc0, 0];
pub const PINGRESP: &[u8] = &[0xd0, 0];

/// A variable byte integer.
pub fn varint(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        bytes.push(if value > 0 { low | 0x80 } else { low });
        if value == 0 {
            return bytes;
        }
    }
}

/// Takes a variable byte integer off the front.
pub fn take_varint(bytes: &mut &[u8]) -> usize {
    let mut value = 0;
    for place in 0..4 {
        let (byte, rest) = bytes.split_first().expect("a variable byte integer");
        *bytes = rest;
        value |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return value;
        }
    }
    panic!("a variable byte integer of five bytes");
}

/// Text or binary data with its length.
pub fn text(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
}

fn take_text<'a>(bytes: &mut &'a [u8]) -> &'a [u8] {
    let (len, rest) = bytes.split_first_chunk::<2>().expect("a length");
    let (text, rest) = rest.split_at(u16::from_be_bytes(*len).into());
    *bytes = rest;
    text
}

/// A packet: its first byte and what follows its length.
pub fn packet(first: u8, body: &[&[u8]]) -> Vec<u8> {
    let body = body.concat();
    [&[first][..], &varint(body.len()), &body].concat()
}

/// A property: what it is, and its value as bytes.
pub fn property(id: u8, value: impl AsRef<[u8]>) -> Vec<u8> {
    [&[id][..], value.as_ref()].concat()
}

/// A property that is text.
pub fn named(id: u8, value: impl AsRef<[u8]>) -> Vec<u8> {
    property(id, text(value))
}

/// A user property.
pub fn user(key: &str, value: &str) -> Vec<u8> {
    property(USER, [text(key), text(value)].concat())
}

/// Properties with their length.
pub fn block(properties: &[u8]) -> Vec<u8> {
    [&varint(properties.len())[..], properties].concat()
}

pub fn connack(present: bool, code: u8, properties: &[u8]) -> Vec<u8> {
    packet(0x20, &[&[present.into(), code], &block(properties)])
}

/// A message from the broker; `id` 0 with QoS 0.
pub fn publish(
    first: u8,
    topic: impl AsRef<[u8]>,
    id: u16,
    properties: &[u8],
    payload: &[u8],
) -> Vec<u8> {
    let number = id.to_be_bytes();
    let number: &[u8] = if id > 0 { &number } else { &[] };
    packet(first, &[&text(topic), number, &block(properties), payload])
}

/// An acknowledgement of a reason code, without properties. Code 0 is left out.
pub fn ack(first: u8, id: u16, code: u8) -> Vec<u8> {
    let [high, low] = id.to_be_bytes();
    match code {
        0 => vec![first, 2, high, low],
        code => vec![first, 3, high, low, code],
    }
}

/// An acknowledgement with properties.
pub fn ack_with(first: u8, id: u16, code: u8, properties: &[u8]) -> Vec<u8> {
    packet(first, &[&id.to_be_bytes(), &[code], &block(properties)])
}

/// SUBACK or UNSUBACK with these codes.
pub fn codes(first: u8, id: u16, codes: &[u8]) -> Vec<u8> {
    packet(first, &[&id.to_be_bytes(), &[0], codes])
}

pub fn disconnect(code: u8) -> Vec<u8> {
    vec![0xe0, 1, code]
}

/// Whole packets, one after the other.
pub fn packets(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    while !bytes.is_empty() {
        let mut rest = &bytes[1..];
        let len = take_varint(&mut rest);
        let whole = bytes.len() - rest.len() + len;
        packets.push(bytes[..whole].to_vec());
        bytes = &bytes[whole..];
    }
    packets
}

/// What a packet has behind its length.
pub fn body(packet: &[u8]) -> &[u8] {
    let mut rest = &packet[1..];
    let len = take_varint(&mut rest);
    assert_eq!(len, rest.len(), "{packet:02x?} is one packet");
    rest
}

/// The packet identifier of any packet that has one.
pub fn id_of(packet: &[u8]) -> u16 {
    let mut rest = body(packet);
    if packet[0] >> 4 == 3 {
        take_text(&mut rest);
    }
    u16::from_be_bytes([rest[0], rest[1]])
}

/// Properties: what each is, and its value as bytes.
pub type Block = Vec<(u8, Vec<u8>)>;

/// A PUBLISH, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Publish {
    pub first: u8,
    pub topic: String,
    pub id: u16,
    pub properties: Block,
    pub payload: Vec<u8>,
}

pub fn read_publish(packet: &[u8]) -> Publish {
    assert_eq!(packet[0] >> 4, 3, "{packet:02x?} is a PUBLISH");
    let mut rest = body(packet);
    let topic = String::from_utf8(take_text(&mut rest).to_vec()).unwrap();
    let mut id = 0;
    if packet[0] & 6 != 0 {
        id = u16::from_be_bytes([rest[0], rest[1]]);
        rest = &rest[2..];
    }
    Publish {
        first: packet[0],
        topic,
        id,
        properties: take_block(&mut rest),
        payload: rest.to_vec(),
    }
}

/// A CONNECT, taken apart.
#[derive(Debug)]
pub struct Connect {
    pub version: u8,
    pub flags: u8,
    pub keep_alive: u16,
    pub properties: Block,
    pub client: Vec<u8>,
    /// Properties, topic and payload.
    pub will: Option<(Block, Vec<u8>, Vec<u8>)>,
    pub user: Option<Vec<u8>>,
    pub password: Option<Vec<u8>>,
}

pub fn read_connect(packet: &[u8]) -> Connect {
    assert_eq!(packet[0], 0x10, "{packet:02x?} is CONNECT");
    let mut rest = body(packet);
    assert_eq!(take_text(&mut rest), b"MQTT");
    let (version, flags) = (rest[0], rest[1]);
    let keep_alive = u16::from_be_bytes([rest[2], rest[3]]);
    rest = &rest[4..];
    let five = version == 5;
    let properties = |rest: &mut &[u8]| if five { take_block(rest) } else { Vec::new() };
    let of_packet = properties(&mut rest);
    let client = take_text(&mut rest).to_vec();
    let will = (flags & 4 != 0).then(|| {
        let of_will = properties(&mut rest);
        let topic = take_text(&mut rest).to_vec();
        (of_will, topic, take_text(&mut rest).to_vec())
    });
    let user = (flags & 0x80 != 0).then(|| take_text(&mut rest).to_vec());
    let password = (flags & 0x40 != 0).then(|| take_text(&mut rest).to_vec());
    assert_eq!(rest, b"", "nothing behind it");
    Connect {
        version,
        flags,
        keep_alive,
        properties: of_packet,
        client,
        will,
        user,
        password,
    }
}

/// Takes a block of properties off the front; each with its value as bytes.
fn take_block(bytes: &mut &[u8]) -> Block {
    let len = take_varint(bytes);
    let (mut block, rest) = bytes.split_at(len);
    *bytes = rest;
    let mut properties = Vec::new();
    while let Some((&id, rest)) = block.split_first() {
        let mut after = rest;
        match id {
            1 | 23 | 25 | 36 | 37 | 40 | 41 | 42 => after = &after[1..],
            19 | 33 | 34 | 35 => after = &after[2..],
            2 | 17 | 24 | 39 => after = &after[4..],
            11 => drop(take_varint(&mut after)),
            38 => {
                take_text(&mut after);
                take_text(&mut after);
            }
            _ => drop(take_text(&mut after)),
        }
        properties.push((id, rest[..rest.len() - after.len()].to_vec()));
        block = after;
    }
    properties
}

/// The value of a property, if it is there.
pub fn value(properties: &[(u8, Vec<u8>)], id: u8) -> Option<&[u8]> {
    let found = properties.iter().find(|(known, _)| *known == id);
    found.map(|(_, value)| value.as_slice())
}
