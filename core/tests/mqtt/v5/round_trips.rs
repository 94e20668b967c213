//! Packets of MQTT 5, written and read again.

use super::*;
use mqmodem_core::mqtt::carrier::Carrier;
use mqmodem_core::mqtt::packet::{Ack, AckKind, Connack, Disconnect, Publish, Suback};
use mqmodem_core::mqtt::property::{self, PropertyKind, PropertyValue};
use mqmodem_core::mqtt::{Connect, PacketId, Properties, Qos, Will, reason};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Which property, and what number or length it has.
type Seeds = Vec<(Index, u32)>;

fn seeds() -> impl Strategy<Value = Seeds> {
    vec((any::<Index>(), any::<u32>()), 0..6)
}

/// A block of `carrier` made of these.
fn block(carrier: Carrier, seeds: &Seeds) -> Vec<u8> {
    let mut memory = vec![0; 4096];
    let mut out = Buf::lent(&mut memory);
    let allowed: Vec<_> = property::ALL
        .iter()
        .filter(|it| it.is_of(carrier))
        .collect();
    for (which, number) in seeds {
        let property = allowed[which.index(allowed.len())];
        let text = "x/ü".repeat(*number as usize % 50 + 1);
        let value = match property.kind {
            PropertyKind::Byte => PropertyValue::Byte((number & 1) as u8),
            PropertyKind::Two(least) => PropertyValue::Two((*number as u16).max(least)),
            PropertyKind::Four(least) => PropertyValue::Four((*number).max(least)),
            PropertyKind::Varint => PropertyValue::Varint((number & 0xfff_ffff).max(1)),
            PropertyKind::Text | PropertyKind::Topic => PropertyValue::Text(&text),
            PropertyKind::Bytes => PropertyValue::Bytes(text.as_bytes()),
            PropertyKind::Pair => PropertyValue::Pair(&text, ""),
        };
        let before = out.len();
        property.write(value, &mut out).unwrap();
        // Not what stands there already, nor authentication data without a method.
        if Properties::parse(carrier, out.as_slice()).is_err() {
            out.truncate(before);
        }
    }
    out.as_slice().to_vec()
}

fn properties(carrier: Carrier, block: &[u8]) -> Properties<'_> {
    Properties::parse(carrier, block).unwrap()
}

fn comes_back(packet: &Packet<'_>) -> Result<(), TestCaseError> {
    let bytes = encode(packet).unwrap();
    prop_assert_eq!(decode(&bytes), Ok(*packet));
    prop_assert!(!packet.to_string().contains('\n'));
    // 3.1.1 has neither properties nor the reason codes of MQTT 5.
    let mut memory = vec![0; bytes.len()];
    let old = packet.encode_as(Version::V311, &mut Buf::lent(&mut memory));
    if let Packet::Publish(publish) = packet {
        prop_assert_eq!(old.is_ok(), publish.properties.is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_publish_with_properties_comes_back(
        seeds in seeds(), level in 0..=2_u8, dup: bool, retain: bool,
        payload in vec(any::<u8>(), 0..300),
    ) {
        let block = block(Carrier::Publish, &seeds);
        let qos = Qos::new(level).unwrap();
        let once = level == 0;
        comes_back(&Packet::Publish(Publish {
            dup: dup && !once,
            qos,
            retain,
            topic: "a/b",
            id: PacketId::new(7).filter(|_| !once),
            properties: properties(Carrier::Publish, &block),
            payload: &payload,
        }))?;
    }

    #[test]
    fn a_connect_with_properties_comes_back(
        own in seeds(), of_will in proptest::option::of(seeds()), clean_session: bool,
        client_id in select(&["", "x", "pump-7"]), password in proptest::option::of(vec(any::<u8>(), 0..9)),
    ) {
        let own = block(Carrier::Connect, &own);
        let of_will = of_will.map(|seeds| block(Carrier::Will, &seeds));
        let will = of_will.as_deref().map(|block| Will {
            topic: "w",
            message: b"bye",
            qos: Qos::AtLeastOnce,
            retain: true,
            properties: properties(Carrier::Will, block),
        });
        comes_back(&Packet::Connect(Connect {
            version: Version::V5,
            client_id,
            clean_session,
            keep_alive: 9,
            username: None,
            password: password.as_deref(),
            properties: properties(Carrier::Connect, &own),
            will,
        }))?;
    }

    #[test]
    fn answers_with_a_reason_come_back(seeds in seeds(), which in any::<Index>()) {
        let code = |carrier| {
            let all = reason::ALL.iter().filter(|it| it.is_of(carrier));
            let codes: Vec<u8> = all.map(|it| it.code).collect();
            codes[which.index(codes.len())]
        };
        let id = PacketId::new(0xfffe).unwrap();
        for (kind, carrier) in [
            (AckKind::Puback, Carrier::Puback),
            (AckKind::Pubrec, Carrier::Pubrec),
            (AckKind::Pubrel, Carrier::Pubrel),
            (AckKind::Pubcomp, Carrier::Pubcomp),
        ] {
            let block = block(carrier, &seeds);
            let properties = properties(carrier, &block);
            comes_back(&Packet::Ack(Ack { kind, id, code: code(carrier), properties }))?;
        }
        let suback = block(Carrier::Suback, &seeds);
        let codes = [code(Carrier::Suback), 0];
        let properties_of_it = properties(Carrier::Suback, &suback);
        comes_back(&Packet::Suback(Suback { id, properties: properties_of_it, codes: &codes }))?;
        let connack = block(Carrier::Connack, &seeds);
        comes_back(&Packet::Connack(Connack {
            session_present: false,
            code: code(Carrier::Connack),
            properties: properties(Carrier::Connack, &connack),
        }))?;
        let disconnect = block(Carrier::Disconnect, &seeds);
        comes_back(&Packet::Disconnect(Disconnect {
            code: code(Carrier::Disconnect),
            properties: properties(Carrier::Disconnect, &disconnect),
        }))?;
    }
}
