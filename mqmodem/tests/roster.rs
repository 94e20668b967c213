//! How modems are, as the inspector lists them.

mod browser;
mod rig;
mod support;

use browser::Inspected;
use rig::{Broker, PATIENCE, call};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Instant;

/// Sends a line, and waits for what it ends with.
fn say(host: &mut BufReader<TcpStream>, line: &str, end: &str) {
    host.get_mut()
        .write_all(format!("{line}\r").as_bytes())
        .unwrap();
    let mut heard = String::new();
    while heard.trim() != end {
        heard.clear();
        assert_ne!(host.read_line(&mut heard).unwrap(), 0, "no {end}");
    }
}

/// The only row, once its modem is in this state.
fn row(page: &Inspected, state: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let list: Value = serde_json::from_str(&page.get("/api/modems")).unwrap();
        let row = &list["modems"][0];
        if row["state"] == state {
            assert_eq!(list["counts"][state], 1);
            return row.clone();
        }
        assert!(Instant::now() < deadline, "not {state}: {list}");
    }
}

#[test]
fn a_row_follows_its_modem() {
    let (broker, page) = (Broker::plain(), Inspected::start(&[]));
    let mut host = BufReader::new(call(&page.hosts[0]));
    let first = row(&page, "down");
    assert_eq!((&first["to"], &first["mqtt"]), (&Value::Null, &Value::Null));
    assert_eq!(first["dialect"], "native");
    let port = broker.port;
    say(&mut host, "AT+MQTTOPT=\"reconnect\",1", "OK");
    say(
        &mut host,
        &format!("AT+MQTTCONFIG=127.0.0.1,{port},row,1,60"),
        "OK",
    );
    say(&mut host, "AT+MQTTCONNECT", "OK");
    let up = row(&page, "connected");
    assert_eq!(up["to"], format!("127.0.0.1:{port}"));
    assert_eq!((&up["mqtt"], &up["tls"]), (&"3.1.1".into(), &Value::Null));
    assert_eq!((&up["host"], &up["packets"]), (&true.into(), &2.into()));
    broker.stop();
    let waiting = row(&page, "waiting");
    assert!(
        waiting["retry"].as_u64().is_some_and(|it| it <= 120),
        "{waiting}"
    );
    assert!(
        waiting["code"].as_u64().is_some_and(|it| it > 0),
        "{waiting}"
    );
    say(&mut host, "AT+CFUN=0", "OK");
    let off = row(&page, "off");
    assert_eq!(off["retry"], Value::Null);
    drop(host);
}
