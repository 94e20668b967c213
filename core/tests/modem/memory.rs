//! A modem on the heap gives back what a large message took.

use crate::actions::carry_out;
use mqmodem_core::{Config, ConnId, Instant, LinkId, Memory, Modem, NetEvent};

const NOW: Instant = Instant::ZERO;
const CONN: ConnId = ConnId {
    link: LinkId(0),
    number: 1,
};

fn act(modem: &mut Modem) {
    carry_out(modem, NOW, |_| {});
}

fn host(modem: &mut Modem, line: &str) {
    modem.handle_host(NOW, line.as_bytes());
    act(modem);
    modem.host_sent(NOW, usize::MAX);
}

fn online() -> Modem<'static> {
    let mut modem = Modem::new(Config::default(), Memory::heap(), NOW);
    host(&mut modem, "ATE0\r");
    host(&mut modem, "AT+MQTTCONFIG=h,1,me,0,60\r");
    host(&mut modem, "AT+MQTTCONNECT\r");
    modem.handle_net(NOW, CONN, NetEvent::Opened);
    act(&mut modem);
    modem.net_sent(NOW, CONN, usize::MAX);
    modem.handle_net_data(NOW, CONN, &[0x20, 2, 0, 0]);
    modem.host_sent(NOW, usize::MAX);
    modem
}

#[test]
fn a_large_message_each_way_leaves_nothing_behind() {
    let mut modem = online();
    let before = modem.trim();
    let escaped = "\\\"".repeat(30_000);
    host(&mut modem, &format!("AT+MQTTPUB=\"t\",1,0,\"{escaped}\"\r"));
    assert!(modem.net_out(CONN).len() > 30_000);
    modem.net_sent(NOW, CONN, usize::MAX);
    modem.handle_net_data(NOW, CONN, &[0x40, 2, 0, 1]);
    act(&mut modem);
    // A message that came while half a line was typed waited in the inbox.
    host(&mut modem, "AT");
    let message = [&[0x30, 0x83, 0x80, 6, 0, 1, b't'][..], &vec![b'm'; 98_304]].concat();
    assert_eq!(modem.handle_net_data(NOW, CONN, &message[..50_000]), 50_000);
    modem.handle_net_data(NOW, CONN, &message[50_000..]);
    assert!(modem.trim() > 100_000);
    host(&mut modem, "\r");
    assert!(modem.trim() <= before + 8 * 1024);
    host(&mut modem, "A/");
    host(&mut modem, "AT+MQTTSTATE\r");
}

/// Ten thousand of them are in one process.
#[test]
#[cfg(target_pointer_width = "64")]
fn a_modem_is_small_before_it_takes_memory() {
    let size = size_of::<Modem>();
    assert!(size <= 2_304, "{size} bytes");
}
