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

/// A modem that logs to a file of this place.
fn logging(place: &Scratch) -> Modem {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.args(["serve", "--tcp", "0"]);
    command.stderr(std::fs::File::create(place.join("log")).unwrap());
    Modem::of(command)
}

/// Waits until the log holds all of these: it is written behind what the host hears.
#[track_caller]
fn expect_log(place: &Scratch, parts: &[&str]) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let log = std::fs::read_to_string(place.join("log")).unwrap();
        if parts.iter().all(|part| log.contains(part)) {
            return;
        }
        assert!(Instant::now() < deadline, "{parts:?} in {log}");
        std::thread::yield_now();
    }
}

#[test]
fn a_name_that_is_not_in_the_store_is_logged() {
    let place = Scratch::new();
    let mut modem = logging(&place);
    modem.ok("AT+MQTTOPT=\"ca\",\"site\";+MQTTTLS=1");
    modem.refused("127.0.0.1", 1, 29);
    let missing = "code 29), the certificate store has no \"site\" that the option ca names";
    expect_log(&place, &[missing]);
    // Nothing is missing where a name is of no use.
    modem.ok("AT+MQTTTLS=0");
    modem.refused("127.0.0.1", 1, 21);
    expect_log(&place, &["(tcp, code 21), 127.0.0.1:1"]);
}

#[test]
fn the_cause_of_another_failure_of_tls_is_logged() {
    let place = Scratch::new();
    let mut modem = logging(&place);
    modem.ok("AT+MQTTOPT=\"verify\",0;+MQTTTLS=1");
    modem.refused("127.0.0.1", Broker::plain().port, 28);
    expect_log(&place, &["WARN TLS: "]);
}

/// By the names that options of the configuration give.
#[test]
fn the_doctor_reads_the_store() {
    let authority = Authority::new();
    let trusted = broker(&authority, None, None);
    let place = Scratch::new();
    let text = format!(
        "state_dir = \"state\"\n[[modem]]\nname = \"pump\"\nport = {{ tcp = \"0\" }}\n\
         [broker]\nurl = \"mqtts://localhost:{}\"\noptions = {{ ca = \"site\" }}\n",
        trusted.port
    );
    std::fs::write(place.join("mqmodem.toml"), text).unwrap();
    let command = |verb: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mqmodem"));
        command.current_dir(place.path()).arg(verb);
        command
    };
    let doctor = || {
        let done = command("doctor").output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    let missing = "FAIL  certificate store: the certificate store has no root certificates by the \
                   name \"site\": load it with AT+MQTTCERT=\"site\",0,<length>";
    let said = doctor();
    assert!(said.contains(missing), "{said}");
    let mut modem = Modem::of(command("serve"));
    modem.store("site", 0, authority.pem.as_bytes());
    modem.end(Signal::TERM);
    let said = doctor();
    for line in [
        "ok    trust store: 1 root in \"site\" of the certificate store",
        "ok    broker, TLS: its certificate is trusted",
        "ok    broker, MQTT: it accepts",
    ] {
        assert!(said.contains(line), "{said}");
    }
}

#[test]
fn certificates_that_expire_soon_are_warned_of_at_the_connect() {
    let workshop = Workshop::new();
    let key = workshop.key("ED25519");
    let own = workshop.certificate(&key, None, "", "-days 12");
    let place = Scratch::new();
    let mut modem = logging(&place);
    modem.store("pump7", 0, own.certificate.as_bytes());
    modem.store("pump7", 1, own.certificate.as_bytes());
    modem.store("pump7", 2, own.key.as_bytes());
    modem.ok("AT+MQTTOPT=\"ca\",\"pump7\";+MQTTOPT=\"cert\",\"pump7\";+MQTTTLS=1");
    modem.refused("127.0.0.1", 1, 21);
    let whats = ["the client certificate", "a root certificate"];
    let soon = whats.map(|what| format!("{what} expires in 1"));
    expect_log(&place, &soon.each_ref().map(String::as_str));
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
