//! `mqmodem doctor` against brokers, good and bad.

mod pki;
mod rig;
mod support;

use pki::{Authority, Leaf};
use rig::{Broker, TlsFiles};
use std::fs;
use std::process::Command;
use support::Scratch;

/// What the doctor says of a file with this text, and whether all is well.
fn examine(scratch: &Scratch, text: &str) -> (String, bool) {
    fs::write(scratch.join("mqmodem.toml"), text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mqmodem"))
        .arg("doctor")
        .current_dir(scratch.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.stderr.is_empty());
    for line in said.lines() {
        let verdict = ["ok    ", "FAIL  "]
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
            "broker, TLS: the broker's certificate is not verified",
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
    let said = complaint(&scratch, &text);
    assert!(
        said.contains("everyone can read ./password: chmod o-r"),
        "{said}"
    );
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(scratch.join("password"), private).unwrap();
    let said = complaint(&scratch, &text);
    assert!(said.contains("(CONNACK 5)"), "{said}");
    assert!(!said.contains("hunter2"));
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
