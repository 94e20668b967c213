//! A block of properties of MQTT 5 as bytes and back.

use mqmodem_core::Buf;
use mqmodem_core::mqtt::carrier::Carrier;
use mqmodem_core::mqtt::property::{self, Properties};

/// Whatever the bytes are: a block that is accepted has only properties its carrier may
/// have, each as often as it may, and written property by property it is the same bytes.
pub fn check(bytes: &[u8]) {
    for carrier in Carrier::ALL {
        let Ok(block) = Properties::parse(carrier, bytes) else {
            continue;
        };
        written_again(&block);
        for property in &property::ALL {
            let times = block.iter().filter(|(it, _)| *it == property).count();
            let most = match (property.is_of(carrier), property.is_repeated_in(carrier)) {
                (false, _) => 0,
                (true, false) => 1,
                (true, true) => usize::MAX,
            };
            assert!(times <= most, "{carrier:?} {property:?} {bytes:02x?}");
            assert_eq!(block.has(property), times > 0, "{property:?}");
            assert_eq!(block.get(property).is_some(), times > 0, "{property:?}");
            assert_eq!(Carrier::ALL.map(|it| block.fit(it)), fits(bytes));
        }
        assert!(!block.shown(carrier).to_string().contains('\n'));
    }
}

/// For which carriers the block can be read.
fn fits(bytes: &[u8]) -> [bool; Carrier::ALL.len()] {
    Carrier::ALL.map(|carrier| Properties::parse(carrier, bytes).is_ok())
}

fn written_again(block: &Properties<'_>) {
    let mut memory = vec![0; block.as_bytes().len()];
    let mut out = Buf::lent(&mut memory);
    for (property, value) in block {
        assert_eq!(property.write(value, &mut out), Ok(()), "{property:?}");
    }
    assert_eq!(out.as_slice(), block.as_bytes());
}
