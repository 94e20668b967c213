//! The real program against brokers of two makes, in both versions of MQTT, over TCP, over TLS
//! and, with the feature `psk`, over TLS with a pre-shared key.
#![cfg(feature = "broker")]

mod embedded_broker;
mod pki;
mod rig;
mod support;

use embedded_broker::EmbeddedBroker;
use pki::{Authority, Leaf};
use rig::{Broker, Modem, TlsFiles};
use rustix::process::Signal;
use support::Scratch;

/// A broker of one make or the other.
enum Make {
    Mosquitto(Broker),
    Embedded(EmbeddedBroker),
}

/// How it is reached.
enum Way {
    Tcp,
    /// Over TLS, with this root, PEM.
    Tls(String),
    #[cfg(feature = "psk")]
    Psk,
}

/// A broker and how it is reached.
struct Place {
    make: Make,
    way: Way,
}

impl Place {
    fn all() -> Vec<Self> {
        let mut all = vec![
            Self::mosquitto(Broker::plain(), Way::Tcp),
            Self::mosquitto_over_tls(),
        ];
        #[cfg(feature = "psk")]
        all.push(Self::mosquitto(Broker::psk(""), Way::Psk));
        all.extend(Self::embedded());
        all
    }

    fn mosquitto(broker: Broker, way: Way) -> Self {
        let make = Make::Mosquitto(broker);
        Self { make, way }
    }

    fn mosquitto_over_tls() -> Self {
        let authority = Authority::new();
        let (chain, key) = authority.sign(&Leaf::good());
        let broker = Broker::tls(&TlsFiles {
            chain: &chain,
            key: &key,
            clients: None,
            version: None,
        });
        Self::mosquitto(broker, Way::Tls(authority.pem))
    }

    /// The other make, which has no pre-shared keys.
    fn embedded() -> [Self; 2] {
        let authority = Authority::new();
        let (chain, key) = authority.sign(&Leaf::good());
        let scratch = Scratch::new();
        let files = [("chain.pem", chain), ("key.pem", key)].map(|(name, pem)| {
            let file = scratch.join(name);
            std::fs::write(&file, pem).unwrap();
            file
        });
        let [chain, key] = files;
        [
            (EmbeddedBroker::start(), Way::Tcp),
            (EmbeddedBroker::tls(chain, key), Way::Tls(authority.pem)),
        ]
        .map(|(broker, way)| Self {
            make: Make::Embedded(broker),
            way,
        })
    }

    fn port(&self) -> u16 {
        match &self.make {
            Make::Mosquitto(broker) => broker.port,
            Make::Embedded(broker) => broker.port,
        }
    }

    /// A modem of this version that can reach it.
    fn modem(&self, version: u8) -> Modem {
        let mut modem = Modem::start();
        modem.ok(&format!("AT+MQTTOPT=\"version\",{version}"));
        match &self.way {
            Way::Tcp => {}
            Way::Tls(root) => modem.load(0, root),
            #[cfg(feature = "psk")]
            Way::Psk => modem.use_psk(),
        }
        modem
    }

    /// A client of this version, connected.
    fn client(&self, version: u8, id: &str, clean: u8) -> Modem {
        let mut modem = self.modem(version);
        self.connect(&mut modem, id, clean);
        modem
    }

    fn connect(&self, modem: &mut Modem, id: &str, clean: u8) {
        let port = self.port();
        modem.ok(&format!("AT+MQTTCONFIG=127.0.0.1,{port},{id},{clean},60"));
        modem.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
    }
}

/// Plays with every broker in every version.
fn everywhere(play: impl Fn(&Place, u8)) {
    for place in Place::all() {
        for version in [4, 5] {
            play(&place, version);
        }
    }
}

/// What the broker granted, by name.
fn granted(modem: &mut Modem, name: &str) -> Option<String> {
    modem.raw(b"AT+MQTTBROKER?\r");
    let lines = modem.until("OK");
    let start = format!("+MQTTBROKER:\"{name}\",");
    let value = lines.iter().find_map(|line| line.strip_prefix(&start));
    value.map(str::to_owned)
}

