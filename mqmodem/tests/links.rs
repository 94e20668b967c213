//! The real program with eight links of one modem at a real Mosquitto.

mod rig;
mod support;

use rig::{Broker, Modem, PATIENCE};
use std::time::Instant;
use support::Scratch;

/// As many as a modem has where nothing else is configured.
const LINKS: u8 = 8;

/// An event of a link.
fn event(name: &str, link: u8, rest: &str) -> String {
    match link {
        0 => format!("{name}:{rest}"),
        _ => format!("{name}.{link}:{rest}"),
    }
}

fn connect(modem: &mut Modem, link: u8, port: u16) {
    let config = format!("+MQTTCONFIG=127.0.0.1,{port},gw-{link},0,60");
    let options = "+MQTTOPT=\"autoconnect\",1;+MQTTOPT=\"reconnect\",1";
    modem.ok(&format!("AT+MQTTLINK={link};{config}"));
    modem.ok(&format!("AT+MQTTLINK={link};{options}"));
    let command = format!("AT+MQTTLINK={link};+MQTTCONNECT");
    modem.ask(&command, &["+MQTTCONNECT:0", "OK"]);
    modem.ok(&format!("AT+MQTTLINK={link};+MQTTSUB=\"to/{link}\",1"));
}

/// The next line but for links that come back: those come at any time.
fn line_of(modem: &mut Modem) -> String {
    loop {
        let line = modem.line();
        if !line.starts_with("+MQTTCONNECTED") {
            return line;
        }
    }
}

/// Waits until every link is there again.
fn wait_for_all(modem: &mut Modem) {
    let end = Instant::now() + PATIENCE;
    let mut online = 0;
    while online < LINKS {
        assert!(Instant::now() < end, "{online} links are online");
        modem.raw(b"AT+MQTTLINK\r");
        let lines = std::iter::from_fn(|| Some(line_of(modem)).filter(|line| line != "OK"));
        online = lines.filter(|line| line.contains(",1,4,")).count() as u8;
    }
}

/// Each link sends `greeting` to the next one.
///
/// The broker may send a message of the life before once more: its
/// acknowledgement may have been on the way when the program ended. So each
/// life has its own greeting.
fn talk(modem: &mut Modem, greeting: &str) {
    for link in 0..LINKS {
        let to = (link + 1) % LINKS;
        let text = format!("{greeting} from {link}");
        let publish = format!("+MQTTPUB=\"to/{to}\",1,0,\"{text}\"");
        modem.raw(format!("AT+MQTTLINK={link};{publish}\r").as_bytes());
        let values = format!("\"to/{to}\",1,0,{},{text}", text.len());
        let received = event("+MQTTRECV", to, &values);
        let mut next = || loop {
            let line = line_of(modem);
            if !line.starts_with("+MQTTRECV") || line.contains(greeting) {
                return line;
            }
        };
        let mut lines = [next(), next()];
        lines.sort();
        assert_eq!(lines, [received, "OK".to_owned()]);
    }
}

#[test]
fn eight_links_of_a_modem_talk_and_come_back_after_a_restart() {
    let broker = Broker::plain();
    let state = Scratch::new();
    let mut modem = Modem::with_state(state.path());
    modem.ask("AT+MQTTLINK=?", &["+MQTTLINK:(0-7)", "OK"]);
    (0..LINKS).for_each(|link| connect(&mut modem, link, broker.port));
    talk(&mut modem, "hello");
    let online = (0..LINKS).map(|link| format!("+MQTTLINK:{link},1,4,\"127.0.0.1\""));
    let online: Vec<String> = online.chain(["OK".to_owned()]).collect();
    let online: Vec<&str> = online.iter().map(String::as_str).collect();
    modem.ask("AT+MQTTLINK", &online);
    drop(modem);
    let mut modem = Modem::with_state(state.path());
    wait_for_all(&mut modem);
    talk(&mut modem, "again");
}
