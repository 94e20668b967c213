//! The properties of MQTT 5 in words: `receivemax=2`, `reason="..."`, `user="key","value"`.
//! Names and kinds are those of the core's table; the bytes are written apart.

use super::bytes::{WireReader, length, string};
use super::words::{FieldValue, PacketField, PacketWords};
use mqmodem_core::mqtt::carrier::Carrier;
use mqmodem_core::mqtt::property::{Property, PropertyKind};

/// The name of a property of `carrier` in a chat. CONNECT has those of the will
/// beside its own, with `will` before the name.
fn name(property: &Property, carrier: Carrier) -> String {
    let name = property.name_in(carrier);
    match carrier {
        Carrier::Will if !name.starts_with("will") => format!("will{name}"),
        _ => name.into(),
    }
}

fn find(field: &str, carrier: Carrier) -> Option<&'static Property> {
    let mut all = mqmodem_core::mqtt::property::ALL.iter();
    all.find(|property| property.is_of(carrier) && name(property, carrier) == field)
}

/// The block of the properties among `words`, without its length.
pub(super) fn block(words: &mut PacketWords, carrier: Carrier) -> Result<Vec<u8>, String> {
    let mut block = Vec::new();
    for (property, value) in words.take_all(|field| find(field, carrier)) {
        block.push(property.id);
        write(property, &name(property, carrier), value, &mut block)?;
    }
    Ok(block)
}

/// The length of the block, and the block.
pub(super) fn encode(words: &mut PacketWords, carrier: Carrier) -> Result<Vec<u8>, String> {
    let block = block(words, carrier)?;
    let mut bytes = Vec::new();
    length(block.len(), &mut bytes);
    bytes.extend(block);
    Ok(bytes)
}

fn write(
    property: &Property,
    name: &str,
    value: FieldValue,
    block: &mut Vec<u8>,
) -> Result<(), String> {
    match (property.kind, value) {
        (PropertyKind::Byte, FieldValue::Number(number @ 0..=0xFF)) => block.push(number as u8),
        (PropertyKind::Two(_), FieldValue::Number(number @ 0..=0xFFFF)) => {
            block.extend((number as u16).to_be_bytes());
        }
        (PropertyKind::Four(_), FieldValue::Number(number)) => block.extend(number.to_be_bytes()),
        (PropertyKind::Varint, FieldValue::Number(number @ 0..=0xFFF_FFFF)) => {
            length(number as usize, block);
        }
        (
            PropertyKind::Text | PropertyKind::Topic | PropertyKind::Bytes,
            FieldValue::Bytes(text),
        ) => {
            string(&text, block)?;
        }
        (PropertyKind::Pair, FieldValue::Pair(key, value)) => {
            string(&key, block)?;
            string(&value, block)?;
        }
        (kind, _) => return Err(format!("write {name}={}", form(kind))),
    }
    Ok(())
}

/// How the value of a property is written.
fn form(kind: PropertyKind) -> &'static str {
    match kind {
        PropertyKind::Byte => "N, from 0 to 255",
        PropertyKind::Two(_) => "N, from 0 to 65535",
        PropertyKind::Four(_) => "N, from 0 to 4294967295",
        PropertyKind::Varint => "N, from 0 to 268435455",
        PropertyKind::Text | PropertyKind::Topic | PropertyKind::Bytes => "\"...\"",
        PropertyKind::Pair => "\"key\",\"value\"",
    }
}

/// Adds the words for a block with its length before it.
pub(super) fn decode(
    body: &mut WireReader<'_>,
    carrier: Carrier,
    words: &mut PacketWords<'static>,
) -> Option<()> {
    let length = body.varint()?;
    let mut block = WireReader(body.take(length)?);
    while let Some(id) = block.byte() {
        let property = Property::find(id)?;
        let value = match property.kind {
            PropertyKind::Byte => FieldValue::Number(block.byte()?.into()),
            PropertyKind::Two(_) => FieldValue::Number(block.number()?.into()),
            PropertyKind::Four(_) => FieldValue::Number(block.long()?),
            PropertyKind::Varint => FieldValue::Number(block.varint()?.try_into().ok()?),
            PropertyKind::Text | PropertyKind::Topic | PropertyKind::Bytes => {
                FieldValue::Bytes(block.text()?.to_vec())
            }
            PropertyKind::Pair => FieldValue::Pair(block.text()?.to_vec(), block.text()?.to_vec()),
        };
        words.add(name(property, carrier), value);
    }
    Some(())
}

/// Whether a field of a packet of this name is a property.
pub(super) fn is_property(packet: &str, (field, value): &PacketField<'_>) -> bool {
    let carriers: &[Carrier] = match packet {
        "CONNECT" => &[Carrier::Connect, Carrier::Will],
        "CONNACK" => &[Carrier::Connack],
        "PUBLISH" => &[Carrier::Publish],
        "PUBACK" => &[Carrier::Puback],
        "PUBREC" => &[Carrier::Pubrec],
        "PUBREL" => &[Carrier::Pubrel],
        "PUBCOMP" => &[Carrier::Pubcomp],
        "SUBSCRIBE" => &[Carrier::Subscribe],
        "SUBACK" => &[Carrier::Suback],
        "UNSUBSCRIBE" => &[Carrier::Unsubscribe],
        "UNSUBACK" => &[Carrier::Unsuback],
        "DISCONNECT" => &[Carrier::Disconnect],
        "AUTH" => &[Carrier::Auth],
        _ => &[],
    };
    let is_pair = matches!(value, FieldValue::Pair(..));
    let mut found = carriers.iter().filter_map(|carrier| find(field, *carrier));
    found.any(|property| is_pair == (property.kind == PropertyKind::Pair))
}
