//! `mqmodem doctor` against brokers, good and bad.

mod pki;
mod rig;
mod support;

use pki::openssl::Workshop;
use pki::{Authority, Leaf};
use rig::{Broker, TlsFiles};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc;
use support::Scratch;

/// What the doctor says of a file with this text, and whether all is well.
fn examine(scratch: &Scratch, text: &str) -> (String, bool) {
    examine_with(scratch, text, &[])
}

fn examine_with(scratch: &Scratch, text: &str, arguments: &[&str]) -> (String, bool) {
    fs::write(scratch.join("mqmodem.toml"), text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mqmodem"))
        .arg("doctor")
        .args(arguments)
        .current_dir(scratch.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.stderr.is_empty());
    for line in said.lines() {
        let verdict = ["ok    ", "warn  ", "FAIL  "]
            .iter()
            .any(|word| line.starts_with(word));
        assert!(verdict, "{said}");
    }
    (said, output.status.success())
}

/// The one line that is bad.
fn complaint(scratch: &Scratch, text: &str) -> String {
    let (said, well) = examine(scratch, text);
    assert!(!well, "{said}");
    let bad: Vec<_> = said
        .lines()
        .filter(|line| line.starts_with("FAIL"))
        .collect();
    assert_eq!(bad.len(), 1, "{said}");
    bad[0].to_owned()
}

fn config(host: &str, port: u16, more: &str) -> String {
    format!(
        "state_dir = \"state\"\n[[modem]]\nname = \"m\"\nport = {{ tcp = \"0\" }}\n\
         [broker]\nhost = \"{host}\"\nport = {port}\n{more}\n"
    )
}

#[test]
fn a_good_set_up_is_ok_layer_by_layer() {
    let scratch = Scratch::new();
    let authority = Authority::new();
    let (chain, key) = authority.sign(&Leaf::good());
    let broker = Broker::tls(&TlsFiles {
        chain: &chain,
        key: &key,
        clients: None,
        version: None,
    });
    fs::write(scratch.join("root.pem"), &authority.pem).unwrap();
    let text = config("localhost", broker.port, "tls = { root = \"root.pem\" }");
    let (said, well) = examine(&scratch, &text);
    assert!(well, "{said}");
    for what in [
        "configuration: 1 modem in ./mqmodem.toml",
        "port of m: 127.0.0.1:0 is free",
        "state will be made",
        "trust store: 1 root in ./root.pem",
        "broker's name: localhost is ",
        "broker, TCP: localhost:",
        "broker, TLS: its certificate is trusted",
        "broker, MQTT: it accepts the modem",
    ] {
        assert!(said.contains(what), "{what}\n{said}");
    }
    assert!(!said.contains('\x1b'));
}

#[test]
fn tls_options_are_gone_by_and_told() {
    let scratch = Scratch::new();
    let authority = Authority::new();
    let (chain, key) = authority.sign(&Leaf::named(&["broker.example"]));
    let broker = Broker::tls(&TlsFiles {
        chain: &chain,
        key: &key,
        clients: None,
        version: None,
    });
    fs::write(scratch.join("root.pem"), &authority.pem).unwrap();
    let text = |options: &str| {
        let more = format!("tls = {{ root = \"root.pem\" }}\noptions = {{ {options} }}");
        config("localhost", broker.port, &more)
    };
    let said = complaint(&scratch, &text(""));
    assert!(said.contains("make it the option sni"), "{said}");
    for (options, hint) in [
        (
            "sni = \"broker.example\", alpn = \"mqtt\"",
            "is trusted and names it",
        ),
        (
            "verify = 2",
            "broker, TLS: the name in the broker's certificate is not",
        ),
        (
            "verify = 0",
            "warn  broker, TLS: the broker's certificate is not verified",
        ),
    ] {
        let (said, well) = examine(&scratch, &text(options));
        assert!(well && said.contains(hint), "{said}");
        assert_eq!(said.contains("trust store: "), options != "verify = 0");
    }
}

#[test]
fn the_layer_that_fails_is_named() {
    let scratch = Scratch::new();
    let broker = Broker::plain();
    let port = broker.port;
    let authority = Authority::new();
    fs::write(scratch.join("root.pem"), &authority.pem).unwrap();
    let tls = "tls = { root = \"root.pem\" }";
    let cases = [
        (
            config("no-such-host.invalid", 1, ""),
            "broker's name: no-such-host.invalid has no address",
        ),
        (
            config("127.0.0.1", rig::free_port(), ""),
            "broker, TCP: nothing listens there",
        ),
        (config("127.0.0.1", port, tls), "broker, TLS: "),
        (
            config("127.0.0.1", port, "tls = { root = \"none.pem\" }"),
            "broker's files: cannot read",
        ),
    ];
    for (text, hint) in cases {
        let said = complaint(&scratch, &text);
        assert!(said.contains(hint), "{hint}\n{said}");
    }
    let (said, well) = examine(&scratch, &config("127.0.0.1", port, ""));
    assert!(well, "{said}");
}

#[test]
fn what_a_broker_refuses_is_told_without_the_password() {
    let scratch = Scratch::new();
    let broker = Broker::with(&["allow_anonymous false"]);
    let user = "username = \"u\"\npassword_file = \"password\"";
    let text = config("127.0.0.1", broker.port, user);
    fs::write(scratch.join("password"), "hunter2\n").unwrap();
    let refused = "FAIL  broker, MQTT: user name or password wrong, or not allowed (Mosquitto says 5 for both)";
    let exposed = "warn  broker's files: everyone can read ./password: chmod o-r";
    let (said, well) = examine(&scratch, &text);
    assert!(said.contains(exposed) && said.contains(refused), "{said}");
    assert!(!well && !said.contains("hunter2"));
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(scratch.join("password"), private).unwrap();
    let (said, _) = examine(&scratch, &text);
    assert!(said.contains(refused) && !said.contains(exposed), "{said}");
}

#[test]
fn a_server_that_is_no_broker_is_told() {
    let scratch = Scratch::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let port = runtime.block_on(pki::start_raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    // It serves one: the TCP check of the doctor says MQTT on the same link.
    let said = complaint(&scratch, &config("127.0.0.1", port, ""));
    assert!(said.contains("no MQTT broker"), "{said}");
}

#[test]
fn what_is_not_right_on_this_machine_is_told() {
    let scratch = Scratch::new();
    let said = complaint(&scratch, "[[modem]]\nprot = 1\n");
    assert!(
        said.contains("mqmodem.toml:2: there is no key prot"),
        "{said}"
    );
    let said = complaint(&scratch, "seed = 1\n");
    assert!(said.contains("add a [[modem]]"), "{said}");
    let said = complaint(&scratch, "[[modem]]\nport = { serial = \"none\" }\n");
    assert!(
        said.contains("port of ./none: there is no ./none; plug it in"),
        "{said}"
    );
    let state = "state_dir = \"s\"\n[[modem]]\nport = \"pty\"\n";
    let (said, well) = examine(&scratch, state);
    assert!(
        well && said.contains("broker: none in the configuration"),
        "{said}"
    );
    fs::create_dir(scratch.join("s")).unwrap();
    fs::write(scratch.join("s/state.redb"), "junk").unwrap();
    let said = complaint(&scratch, state);
    assert!(said.contains("which puts it aside"), "{said}");
    fs::remove_file(scratch.join("mqmodem.toml")).unwrap();
}

/// Plays a broker that reads what comes at first, as often as it is asked, and
/// answers with this; what it read.
fn play(answer: &'static [u8], endless: bool) -> (u16, mpsc::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (heard, connects) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut buf = [0; 1000];
            let read = stream.read(&mut buf).unwrap_or(0);
            let _ = heard.send(buf[..read].to_vec());
            let mut more = stream.write_all(answer);
            while endless && more.is_ok() {
                more = stream.write_all(&[0; 4096]);
            }
        }
    });
    (port, connects)
}

