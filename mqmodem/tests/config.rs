//! Modems served as a configuration file says.

mod pki;
mod rig;
mod support;

use pki::{Authority, Leaf};
use rig::{Broker, Modem, PATIENCE, TlsFiles};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;
use support::Scratch;

fn file(scratch: &Scratch, text: &str) -> PathBuf {
    let path = scratch.join("mqmodem.toml");
    fs::write(&path, text).unwrap();
    path
}

fn serve(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.arg("serve").args(arguments).current_dir(directory);
    command
}

fn output(mut command: Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_device_without_settings_just_connects() {
    let authority = Authority::new();
    let (chain, key) = authority.sign(&Leaf::good());
    let broker = Broker::tls(&TlsFiles {
        chain: &chain,
        key: &key,
        clients: Some(&authority.pem),
        version: None,
    });
    let scratch = Scratch::new();
    let (certificate, key) = authority.client();
    for (name, pem) in [
        ("root", authority.pem.clone()),
        ("cert", certificate),
        ("key", key),
    ] {
        // As openssl writes it, and an editor with a mark of byte order and Latin-1.
        let parameters =
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        let around = b"\xef\xbb\xbfsubject=\xfc\r\n";
        let text = [around, parameters.as_bytes(), pem.as_bytes(), around].concat();
        fs::write(scratch.join(name), text).unwrap();
    }
    fs::write(scratch.join("password"), "hunter2\n").unwrap();
    let text = format!(
        "state_dir = \"state\"\n[[modem]]\nname = \"m 1\"\nport = {{ tcp = \"0\" }}\n\
         [broker]\nurl = \"mqtts://localhost:{}\"\nclient_id = \"gw-{{name}}\"\n\
         username = \"user\"\npassword_file = \"password\"\n\
         tls = {{ root = \"root\", certificate = \"cert\", key = \"key\" }}\n",
        broker.port
    );
    file(&scratch, &text);
    let mut modem = Modem::of(serve(scratch.path(), &[]));
    modem.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
    broker.wait_for_log("as gw-m-1");
    modem.raw(b"AT+MQTTCONFIG?\r");
    // The password is not the device's, so it is not shown to it.
    assert!(modem.line().ends_with(",gw-m-1,1,60,user,***"));
    modem.expect("OK");
    // What it sets itself counts more, now and later.
    modem.ok("AT+MQTTCONFIG=other,1,me,1,60");
    modem.end(rustix::process::Signal::KILL);
    let mut modem = Modem::of(serve(scratch.path(), &[]));
    modem.ask("AT+MQTTCONFIG?", &["+MQTTCONFIG:other,1,me,1,60,,", "OK"]);
    modem.ask("AT+MQTTTLS?", &["+MQTTTLS:1", "OK"]);
}

/// A laboratory's broker with a certificate nobody trusts.
#[test]
fn a_broker_is_taken_unverified_where_an_option_says_so_and_each_connect_warns() {
    let (chain, key) = Authority::new().sign(&Leaf::named(&["elsewhere"]));
    let broker = Broker::tls(&TlsFiles {
        chain: &chain,
        key: &key,
        clients: None,
        version: None,
    });
    let scratch = Scratch::new();
    let text = format!(
        "state_dir = \"state\"\n[[modem]]\nname = \"m\"\nport = {{ tcp = \"0\" }}\n\
         [broker]\nurl = \"mqtts://localhost:{}\"\noptions = {{ verify = 0 }}\n",
        broker.port
    );
    file(&scratch, &text);
    let mut command = serve(scratch.path(), &[]);
    command.stderr(fs::File::create(scratch.join("log")).unwrap());
    let mut modem = Modem::of(command);
    for _ in 0..2 {
        modem.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
        modem.ok("AT+MQTTDISCONNECT");
    }
    let warnings = || {
        let log = fs::read_to_string(scratch.join("log")).unwrap();
        log.matches("anyone can pass for the broker").count()
    };
    // The log is written behind what the host hears.
    let deadline = Instant::now() + PATIENCE;
    while warnings() < 2 && Instant::now() < deadline {
        std::thread::yield_now();
    }
    assert_eq!(warnings(), 2);
    // What the host sets counts more, also later, and where it is the default.
    modem.ok("AT+MQTTOPT=\"verify\",1");
    modem.end(rustix::process::Signal::KILL);
    let mut modem = Modem::of(serve(scratch.path(), &[]));
    modem.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:25", "ERROR"]);
}

#[test]
fn modems_are_as_the_file_says_unless_a_flag_does() {
    let scratch = Scratch::new();
    let path = file(
        &scratch,
        "[identity]\nmodel = \"M1\"\nimei = \"490154203237518\"\n[limits]\nline = 2560\n\
         [[modem]]\nport = { tcp = \"0\" }\nmask_secrets = true\n",
    );
    let mut modem = Modem::of(serve(scratch.path(), &[]));
    modem.ask("AT+CGMM;+CGSN", &["M1", "490154203237518", "OK"]);
    modem.ask(&"x".repeat(5000).replacen("xx", "AT", 1), &["ERROR"]);
    modem.ok("AT+MQTTCONFIG=a,1,me,1,60,user,hunter2");
    modem.ask(
        "AT+MQTTCONFIG?",
        &["+MQTTCONFIG:a,1,me,1,60,user,***", "OK"],
    );
    // Ports of the command line are served instead of the file's.
    let elsewhere = Scratch::new();
    let config = format!("--config={}", path.display());
    let mut command = serve(elsewhere.path(), &[&config, "--stdio"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"ATE0\rAT+CGMM\r").unwrap();
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(said, "ATE0\r\r\nOK\r\n\r\nM1\r\n\r\nOK\r\n");
}

#[test]
fn a_wrong_file_is_refused_in_one_sentence() {
    let scratch = Scratch::new();
    fs::write(scratch.join("junk.pem"), "junk").unwrap();
    let big = "-----BEGIN CERTIFICATE-----\nMAMCAQc=\n-----END CERTIFICATE-----\n".repeat(2000);
    fs::write(scratch.join("big.pem"), big).unwrap();
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAMCAQc=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    fs::write(scratch.join("key.pem"), encrypted).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(scratch.join("key.pem"), private).unwrap();
    let good = "-----BEGIN CERTIFICATE-----\nMAMCAQc=\n-----END CERTIFICATE-----\n";
    fs::write(scratch.join("good.pem"), good).unwrap();
    let broker = "[[modem]]\nport = \"pty\"\n[broker]\nurl = \"mqtts://a\"\n";
    for (text, hint) in [
        (
            "\n\nprot = 1\n".to_owned(),
            "mqmodem.toml:3: there is no key prot; there are modem",
        ),
        (
            "seed = 1\n".to_owned(),
            "there is no modem in ./mqmodem.toml",
        ),
        (
            format!("{broker}tls = {{ root = \"none.pem\" }}\n"),
            "none.pem: No such file",
        ),
        (
            format!("{broker}tls = {{ root = \"junk.pem\" }}\n"),
            "junk.pem holds no PEM certificate",
        ),
        (
            format!("{broker}tls = {{ root = \"big.pem\" }}\n"),
            "give only the certificates",
        ),
        (
            format!("{broker}tls = {{ certificate = \"good.pem\", key = \"key.pem\" }}\n"),
            "key.pem holds an encrypted private key",
        ),
    ] {
        file(&scratch, &text);
        let output = output(serve(scratch.path(), &[]));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        // What else is amiss is warned of on lines of its own.
        let sentences = said.lines().filter(|line| line.starts_with("mqmodem: "));
        assert_eq!(sentences.count(), 1, "{said}");
        assert!(said.contains(hint), "{said}");
    }
    let output = output(serve(scratch.path(), &["--config", "none.toml"]));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("cannot read none.toml"), "{said}");
}
