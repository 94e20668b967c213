//! What the program was entrusted with outlives it, against a real Mosquitto.

mod rig;
mod support;

use rig::{Broker, Modem};
use rustix::process::Signal;
use std::path::Path;
use std::process::Command;
use support::Scratch;

fn modem(directory: &Path) -> Modem {
    Modem::with(&["--state-dir", directory.to_str().unwrap()])
}

fn config(broker: &Broker, id: &str, clean: u8) -> String {
    format!("AT+MQTTCONFIG=127.0.0.1,{},{id},{clean},60", broker.port)
}

fn listener(broker: &Broker) -> Modem {
    let mut modem = Modem::start();
    modem.connect("127.0.0.1", broker.port, "listener");
    modem.ok("AT+MQTTSUB=\"kept/#\",2");
    modem
}

/// What is shown of the state.
fn shown(directory: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    let output = command.arg("state").arg(directory).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn queued_messages_outlive_kill_9() {
    let scratch = Scratch::new();
    let directory = scratch.join("state");
    let broker = Broker::plain();
    let mut listener = listener(&broker);
    let mut before = modem(&directory);
    before.ok("AT+MQTTOPT=\"queue\",10000;+MQTTOPT=\"pubmode\",1");
    before.ok(&config(&broker, "me", 0));
    for (qos, id) in [(1, 71), (2, 72)] {
        let publish = format!("AT+MQTTPUB=\"kept/{qos}\",{qos},0,\"precious {qos}\",{id}");
        before.ask(&publish, &[&format!("+MQTTPUB:{id}"), "OK"]);
    }
    before.end(Signal::KILL);
    let shown = shown(&directory);
    assert!(shown.contains("outgoing     2 messages, "), "{shown}");
    assert!(!shown.contains("precious"), "{shown}");
    let mut after = modem(&directory);
    after.raw(b"AT+MQTTCONNECT\r");
    after.expect("+MQTTCONNECT:0");
    after.expect("OK");
    for (qos, id) in [(1, 71), (2, 72)] {
        listener.expect(&format!(
            "+MQTTRECV:\"kept/{qos}\",{qos},0,10,precious {qos}"
        ));
        after.expect(&format!("+MQTTPUBACK:{id},0"));
    }
    // Delivered is delivered, also after the next kill. That may be told again.
    after.end(Signal::KILL);
    let mut later = modem(&directory);
    later.raw(b"AT+MQTTCONNECT\rAT+MQTTPUB=\"kept/2\",2,0,\"precious 2\",72\r");
    later.until("+MQTTPUB:72");
    later.raw(b"AT+MQTTPUB=\"kept/end\",2,0,\"end\",73\r");
    later.until("+MQTTPUBACK:73,0");
    listener.expect("+MQTTRECV:\"kept/end\",2,0,3,end");
}

#[test]
fn a_damaged_record_is_left_out_alone() {
    let scratch = Scratch::new();
    let directory = scratch.join("state");
    let broker = Broker::plain();
    let mut listener = listener(&broker);
    let mut before = modem(&directory);
    before.ok("AT+MQTTOPT=\"queue\",10000;+MQTTOPT=\"pubmode\",1");
    before.ok(&config(&broker, "me", 0));
    before.ask("AT+MQTTPUB=\"kept/1\",1,0,\"x\",71", &["+MQTTPUB:71", "OK"]);
    before.end(Signal::KILL);
    // A message of a number far away, and a record of a kind not known yet.
    write(&directory, [0x11, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
    write(&directory, [0x1f, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let shown = shown(&directory);
    assert!(shown.contains("damaged      1 record: "), "{shown}");
    assert!(shown.contains("outgoing     1 message, "), "{shown}");
    let mut after = modem(&directory);
    after.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
    listener.expect("+MQTTRECV:\"kept/1\",1,0,1,x");
}

fn write(directory: &Path, record: [u8; 10]) {
    let database = redb::Database::open(directory.join("state.redb")).unwrap();
    let write = database.begin_write().unwrap();
    let sessions = redb::TableDefinition::<(&str, &[u8; 10]), &[u8]>::new("sessions");
    let mut table = write.open_table(sessions).unwrap();
    table.insert(("tcp 0", &record), &b"junk"[..]).unwrap();
    drop(table);
    write.commit().unwrap();
}

#[test]
fn subscriptions_and_what_the_broker_holds_outlive_kill_9() {
    let scratch = Scratch::new();
    let directory = scratch.join("state");
    let broker = Broker::plain();
    let mut before = modem(&directory);
    before.ok(&config(&broker, "me", 0));
    before.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
    before.ok("AT+MQTTSUB=\"kept/#\",2");
    before.end(Signal::KILL);
    assert!(shown(&directory).contains("subscribed   kept/#, QoS 2"));
    let mut other = Modem::start();
    other.connect("127.0.0.1", broker.port, "other");
    for qos in 1..=2 {
        other.ok(&format!(
            "AT+MQTTPUB=\"kept/x\",{qos},0,\"while away {qos}\""
        ));
    }
    let mut after = modem(&directory);
    after.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
    for qos in 1..=2 {
        after.expect(&format!("+MQTTRECV:\"kept/x\",{qos},0,12,while away {qos}"));
    }
    after.ask("AT+MQTTSUB?", &["+MQTTSUB:kept/#,2", "OK"]);
}

#[test]
fn without_a_state_directory_nothing_is_kept() {
    let broker = Broker::plain();
    let mut before = Modem::start();
    before.ok("AT+MQTTOPT=\"queue\",10000;+MQTTOPT=\"pubmode\",1");
    before.ok(&config(&broker, "me", 0));
    before.ask(
        "AT+MQTTPUB=\"kept/1\",1,0,\"lost\",71",
        &["+MQTTPUB:71", "OK"],
    );
    before.end(Signal::KILL);
    let mut after = Modem::start();
    after.ask("AT+MQTTQUEUE?", &["+MQTTQUEUE:0,0,0", "OK"]);
}
