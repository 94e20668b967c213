use crate::config::file::parse;
use crate::config::{Broker, DefaultRecords, ModemPlan, Plan};
use mqmodem_core::modem::options::{BACKOFF, OptionValue, RECONNECT, SNI, VERIFY};
use mqmodem_core::modem::settings::Settings;
use mqmodem_core::{LinkId, Slot};
use std::path::Path;

fn refused(text: &str) -> String {
    let error = parse(Path::new("m.toml"), text).unwrap_err().to_string();
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

/// The only modem of a file.
fn modem(text: &str) -> ModemPlan {
    Plan::parsed(text).modems.remove(0)
}

fn defaults(broker: &str) -> DefaultRecords {
    let text = format!("[[modem]]\nname = \"/run/m 0\"\nport = \"pty\"\n[broker]\n{broker}");
    modem(&text).defaults().unwrap()
}

/// The brokers of the modems, as they see them.
fn filled(text: &str) -> Vec<Broker> {
    let modems = Plan::parsed(text).modems;
    let filled = modems.iter().map(|modem| modem.own_broker().unwrap());
    filled.map(Result::unwrap).collect()
}

#[test]
fn a_broker_becomes_settings() {
    let values = defaults(
        "url = \"mqtts://[::1]\"\nclient_id = \"x-{name}-{imei}\"\nkeepalive = 9\n\
         username = \"u\"\npassword = \"p\"\n",
    );
    assert_eq!(values[1], (Slot::Tls(LinkId(0)), vec![1]));
    let settings = Settings::decode(&values[0].1).unwrap();
    assert_eq!((settings.url.host(), settings.port), ("[::1]", 8883));
    let imei = settings
        .client_id
        .strip_prefix("x-run-m-0-00101301")
        .unwrap();
    assert_eq!(imei.len(), 7);
    assert_eq!((settings.clean_session, settings.keep_alive), (true, 9));
    assert_eq!(
        (settings.username, settings.password),
        (Some("u"), Some(&b"p"[..]))
    );
}

#[test]
fn options_become_what_a_modem_keeps() {
    let values = defaults(
        "host = \"a\"\n\
         options = { Reconnect = 1, sni = \"{name}.example\", backoff = 60 }\n",
    );
    let slot = |option| Slot::Option(LinkId(0), option as u8);
    // Nothing is to be kept of a default.
    let mut want = [
        (slot(RECONNECT), vec![0, 0, 0, 1]),
        (slot(BACKOFF), vec![]),
        (slot(SNI), b"run-m-0.example".to_vec()),
    ];
    let mut got = values[1..].to_vec();
    want.sort();
    got.sort();
    assert_eq!(got, want);
}

#[test]
fn a_broker_is_found_with_and_without_tls() {
    for (text, host, port) in [
        ("host = \"a\"", "a", 1883),
        ("host = \"a\"\nport = 7", "a", 7),
        ("host = \"a\"\ntls = {}", "a", 8883),
        ("host = \"a\"\ntls = true", "a", 8883),
        ("host = \"a\"\ntls = false", "a", 1883),
        ("url = \"mqtt://a\"", "a", 1883),
        ("url = \"mqtt://a\"\ntls = false", "a", 1883),
        ("url = \"MQTTS://a\"\ntls = true", "a", 8883),
        ("url = \"mqtt://a:7/\"", "a", 7),
        ("url = \"mqtt://[::1]:7\"", "[::1]", 7),
    ] {
        let broker = Plan::parsed(&format!("[broker]\n{text}\n")).broker.unwrap();
        assert_eq!((&*broker.host, broker.port), (host, port), "{text}");
        assert_eq!(broker.tls.is_some(), port == 8883, "{text}");
    }
}

#[test]
fn a_broker_is_found_over_websocket() {
    for (text, url, port) in [
        ("url = \"ws://a\"", "ws://a", 80),
        ("url = \"WSS://a/x?y=1\"", "wss://a/x?y=1", 443),
        ("url = \"wss://u:p@a:7/x@b\"\ntls = {}", "wss://a/x@b", 7),
        ("url = \"ws://[::1]:8080/?q\"", "ws://[::1]/?q", 8080),
    ] {
        let broker = Plan::parsed(&format!("[broker]\n{text}\n")).broker.unwrap();
        assert_eq!((&*broker.url().0, broker.port), (url, port), "{text}");
        assert_eq!(broker.tls.is_some(), url.starts_with("wss"));
        assert!(!format!("{broker:?}").contains("y=1"));
    }
    let own = "[broker]\nurl = \"ws://a/{name}?k={{1}}\"\n[[modem]]\nname = \"m\"\nport = \"pty\"\n\
        broker = { host = \"::1\", port = 9 }\n";
    let broker = filled(own).remove(0);
    assert_eq!((&*broker.url().0, broker.port), ("ws://[::1]/m?k={1}", 9));
    let said = refused("[broker]\nurl = \"ws://a\"\ntls = true\n");
    assert!(said.contains("write wss:// in url"), "{said}");
}

#[test]
fn a_url_may_say_as_whom() {
    let of = |more: &str| {
        let text = format!("[broker]\nurl = \"mqtt://user:p%40w@host:1883\"\n{more}");
        Plan::parsed(&text).broker.unwrap()
    };
    let broker = of("");
    assert_eq!(broker.username.as_deref(), Some("user"));
    assert_eq!(broker.password.unwrap().0, "p@w");
    assert_eq!((&*broker.host, broker.port), ("host", 1883));
}

#[test]
fn a_modem_may_differ_from_the_broker_of_all_key_by_key() {
    let all = filled(
        "[broker]\nurl = \"mqtts://h:9\"\nusername = \"u\"\npassword_file = \"shared\"\n\
         keepalive = 9\ntls = { root = \"root\", certificate = \"{name}.pem\", key = \"{name}.key\" }\n\
         options = { reconnect = 1, verify = 0 }\n\
         [[modem]]\nname = \"a\"\nport = \"pty\"\n\
         [[modem]]\nname = \"b\"\nport = \"pty\"\nbroker = { username = \"ub\", password = \"pb\" }\n\
         [[modem]]\nname = \"c\"\nport = \"pty\"\n[modem.broker]\nhost = \"other\"\nclient_id = \"me\"\n\
         options = { Verify = 1 }\n[modem.broker.tls]\nkey = \"own.key\"\n\
         [[modem]]\nname = \"d\"\nport = \"pty\"\n[modem.broker]\nurl = \"mqtt://u2@plain\"\n\
         tls = false\n\
         [[modem]]\nname = \"e\"\nport = \"pty\"\nbroker.port = 10\n",
    );
    let [usual, user, host, plain, port] = all.as_slice() else {
        panic!("{all:?}");
    };
    let tls = usual.tls.as_ref().unwrap();
    let path = |path: &Option<std::path::PathBuf>| path.as_ref().unwrap().display().to_string();
    assert_eq!(path(&tls.certificate), "dir/a.pem");
    assert_eq!(path(&usual.password_file), "dir/shared");
    assert_eq!(
        (user.username.as_deref(), &user.password_file),
        (Some("ub"), &None)
    );
    assert_eq!(user.password.as_ref().unwrap().0, "pb");
    assert_eq!(
        (&*host.host, host.port, &*host.client_id, host.keep_alive),
        ("other", 9, "me", 9)
    );
    let own = host.tls.as_ref().unwrap();
    assert_eq!(
        [path(&own.root), path(&own.certificate), path(&own.key)],
        ["dir/root", "dir/c.pem", "dir/own.key"]
    );
    let number = |option| host.options.get(option);
    assert_eq!(
        [number(VERIFY), number(RECONNECT)],
        [OptionValue::Number(1); 2]
    );
    assert_eq!(
        (&*plain.host, plain.port, &plain.tls),
        ("plain", 1883, &None)
    );
    assert_eq!(
        (plain.username.as_deref(), &plain.password_file),
        (Some("u2"), &None)
    );
    assert_eq!(
        (&*port.host, port.port, port.tls.is_some()),
        ("h", 10, true)
    );
}

#[test]
fn the_broker_of_all_modems_may_be_incomplete() {
    let all = filled(
        "[broker]\npassword = \"{imei}\"\nkeepalive = 9\n\
         [[modem]]\nname = \"a\"\nport = \"pty\"\nidentity = { imei = \"490154203237518\" }\n\
         broker = { url = \"mqtt://a\", username = \"a\" }\n",
    );
    assert_eq!(all[0].password.as_ref().unwrap().0, "490154203237518");
    let said = refused("[broker]\nkeepalive = 9\n[[modem]]\nport = \"pty\"\n");
    assert!(said.contains("m.toml:1: give the broker a url"), "{said}");
}

#[test]
fn every_text_may_hold_placeholders() {
    let all = filled(
        "[[modem]]\nname = \"x\"\nport = \"pty\"\n\
         [[modem]]\nname = \"north 1\"\nport = \"pty\"\nidentity = { imei = \"490154203237518\" }\n\
         [broker]\nurl = \"mqtts://{name}.example\"\nusername = \"u-{index}\"\n\
         password_file = \"pass-{name}\"\nclient_id = \"{{{imei}}}\"\n\
         tls = { root = \"{index}.pem\", certificate = \"{name}/c\", key = \"{imei}\" }\n",
    );
    let broker = &all[1];
    assert_eq!(broker.host, "north-1.example");
    assert_eq!(broker.username.as_deref(), Some("u-00001"));
    assert_eq!(broker.client_id, "{490154203237518}");
    let tls = broker.tls.as_ref().unwrap();
    let paths = [&broker.password_file, &tls.root, &tls.certificate, &tls.key];
    let paths = paths.map(|path| path.as_deref().unwrap().to_str().unwrap());
    let want = ["pass-north-1", "00001.pem", "north-1/c", "490154203237518"];
    assert_eq!(paths, want.map(|name| format!("dir/{name}")));
}

/// A modem makes its IMEI of its seed where none is given.
#[test]
fn the_imei_is_what_the_modem_says() {
    let text = "seed = 41\n[broker]\nhost = \"a\"\nusername = \"{imei}\"\n\
        [[modem]]\nport = \"pty\"\n[[modem]]\nport = \"pty\"\n";
    let modem = &Plan::parsed(text).modems[1];
    let mut asked = mqmodem_core::Modem::new(
        modem.behaviour.config(),
        mqmodem_core::Memory::heap(),
        mqmodem_core::Instant::ZERO,
    );
    asked.handle_host(mqmodem_core::Instant::ZERO, b"AT+CGSN\r");
    let said = String::from_utf8_lossy(asked.host_out()).into_owned();
    let broker = modem.own_broker().unwrap().unwrap();
    let imei = broker.username.unwrap();
    assert!(
        imei.len() == 15 && said.contains(&format!("\r\n{imei}\r\n")),
        "{said}"
    );
}

/// What is written below `[broker]`, and what is said of it.
const WRONG: &[(&str, usize, &str)] = &[
    (
        "url = \"mqtt://a\"\nusername = \"{nmae}\"\n",
        3,
        "username: there is no placeholder {nmae}; there are {name}, {index}, {imei}, {host}",
    ),
    (
        "host = \"a\"\npassword_file = \"pass-{\"\n",
        3,
        "password_file: a { stands alone; write {{",
    ),
    (
        "host = \"a\"\nclient_id = \"a}\"\n",
        3,
        "client_id: a } stands alone",
    ),
    (
        "host = \"a\"\ntls = { key = \"{x}\" }\n",
        3,
        "tls.key: there is no placeholder {x}",
    ),
    (
        "host = \"a\"\noptions = { sni = \"{x}\" }\n",
        3,
        "option sni: there is no placeholder {x}",
    ),
    (
        "host = \"a\"\nusername = \"u\"\npassword = \"hunter2{imie}\"\n",
        4,
        "password: there is no placeholder {imie}",
    ),
    (
        "host = \"a\"\nusername = \"u\"\npassword = \"{hunter2\"\n",
        4,
        "password: a { stands alone",
    ),
    (
        "url = \"mqtt://u:hunter2{x}@a\"\n",
        2,
        "url: there is no placeholder {x}",
    ),
    (
        "url = \"mqtt://u:hunter2@a:70000\"\n",
        2,
        "the port in a url",
    ),
    (
        "host = \"a\"\npassword = 22222222\n",
        3,
        "write it as text, in quotes",
    ),
    ("url = 22222222\n", 2, "write it as text, in quotes"),
    ("url = \"mqtt://a\"\nhost = \"b\"\n", 1, "url and host both"),
    (
        "url = \"mqtt://a:1\"\nport = 1\n",
        1,
        "url and port are both there",
    ),
    (
        "url = \"mqtt://a\"\n[broker.tls]\nroot = \"r\"\n",
        2,
        "url says mqtt://, which is without TLS, and tls ([broker.tls]) says with",
    ),
    ("url = \"mqtt://a\"\ntls = {}\n", 2, "url says mqtt://"),
    (
        "url = \"mqtts://a\"\ntls = false\n",
        2,
        "url says mqtts://, which is with TLS, and tls = false",
    ),
    (
        "host = \"a\"\nusername = \"u\"\npassword = \"hunter2\"\npassword_file = \"f\"\n",
        1,
        "password and password_file are both there",
    ),
    (
        "url = \"mqtt://u@a\"\nusername = \"v\"\n",
        1,
        "url and username both",
    ),
    (
        "url = \"mqtt://u:hunter2@a\"\npassword_file = \"f\"\n",
        1,
        "url holds a password, and password or password_file",
    ),
    (
        "url = \"mqtt://u:hunter2@a\"\npassword = \"hunter2\"\n",
        1,
        "url holds a password",
    ),
    ("host = \"a\"\ntls = 1\n", 3, "write true, false or a table"),
    (
        "host = \"a\"\ntls = { rot = \"r\" }\n",
        3,
        "there is no key rot",
    ),
    (
        "host = \"a\"\noptions = { backoff = 1, Backoff = 2 }\n",
        3,
        "option backoff is there twice",
    ),
];

#[test]
fn what_does_not_fit_together_is_told_without_secrets() {
    for (text, line, hint) in WRONG {
        let said = refused(&format!("[broker]\n{text}"));
        let place = format!("m.toml:{line}: ");
        let shown = said.contains("hunter") || said.contains("2222");
        assert!(
            said.starts_with(&place) && said.contains(hint) && !shown,
            "{text}\n{said}"
        );
    }
    for (own, hint) in [
        (
            "username = \"{x}\"",
            "username: there is no placeholder {x}",
        ),
        (
            "url = \"mqtt://b\"",
            "url says mqtt://, which is without TLS",
        ),
        ("tls = false", "url says mqtts://"),
        ("tls = { key = \"k\" }", "belong together"),
        ("password = \"p\"", "needs a username"),
        ("name = \"p\"", "there is no key name"),
    ] {
        let text = "[broker]\nurl = \"mqtts://a\"\n[broker.tls]\nroot = \"r\"\n";
        let said = refused(&format!(
            "{text}[[modem]]\nport = \"pty\"\n[modem.broker]\n{own}\n"
        ));
        assert!(said.contains(hint), "{own}: {said}");
    }
}

#[test]
fn a_password_of_the_configuration_is_hidden_unless_it_says_otherwise() {
    for (text, hides) in [
        ("", true),
        ("mask_secrets = true\n", true),
        ("mask_secrets = false\n", false),
    ] {
        let text = format!("{text}[broker]\nhost = \"a\"\n[[modem]]\nport = \"pty\"\n");
        let values = modem(&text).defaults().unwrap();
        assert_eq!(
            Settings::decode(&values[0].1).unwrap().hides_password,
            hides,
            "{text}"
        );
    }
}
