//! How many links a modem has, and what they take.

use crate::actions::carry_out;
use mqmodem_core::{Config, FurtherLinks, Instant, LinkId, LinkPlaces, Memory, Modem, Slot};

const NOW: Instant = Instant::ZERO;

/// What the modem answers to a line.
fn say(modem: &mut Modem, line: &str) -> String {
    modem.handle_host(NOW, format!("{line}\r").as_bytes());
    carry_out(modem, NOW, |_| {});
    let said = String::from_utf8(modem.host_out().to_vec()).unwrap();
    modem.host_sent(NOW, said.len());
    said.replace("\r\n", " ").trim().replace("  ", " ")
}

#[test]
fn a_modem_has_as_many_links_as_memory_is_lent_for() {
    for (bytes, last) in [(5375, 0), (2 * 5376 - 1, 1), (2 * 5376, 2), (1 << 20, 3)] {
        let mut memory = vec![0; 32 * 1024];
        let (mut places, mut further) = (LinkPlaces::<3>::new(), vec![0; bytes]);
        let memory = Memory {
            links: FurtherLinks::lent(&mut places, &mut further),
            ..Memory::lent(&mut memory).unwrap()
        };
        let mut modem = Modem::new(Config::default(), memory, NOW);
        say(&mut modem, "ATE0+CMEE=1");
        assert_eq!(
            say(&mut modem, "AT+MQTTLINK=?"),
            format!("+MQTTLINK:(0-{last}) OK")
        );
        for link in (0..=last).rev() {
            let line = format!("AT+MQTTLINK={link};+MQTTCONFIG=b,1883,me{link},0,60;+MQTTLINK?");
            assert_eq!(say(&mut modem, &line), format!("+MQTTLINK:{link} OK"));
        }
        let beyond = format!("AT+MQTTLINK={}", last + 1);
        assert_eq!(say(&mut modem, &beyond), "+CME ERROR: 50");
        let configured = (0..=last).map(|link| format!("+MQTTLINK:{link},0,4,\"b\" "));
        assert_eq!(
            say(&mut modem, "AT+MQTTLINK"),
            configured.collect::<String>() + "OK"
        );
    }
}

#[test]
fn a_link_that_has_anything_stored_exists_again_and_one_beyond_the_memory_does_not() {
    let mut memory = vec![0; 32 * 1024];
    let (mut places, mut further) = (LinkPlaces::<1>::new(), [0; 5376]);
    let memory = Memory {
        links: FurtherLinks::lent(&mut places, &mut further),
        ..Memory::lent(&mut memory).unwrap()
    };
    let mut modem = Modem::new(Config::default(), memory, NOW);
    assert_eq!(modem.links().count(), 1);
    assert!(modem.restore(Slot::Tls(LinkId(1)), &[1]).is_ok());
    assert_eq!(modem.links().collect::<Vec<_>>(), [LinkId(0), LinkId(1)]);
    assert!(modem.restore(Slot::Tls(LinkId(2)), &[1]).is_err());
    say(&mut modem, "ATE0");
    assert_eq!(say(&mut modem, "AT+MQTTLINK=1;+MQTTTLS?"), "+MQTTTLS:1 OK");
}

#[cfg(feature = "alloc")]
#[test]
fn links_on_the_heap_take_memory_when_they_are_first_selected() {
    let mut modem = Modem::new(Config::default(), Memory::heap(), NOW);
    say(&mut modem, "ATE0");
    assert_eq!(say(&mut modem, "AT+MQTTLINK=?"), "+MQTTLINK:(0-7) OK");
    assert_eq!(modem.links().count(), 1);
    say(&mut modem, "AT+MQTTLINK=7");
    assert_eq!(modem.links().collect::<Vec<_>>(), [LinkId(0), LinkId(7)]);
    let memory = Memory {
        links: FurtherLinks::heap(99),
        ..Memory::heap()
    };
    let mut modem = Modem::new(Config::default(), memory, NOW);
    say(&mut modem, "ATE0");
    assert_eq!(say(&mut modem, "AT+MQTTLINK=?"), "+MQTTLINK:(0-15) OK");
    assert_eq!(
        say(&mut modem, "AT+MQTTLINK=15;+MQTTLINK?"),
        "+MQTTLINK:15 OK"
    );
}
