//! The certificate store of the real program against a real Mosquitto.

mod pki;
mod rig;
mod support;

use pki::openssl::Workshop;
use pki::{Authority, Leaf};
use rig::{Broker, Modem, PATIENCE, TlsFiles};
use rustix::process::Signal;
use std::time::Instant;
use support::Scratch;

fn broker(authority: &Authority, clients: Option<&str>, version: Option<&str>) -> Broker {
    let (chain, key) = authority.sign(&Leaf::good());
    Broker::tls(&TlsFiles {
        chain: &chain,
        key: &key,
        clients,
        version,
    })
}

#[test]
fn an_rsa_key_of_4096_bits_and_a_chain_of_16_kib_open_a_demanding_broker() {
    let workshop = Workshop::new();
    let own = workshop.certificate(
        &workshop.key("RSA -pkeyopt rsa_keygen_bits:4096"),
        None,
        "",
        "",
    );
    let mut chain = own.certificate.clone();
    while chain.len() < 16 * 1024 {
        chain.push_str(&Authority::new().pem);
    }
    let authority = Authority::new();
    let demanding = broker(&authority, Some(&own.certificate), None);
    let place = Scratch::new();
    let mut modem = Modem::with_state(place.path());
    modem.store("site", 0, authority.pem.as_bytes());
    modem.store("pump7", 1, chain.as_bytes());
    modem.ok("AT+MQTTOPT=\"ca\",\"site\";+MQTTOPT=\"cert\",\"pump7\";+MQTTTLS=1");
    modem.refused("localhost", demanding.port, 29);
    modem.store("pump7", 2, own.key.as_bytes());
    modem.connect("localhost", demanding.port, "me");
    // All of it was on disk when OK came.
    modem.end(Signal::KILL);
    let mut modem = Modem::with_state(place.path());
    modem.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
}

#[test]
fn a_key_that_is_not_that_of_the_certificate_is_29() {
    let authority = Authority::new();
    let demanding = broker(&authority, Some(&authority.pem), None);
    let ((certificate, _), (_, other)) = (authority.client(), authority.client());
    let mut modem = Modem::start();
    modem.load(0, &authority.pem);
    modem.store("pump7", 1, certificate.as_bytes());
    modem.store("pump7", 2, other.as_bytes());
    modem.ok("AT+MQTTOPT=\"cert\",\"pump7\"");
    modem.refused("localhost", demanding.port, 29);
}

#[test]
fn any_of_several_roots_is_trusted() {
    let (first, second) = (Authority::new(), Authority::new());
    let mut modem = Modem::start();
    let roots = format!("{}{}", first.pem, second.pem);
    modem.store("both", 0, roots.as_bytes());
    modem.ok("AT+MQTTOPT=\"ca\",\"both\";+MQTTTLS=1");
    for authority in [&first, &second] {
        let trusted = broker(authority, None, None);
        modem.connect("localhost", trusted.port, "me");
        modem.ok("AT+MQTTDISCONNECT");
    }
    modem.store("both", 0, first.pem.as_bytes());
    modem.refused("localhost", broker(&second, None, None).port, 25);
}

#[test]
fn the_version_of_tls_is_the_one_chosen() {
    let authority = Authority::new();
    let mut modem = Modem::start();
    modem.load(0, &authority.pem);
    let newest = broker(&authority, None, Some("tlsv1.3"));
    modem.ok("AT+MQTTOPT=\"tlsversion\",2");
    modem.refused("localhost", newest.port, 28);
    let any = broker(&authority, None, None);
    for (version, brokers) in [
        (2, &[&any][..]),
        (3, &[&any, &newest]),
        (0, &[&any, &newest]),
    ] {
        modem.ok(&format!("AT+MQTTOPT=\"tlsversion\",{version}"));
        for broker in brokers {
            modem.connect("localhost", broker.port, "me");
            modem.ok("AT+MQTTDISCONNECT");
        }
    }
}

#[test]
fn certificates_that_expire_soon_are_warned_of_at_the_connect() {
    let workshop = Workshop::new();
    let key = workshop.key("ED25519");
    let own = workshop.certificate(&key, None, "", "-days 12");
    let place = Scratch::new();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.args(["serve", "--tcp", "0"]);
    command.stderr(std::fs::File::create(place.join("log")).unwrap());
    let mut modem = Modem::of(command);
    modem.store("pump7", 0, own.certificate.as_bytes());
    modem.store("pump7", 1, own.certificate.as_bytes());
    modem.store("pump7", 2, own.key.as_bytes());
    modem.ok("AT+MQTTOPT=\"ca\",\"pump7\";+MQTTOPT=\"cert\",\"pump7\";+MQTTTLS=1");
    modem.refused("127.0.0.1", 1, 21);
    let log = || std::fs::read_to_string(place.join("log")).unwrap();
    let warned = || {
        let whats = ["the client certificate", "a root certificate"];
        let is_warned = |what| log().contains(&format!("{what} expires in 1"));
        whats.into_iter().all(is_warned)
    };
    // The log is written behind what the host hears.
    let deadline = Instant::now() + PATIENCE;
    while !warned() && Instant::now() < deadline {
        std::thread::yield_now();
    }
    assert!(warned(), "{}", log());
}

/// No byte of a key is in the log, the trace or the listing of what is stored.
#[test]
fn keys_are_shown_nowhere() {
    let place = Scratch::new();
    let trace = place.join("trace.log");
    let state = place.join("state");
    let (certificate, key) = Authority::new().client();
    let psk = "00112233445566778899aabbccddeeff";
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command
        .args(["serve", "--tcp", "0", "-v", "--trace"])
        .arg(&trace);
    command.arg("--state-dir").arg(&state);
    command.stderr(std::fs::File::create(place.join("log")).unwrap());
    let mut modem = Modem::of(command);
    modem.store("pump7", 1, certificate.as_bytes());
    modem.store("pump7", 2, key.as_bytes());
    modem.store("line3", 3, format!("pump-7:{psk}").as_bytes());
    assert_eq!(
        modem.try_store("line3", 3, format!("{psk}:7").as_bytes()),
        "ERROR"
    );
    modem.ok("AT+MQTTOPT=\"psk\",\"line3\";+MQTTTLS=1");
    modem.ok("AT+MQTTCONFIG=127.0.0.1,1,me,1,60");
    modem.raw(b"AT+MQTTCONNECT\r");
    let mut said = modem.until("ERROR").join("\n");
    modem.raw(b"AT+MQTTCERT?\r");
    said += &modem.until("OK").join("\n");
    assert!(said.contains("+MQTTCERT:\"line3\",3,39"), "{said}");
    modem.end(Signal::TERM);
    for file in [trace, place.join("log")] {
        said += &std::fs::read_to_string(&file).unwrap();
    }
    let mut listing = std::process::Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    let listed = listing.arg("state").arg(&state).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(
        listed.contains("\"pump7\": a private key, PKCS #8"),
        "{listed}"
    );
    said += &listed;
    let secrets = key.lines().filter(|line| !line.starts_with('-'));
    for secret in secrets.chain([psk]) {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}