#[test]
fn every_quality_goes_there_and_back() {
    everywhere(|place, version| {
        let mut modem = place.client(version, "me", 1);
        assert_eq!(granted(&mut modem, "version"), Some(version.to_string()));
        modem.ok("AT+MQTTSUB=\"talk/#\",2");
        for qos in 0..=2 {
            modem.raw(format!("AT+MQTTPUB=\"talk/{qos}\",{qos},0,\"x\"\r").as_bytes());
            let mut lines = [modem.line(), modem.line()];
            lines.sort();
            let message = format!("+MQTTRECV:\"talk/{qos}\",{qos},0,1,x");
            assert_eq!(lines, [message, "OK".to_owned()]);
        }
        modem.ok("AT+MQTTUNSUB=\"talk/#\"");
        modem.ok("AT+MQTTDISCONNECT");
    });
}

#[test]
fn a_will_is_published_by_a_kill_and_on_demand_and_by_no_orderly_end() {
    everywhere(|place, version| {
        let mut watcher = place.client(version, "watcher", 1);
        watcher.ok("AT+MQTTSUB=\"state/#\",1");
        let client = |id: &str| {
            let mut modem = place.modem(version);
            modem.ok(&format!("AT+MQTTWILL=\"state/{id}\",1,0,\"gone\""));
            place.connect(&mut modem, id, 1);
            modem
        };
        let mut orderly = client("orderly");
        orderly.ok("AT+MQTTDISCONNECT");
        assert_eq!(client("stopped").end(Signal::TERM), Some(0));
        drop(client("killed"));
        watcher.expect("+MQTTRECV:\"state/killed\",1,0,4,gone");
        client("willing").ok("AT+MQTTDISCONNECT=4");
        watcher.expect("+MQTTRECV:\"state/willing\",1,0,4,gone");
    });
}

#[test]
fn a_kept_session_gets_what_came_meanwhile_and_in_5_may_end_at_once() {
    everywhere(|place, version| {
        let mut kept = place.modem(version);
        kept.ok("AT+MQTTOPT=\"sessionexpiry\",3600");
        place.connect(&mut kept, "kept", 0);
        kept.ok("AT+MQTTSUB=\"news\",1");
        kept.ok("AT+MQTTDISCONNECT");
        let mut other = place.client(version, "other", 1);
        other.ok("AT+MQTTPUB=\"news\",1,0,\"1\"");
        kept.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
        kept.expect("+MQTTRECV:\"news\",1,0,1,1");
        assert_eq!(granted(&mut kept, "session").as_deref(), Some("1"));
        if version == 5 {
            kept.ok("AT+MQTTDISCONNECT=0,0");
            kept.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
            assert_eq!(granted(&mut kept, "session").as_deref(), Some("0"));
        }
        // Nothing of it is left for the next version.
        kept.ok("AT+MQTTDISCONNECT");
        place.connect(&mut kept, "kept", 1);
    });
}

#[test]
fn a_retained_message_waits_for_subscribers() {
    everywhere(|place, version| {
        let mut first = place.client(version, "first", 1);
        first.ok("AT+MQTTPUB=\"kept\",1,1,\"for later\"");
        let mut second = place.client(version, "second", 1);
        second.ok("AT+MQTTSUB=\"kept\",1");
        second.expect("+MQTTRECV:\"kept\",1,1,9,for later");
        if version == 5 {
            second.ok("AT+MQTTUNSUB=\"kept\";+MQTTSUB=\"kept\",1,0,0,2");
            second.ok("AT+MQTTPUB=\"other\",1,0,\"\"");
            second.ok("AT+MQTTSUB=\"kept\",1,0,0,0");
            second.expect("+MQTTRECV:\"kept\",1,1,9,for later");
        }
    });
}

#[test]
fn a_take_over_of_5_is_told_and_not_fought_over() {
    // Mosquitto 2.0.11 closes without a word.
    for place in Place::embedded() {
        let mut first = place.client(5, "same", 1);
        first.ok("AT+MQTTOPT=\"reconnect\",1");
        let mut second = place.client(5, "same", 1);
        first.expect("+MQTTDISCONNECTED:142");
        second.ok("AT+MQTTSUB=\"t\",0");
        second.ask("AT+MQTTSTATE", &["+MQTTSTATE:1", "OK"]);
        first.ask("AT+MQTTSTATE", &["+MQTTSTATE:0", "OK"]);
    }
}

