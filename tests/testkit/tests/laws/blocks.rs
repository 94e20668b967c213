//! Blocks of properties of MQTT 5; `tests/fuzz/` runs the same code for longer.

use mqmodem_core::Buf;
use mqmodem_core::mqtt::Properties;
use mqmodem_core::mqtt::carrier::Carrier;
use mqmodem_core::mqtt::property::{self, Property, PropertyKind, PropertyValue};
use mqmodem_testkit::laws::block;
use proptest::prelude::*;

fn written(property: &Property, value: PropertyValue<'_>) -> Option<Vec<u8>> {
    let mut memory = [0; 64];
    let mut out = Buf::lent(&mut memory);
    property.write(value, &mut out).ok()?;
    Some(out.as_slice().to_vec())
}

#[test]
fn each_property_is_accepted_by_its_carriers_alone() {
    for property in &property::ALL {
        // Authentication data needs the method before it.
        if *property == property::AUTH_DATA {
            continue;
        }
        let ids = property::ALL.iter().filter(|it| it.id == property.id);
        assert_eq!(ids.count(), 1);
        for number in [0, 1, u32::MAX] {
            let bytes = one(property, number);
            for carrier in Carrier::ALL {
                let accepted = Properties::parse(carrier, &bytes).is_ok();
                assert_eq!(
                    accepted,
                    property.is_of(carrier),
                    "{property:?} {carrier:?}"
                );
                let twice = [&bytes[..], &bytes].concat();
                let accepted = Properties::parse(carrier, &twice).is_ok();
                assert_eq!(accepted, property.is_repeated_in(carrier), "{property:?}");
            }
        }
        for carrier in Carrier::ALL.into_iter().filter(|it| property.is_of(*it)) {
            let name = property.name_in(carrier);
            assert_eq!(Property::named(name, carrier), Some(property), "{name}");
        }
    }
}

/// A property with a value it may have.
fn one(property: &Property, number: u32) -> Vec<u8> {
    let value = match property.kind {
        PropertyKind::Byte => PropertyValue::Byte((number & 1) as u8),
        PropertyKind::Two(least) => PropertyValue::Two((number as u16).max(least)),
        PropertyKind::Four(least) => PropertyValue::Four(number.max(least)),
        PropertyKind::Varint => PropertyValue::Varint((number & 0xfff_ffff).max(1)),
        PropertyKind::Text | PropertyKind::Topic => PropertyValue::Text("a/b"),
        PropertyKind::Bytes => PropertyValue::Bytes(b"\0"),
        PropertyKind::Pair => PropertyValue::Pair("", "v"),
    };
    written(property, value).expect("a value it may have")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn blocks_are_written_as_they_were_read(
        parts in prop::collection::vec((any::<prop::sample::Index>(), any::<u32>()), 0..5),
        change in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let parts = parts.into_iter().map(|(which, number)| {
            one(&property::ALL[which.index(property::ALL.len())], number)
        });
        let mut bytes = parts.collect::<Vec<_>>().concat();
        if let Some((at, byte)) = change.filter(|_| !bytes.is_empty()) {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        block::check(&bytes);
    }

    #[test]
    fn arbitrary_bytes_are_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        block::check(&bytes);
    }
}