#[test]
fn what_a_broker_of_mqtt_5_grants_is_told_and_the_version_it_does_not_know() {
    let scratch = Scratch::new();
    let broker = Broker::with(&["allow_anonymous true", "max_inflight_messages 7"]);
    for version in [5, 0] {
        let options = format!("options = {{ version = {version} }}");
        let (said, well) = examine(&scratch, &config("127.0.0.1", broker.port, &options));
        let accepts = "it accepts the modem by MQTT 5.0 and grants:";
        assert!(well && said.contains(accepts), "{said}");
        assert!(said.contains(" receivemax=7"), "{said}");
    }
    let (port, _) = play(&[0x20, 2, 0, 1], false);
    let said = complaint(
        &scratch,
        &config("127.0.0.1", port, "options = { version = 5 }"),
    );
    assert!(
        said.contains("does not speak") && said.contains("(CONNACK 1)"),
        "{said}"
    );
    let other = b"\x20\x17\0\x9d\x14\x1c\0\x07b.local\x1f\0\x07we move";
    let (port, _) = play(other, false);
    let said = complaint(
        &scratch,
        &config("127.0.0.1", port, "options = { version = 5 }"),
    );
    for part in ["(CONNACK 157). It says:", "b.local", "we move"] {
        assert!(said.contains(part), "{said}");
    }
    let (port, _) = play(&[0x20, 3, 0, 0x87, 0], false);
    let said = complaint(
        &scratch,
        &config("127.0.0.1", port, "options = { version = 0 }"),
    );
    assert!(
        said.contains("not allowed") && said.contains("CONNACK 135"),
        "{said}"
    );
}

#[test]
fn a_broker_that_talks_without_end_is_told() {
    let scratch = Scratch::new();
    for answer in [
        &b"\x20\xff\xff\xff\x7f"[..],
        b"\x30\x80\x80\x01",
        b"\x20\x80",
    ] {
        let (port, _) = play(answer, true);
        let said = complaint(&scratch, &config("127.0.0.1", port, ""));
        assert!(said.contains("no MQTT broker"), "{said}");
    }
}