#[test]
fn properties_go_there_and_back() {
    for place in Place::all() {
        let mut modem = place.client(5, "me", 1);
        modem.ok("AT+MQTTOPT=\"recvprops\",1");
        modem.ok("AT+MQTTPROP=\"subid\",7;+MQTTSUB=\"ask/#\",1");
        for property in [
            "\"format\",1",
            "\"contenttype\",\"text/plain\"",
            "\"responsetopic\",\"answer/me\"",
            "\"correlation\",\"\\01\\FF\"",
            "\"user\",\"a\",\"1\"",
            "\"user\",\"a\",\"2\"",
        ] {
            modem.ok(&format!("AT+MQTTPROP={property}"));
        }
        modem.raw(b"AT+MQTTPUB=\"ask/me\",1,0,\"why\"\r");
        let mut lines = modem.until("+MQTTRECV:\"ask/me\",1,0,3,why");
        if !lines.contains(&"OK".to_owned()) {
            modem.expect("OK");
        }
        // One broker adds whose message it is.
        lines.retain(|line| line.starts_with("+MQTTRECVPROP:") && !line.contains("client-id"));
        lines.sort();
        assert_eq!(
            lines,
            [
                "+MQTTRECVPROP:\"contenttype\",\"text/plain\"",
                "+MQTTRECVPROP:\"correlation\",\"\\01\\FF\"",
                "+MQTTRECVPROP:\"format\",1",
                "+MQTTRECVPROP:\"responsetopic\",\"answer/me\"",
                "+MQTTRECVPROP:\"subid\",7",
                "+MQTTRECVPROP:\"user\",\"a\",\"1\"",
                "+MQTTRECVPROP:\"user\",\"a\",\"2\"",
            ]
        );
    }
}

#[test]
fn a_broker_has_no_more_in_flight_than_it_was_told() {
    // Mosquitto 2.0.11 sends two messages for one acknowledgement.
    for place in Place::embedded() {
        let mut reader = place.modem(5);
        reader.ok("AT+MQTTOPT=\"receivemax\",2;+MQTTOPT=\"recvmode\",1");
        place.connect(&mut reader, "reader", 0);
        reader.ok("AT+MQTTSUB=\"many\",1");
        let mut sender = place.client(5, "sender", 1);
        for n in 1..=5 {
            sender.ok(&format!("AT+MQTTPUB=\"many\",1,0,\"{n}\""));
        }
        for n in 1..=5 {
            let line = next_waiting(&mut reader);
            assert!(line.ends_with(&format!(",{n}")), "{line}");
            let number = line.split([':', ',']).nth(1).unwrap();
            reader.raw(format!("AT+MQTTACK={number}\r").as_bytes());
            reader.until("OK");
        }
    }
}

/// The next message that waits, as `+MQTTREAD:` tells it.
fn next_waiting(modem: &mut Modem) -> String {
    loop {
        modem.raw(b"AT+MQTTREAD\r");
        let lines = modem.until("OK");
        let told = lines.iter().any(|line| line.starts_with("+MQTTRECVIND:"));
        match lines
            .into_iter()
            .find(|line| line.starts_with("+MQTTREAD:"))
        {
            Some(line) => return line,
            None if told => {}
            // What comes next tells that one waits.
            None => drop(modem.line()),
        }
    }
}

#[test]
fn we_have_no_more_in_flight_than_a_broker_takes() {
    let broker = Broker::with(&["allow_anonymous true", "max_inflight_messages 3"]);
    let mut modem = Modem::start();
    modem.ok("AT+MQTTOPT=\"version\",5;+MQTTOPT=\"pubmode\",1");
    modem.connect("127.0.0.1", broker.port, "me");
    assert_eq!(granted(&mut modem, "receivemax").as_deref(), Some("3"));
    for id in 1..=20 {
        modem.raw(format!("AT+MQTTPUB=\"t\",{},0,\"x\",{id}\r", 1 + id % 2).as_bytes());
    }
    let mut told = 0;
    while told < 20 {
        let line = modem.line();
        assert_ne!(line, "ERROR");
        // Nobody is subscribed, which brokers say or not.
        let done = line.ends_with(",0") || line.ends_with(",16");
        told += usize::from(line.starts_with("+MQTTPUBACK:") && done);
    }
}

#[test]
fn a_modem_of_any_version_speaks_5_where_the_broker_does() {
    for place in Place::all() {
        let mut modem = place.client(0, "me", 1);
        assert_eq!(granted(&mut modem, "version").as_deref(), Some("5"));
    }
}
