//! The certificate store across restarts.

use crate::actions::carry_out;
use mqmodem_core::modem::api::{Credential, CredentialKind};
use mqmodem_core::{Buf, Config, Instant, Memory, Modem, Slot};

const NOW: Instant = Instant::ZERO;

/// The record of an entry of so many bytes.
fn record(name: &str, len: usize) -> Vec<u8> {
    let content = vec![b'a'; len];
    let mut record = Buf::heap(1 << 16);
    let entry = Credential {
        name,
        kind: CredentialKind::Psk,
        content: &content,
    };
    entry.encode(&mut record).unwrap();
    record.as_slice().to_vec()
}

/// The number of an entry by the place of its name.
fn slot(place: u16) -> Slot {
    Slot::Credential(4 * place + CredentialKind::Psk as u16)
}

#[test]
fn a_new_name_never_takes_the_place_of_one_that_did_not_fit() {
    let memory = Memory {
        settings: Buf::heap(8 * 1024),
        ..Memory::heap()
    };
    let mut modem = Modem::new(Config::default(), memory, NOW);
    modem.restore(slot(0), &record("a", 40)).unwrap();
    modem.restore(slot(1), &record("b", 9000)).unwrap_err();
    modem.handle_host(NOW, b"AT+MQTTCERT=\"new\",3,35\r");
    modem.handle_host(NOW, b"id:000102030405060708090a0b0c0d0e0f");
    let mut stored = Vec::new();
    carry_out(&mut modem, NOW, |action| {
        stored.extend(action.answer_slot());
    });
    assert_eq!(stored, [slot(2)]);
}