#[test]
fn the_broker_is_tried_as_each_modem_or_as_one_asked_for() {
    let scratch = Scratch::new();
    let (port, heard) = play(b"\x20\x02\0\0", false);
    let text = format!(
        "[[modem]]\nname = \"a\"\nport = {{ tcp = \"0\" }}\n\
         [[modem]]\nname = \"b\"\nport = {{ tcp = \"0\" }}\n\
         [broker]\nhost = \"127.0.0.1\"\nport = {port}\nclient_id = \"gw-{{name}}\"\n"
    );
    let ids = || -> Vec<String> {
        let connects = heard.try_iter().filter(|bytes| !bytes.is_empty());
        let id = |bytes: Vec<u8>| String::from_utf8(bytes[14..].to_vec()).unwrap();
        connects.map(id).collect()
    };
    let (said, well) = examine(&scratch, &text);
    assert!(well, "{said}");
    for what in ["broker, MQTT, a: it accepts", "broker, MQTT, b: it accepts"] {
        assert!(said.contains(what), "{said}");
    }
    assert_eq!(said.matches("broker, TCP").count(), 1, "{said}");
    assert_eq!(ids(), ["gw-a", "gw-b"]);
    let (said, well) = examine_with(&scratch, &text, &["--modem", "b"]);
    assert!(well && !said.contains("port of a"), "{said}");
    assert_eq!(ids(), ["gw-b"]);
    let (said, well) = examine_with(&scratch, &text, &["--modem", "c"]);
    assert!(!well && said.contains("there are a, b"), "{said}");
}

/// What kind it is of and what to do.
#[test]
fn a_certificate_that_is_refused_is_described() {
    let scratch = Scratch::new();
    let workshop = Workshop::new();
    let key = workshop.key("EC -pkeyopt ec_paramgen_curve:P-256");
    let v1 = workshop.certificate(&key, None, "", "");
    let rsa = workshop.key("RSA -pkeyopt rsa_keygen_bits:1024");
    let rsa = workshop.certificate(&rsa, None, "subjectAltName=DNS:localhost", "");
    let p521 = workshop.key("EC -pkeyopt ec_paramgen_curve:P-521");
    let p521 = workshop.certificate(&p521, None, "subjectAltName=DNS:localhost", "");
    let other = workshop.certificate(&key, None, "subjectAltName=DNS:x.example", "");
    for (made, hints) in [
        (
            &v1,
            ["kind that is not supported", "X.509 v1, EC of 256 bits"],
        ),
        (&rsa, ["kind that is not supported", "RSA of 1024 bits"]),
        (&p521, ["kind that is not supported", "EC of 521 bits"]),
        (
            &other,
            ["for another name", "signed by itself, for x.example"],
        ),
    ] {
        let server = workshop.serve(made, "");
        fs::write(scratch.join("root.pem"), &made.certificate).unwrap();
        let tls = "tls = { root = \"root.pem\" }";
        let said = complaint(&scratch, &config("localhost", server.port, tls));
        for hint in hints {
            assert!(said.contains(hint), "{hint}\n{said}");
        }
    }
    // As openssl req -x509 makes it, it is its own root.
    let own = workshop.root("EC -pkeyopt ec_paramgen_curve:P-256");
    let server = workshop.serve(&own, "");
    fs::write(scratch.join("root.pem"), &own.certificate).unwrap();
    let tls = "tls = { root = \"root.pem\" }\noptions = { verify = 2 }";
    let (said, _) = examine(&scratch, &config("localhost", server.port, tls));
    assert!(said.contains("ok    broker, TLS: "), "{said}");
}

#[test]
fn a_client_certificate_that_cannot_work_is_told_by_the_doctor_and_at_the_start() {
    let scratch = Scratch::new();
    let authority = Authority::new();
    let (certificate, _) = authority.client();
    let (_, key) = authority.client();
    let (expired, of_expired) = authority.sign(&Leaf::expired());
    for (name, pem) in [
        ("c.pem", &certificate),
        ("k.pem", &key),
        ("old.pem", &expired),
        ("old.key", &of_expired),
    ] {
        fs::write(scratch.join(name), pem).unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(scratch.join(name), private).unwrap();
    }
    let tls = |certificate, key| {
        let tls = format!("tls = {{ certificate = \"{certificate}\", key = \"{key}\" }}");
        config("localhost", 1, &tls)
    };
    let said = complaint(&scratch, &tls("c.pem", "k.pem"));
    let why = "the client key does not belong to the client certificate: check ./c.pem and ./k.pem";
    assert!(said.contains(why), "{said}");
    let (said, _) = examine(&scratch, &tls("old.pem", "old.key"));
    assert!(
        said.contains("warn  client certificate: ./old.pem is expired"),
        "{said}"
    );
    fs::write(scratch.join("mqmodem.toml"), tls("c.pem", "k.pem")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mqmodem"))
        .arg("serve")
        .current_dir(scratch.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && said.contains(&format!("m: {why}")),
        "{said}"
    );
}
