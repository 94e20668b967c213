//! Files, good and bad.

use super::*;
use crate::config::Limits;
use mqmodem_core::modem::options::{OptionValue, RECONNECT};

fn plan(text: &str) -> Plan {
    parse(Path::new("dir/m.toml"), text).unwrap()
}

fn refused(text: &str) -> String {
    let error = parse(Path::new("m.toml"), text).unwrap_err().to_string();
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

#[test]
fn the_example_is_read_and_shows_every_key() {
    let text = include_str!("../../../../examples/mqmodem.toml");
    let plan = parse(Path::new("mqmodem.toml"), text).unwrap();
    let names: Vec<_> = plan.modems.iter().map(|modem| &*modem.name).collect();
    assert_eq!(names, ["meter", "plc", "desk", "local", "lines"]);
    let plc = &plan.modems[1];
    assert_eq!(plc.behaviour.mask_secrets, Some(true));
    assert_eq!(plc.behaviour.config().identity.model, "PLC-1");
    assert_eq!(plan.modems[2].behaviour.seed, 2);
    let options = plan.broker.unwrap().options;
    assert_eq!(options.get(RECONNECT), OptionValue::Number(1));
    assert_eq!(plan.modems[2].behaviour.limits.line, Some(4096));
    // What stands in comments can be taken out of them, but for the second way
    // to name the broker, and to have TLS.
    let mut all = String::new();
    for line in text.lines() {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let is_key = bare
            .split_once(" = ")
            .is_some_and(|(key, _)| !key.contains(' '));
        let other_place = ["host = ", "port = 8883", "psk = ", "proxy = \""]
            .iter()
            .any(|key| bare.starts_with(key));
        all.push_str(if is_key && !other_place { bare } else { line });
        all.push('\n');
    }
    assert!(all.contains("\nlevel = \"warn\"") && all.contains("\nclient_id = "));
    let all = parse(Path::new("mqmodem.toml"), &all).unwrap();
    assert!(all.control.is_some() && all.faults.words.len() == 2);
}

/// What is written, the line that is wrong, and what is said of it.
const WRONG: &[(&str, usize, &str)] = &[
    (
        "[[modem]]\nport = { serial = \"x\", baud = 0 }\n",
        2,
        "\"0\" is no setting",
    ),
    (
        "[[modem]]\nport = { serial = \"x\", format = \"8X1\" }\n",
        2,
        "\"8X1\" is no setting",
    ),
    (
        "[[modem]]\nport = { serial = \"x\", flow = \"rts\" }\n",
        2,
        "flow cannot be \"rts\"; write \"none\" or \"rtscts\" or \"xonxoff\"",
    ),
    (
        "prot = 1\n",
        1,
        "there is no key prot; there are modem, broker",
    ),
    (
        "\n[[modem]]\nport = \"stdio\"\nnmae = \"x\"\n",
        4,
        "there is no key nmae in modem; there are",
    ),
    (
        "[[modem]]\nname = \"x\"\n",
        1,
        "port is missing in [[modem]]",
    ),
    (
        "[[modem]]\nport = 7\n",
        2,
        "port cannot be 7; write \"stdio\", \"pty\"",
    ),
    (
        "[[modem]]\nport = { tpc = \"1\" }\n",
        2,
        "there is no key tpc in modem.port; there are pty",
    ),
    ("[[modem]]\nport = { }\n", 2, "a port is \"stdio\""),
    (
        "[[modem]]\nport = { tcp = \"1\", pty = \"x\" }\n",
        2,
        "a port is \"stdio\"",
    ),
    (
        "[[modem]]\nport = { tcp = \"1\", baud = 1 }\n",
        2,
        "those of a serial device",
    ),
    (
        "[[modem]]\nport = { pty = \"x\", mode = \"9\" }\n",
        2,
        "three octal digits",
    ),
    (
        "[[modem]]\nport = { pty = \"x\", mode = 660 }\n",
        2,
        "write text in quotes, such as",
    ),
    (
        "[[modem]]\nname = \"a\"\nport = \"pty\"\n[[modem]]\nname = \"a\"\nport = \"pty\"",
        5,
        "is called \"a\" too",
    ),
    ("[[modem]]\nname = \"\"\nport = \"pty\"\n", 2, "1 to 200"),
    (
        "[[modem]]\nport = \"stdio\"\n[[modem]]\nport = \"stdio\"\n",
        3,
        "only one modem",
    ),
    (
        "seed = -1\n",
        1,
        "seed cannot be -1; write a whole number from 0",
    ),
    ("strict = 1\n", 1, "write strict = true or strict = false"),
    ("dialect = \"other\"\n", 1, "there is \"native\""),
    (
        "dialect = \"other:1\"\n",
        1,
        "(mqmodem commands --dialects lists their models)",
    ),
    (
        "dialect = \"nordic:nrf91\"\n",
        1,
        "there is no dialect \"nordic:nrf91\"; there is \"nordic:sm\", \"nordic:slm\"",
    ),
    (
        "[log]\nlevel = \"loud\"\n",
        2,
        "write \"warn\" or \"info\" or \"debug\"",
    ),
    (
        "[limits]\nline = 10\n",
        2,
        "line cannot be 10; write a whole number from 2560 to 1048576",
    ),
    (
        "links = \"x\"\n",
        1,
        "links cannot be \"x\"; write a whole number from 1 to 16",
    ),
    (
        "links = 0\n",
        1,
        "links cannot be 0; write a whole number from 1 to 16",
    ),
    (
        "links = 300\n",
        1,
        "links cannot be 300; write a whole number from 1 to 16",
    ),
    ("[identity]\nimei = \"12345\"\n", 2, "15 digits"),
    ("[identity]\nmodel = \"a\\nb\"\n", 2, "ASCII"),
    ("x = \n", 1, ""),
    (
        "[broker]\nhost = \"a\"\n[broker.options]\nnosuch = 1\n",
        4,
        "no option \"nosuch\"; there are reconnect, backoff,",
    ),
    (
        "[broker]\nhost = \"a\"\noptions = { reconnect = 1, backoff = 0 }\n",
        3,
        "option backoff cannot be 0; give it a number of 1-3600: longest pause",
    ),
    (
        "[broker]\nhost = \"a\"\noptions = { backoff = -1 }\n",
        3,
        "option backoff cannot be -1;",
    ),
    (
        "[broker]\nhost = \"a\"\noptions = { verify = true }\n",
        3,
        "option verify cannot be true; give it a number of 0-2: what TLS verifies",
    ),
    (
        "[broker]\nhost = \"a\"\noptions = { reconnect = \"1\" }\n",
        3,
        "option reconnect cannot be \"1\"; give it a number of 0-1",
    ),
    (
        "[broker]\nhost = \"a\"\noptions = { sni = \"a b\" }\n",
        3,
        "option sni cannot be \"a b\"; give it a text of at most 253 bytes: name that TLS requests",
    ),
    (
        "[broker]\nhost = \"a\"\noptions = { sni = 1 }\n",
        3,
        "option sni cannot be 1; give it a text",
    ),
    (
        "[broker]\nhost = \"a\"\noptions = 1\n",
        3,
        "write [broker.options] on a line of its own",
    ),
    ("[broker]\n", 1, "give the broker a url"),
    (
        "[broker]\nurl = \"mqtt://a\"\nport = 1\n",
        1,
        "url and port are both there",
    ),
    (
        "[broker]\nurl = \"http://a\"\n",
        2,
        "mqtt://HOST or mqtts://HOST",
    ),
    (
        "[broker]\nurl = \"tcp://a\"\n",
        2,
        "write mqtt:// in place of tcp://",
    ),
    ("[broker]\nurl = \"mqtt://::1\"\n", 2, "brackets"),
    ("[broker]\nhost = \"a b\"\n", 2, "a host is a name"),
    ("[broker]\nhost = \"a\"\nport = 0\n", 1, "0 is no port"),
    (
        "[broker]\nhost = \"a\"\npassword = \"p\"\n",
        1,
        "needs a username",
    ),
    (
        "[broker]\nhost = \"a\"\nclient_id = \"\"\nclean_session = false\n",
        1,
        "clean_session = true",
    ),
    (
        "[broker]\nhost = \"a\"\nclient_id = \"a\\u0001\"\n",
        1,
        "control characters",
    ),
    (
        "[broker]\nhost = \"a\"\ntls = { key = \"k\" }\n",
        1,
        "belong together",
    ),
];

#[test]
fn what_is_wrong_is_told_with_its_line_and_what_is_allowed() {
    for (text, line, hint) in WRONG {
        let said = refused(text);
        let place = format!("m.toml:{line}: ");
        assert!(
            said.starts_with(&place) && said.contains(hint),
            "{text}\n{said}"
        );
    }
}

#[test]
fn a_file_may_begin_with_a_byte_order_mark_and_end_lines_as_windows_does() {
    let path = std::env::temp_dir().join(format!("mqmodem-bom-{}.toml", std::process::id()));
    std::fs::write(&path, "\u{feff}seed = 7\r\n[[modem]]\r\nport = \"pty\"\r\n").unwrap();
    assert_eq!(Plan::read(&path).unwrap().modems[0].behaviour.seed, 7);
    std::fs::write(&path, b"\xff\xfes\0").unwrap();
    let said = Plan::read(&path).unwrap_err().to_string();
    assert!(
        said.ends_with("it is written in UTF-16; save it as UTF-8"),
        "{said}"
    );
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_password_is_not_repeated() {
    let said = refused("[broker]\nhost = \"a\"\nusername = \"u\"\npassword = [\"hunter2\"]\n");
    assert!(!said.contains("hunter2"), "{said}");
    let plan = plan("broker = { host = \"a\", username = \"u\", password = \"hunter2\" }");
    assert!(!format!("{plan:?}").contains("hunter2"));
}

#[test]
fn a_serial_device_has_settings() {
    let plan = plan(
        "[[modem]]\nport = { serial = \"/dev/a\", baud = 9600, format = \"7E2\", flow = \"rtscts\" }\n\
         [[modem]]\nport = { serial = \"/dev/b\" }\n[[modem]]\nport = { rfc2217 = \"7001\" }\n",
    );
    let PortPlan::Serial { settings, .. } = plan.modems[0].port else {
        panic!("{:?}", plan.modems[0]);
    };
    assert_eq!(
        (settings.baud, settings.data_bits, settings.stop_bits),
        (9600, 7, 2)
    );
    assert!(settings.rts_cts && !settings.xon_xoff);
    let PortPlan::Serial { settings, .. } = plan.modems[1].port else {
        panic!("{:?}", plan.modems[1]);
    };
    assert_eq!(settings, crate::port::serial::DEFAULT);
    assert_eq!(plan.modems[2].name, "rfc2217 7001");
}

#[test]
fn paths_are_beside_the_file() {
    let plan = plan("state_dir = \"state\"\ntrace = \"/t\"\n[[modem]]\nport = { pty = \"m\" }");
    assert_eq!(plan.state_dir.unwrap(), Path::new("dir/state"));
    let trace = plan.trace.target.unwrap();
    assert_eq!(trace.path(), Some(Path::new("/t")));
    assert_eq!(plan.modems[0].name, "dir/m");
}

#[test]
fn a_modem_may_differ_from_the_others() {
    let plan = plan(
        "strict = true\nseed = 7\nlimits = { line = 3000, message_in = 3000 }\n\
         [[modem]]\nport = \"pty\"\n\
         [[modem]]\nport = \"pty\"\nstrict = false\nseed = 1\nlimits = { line = 4000 }\n\
         [[modem]]\nport = \"pty\"\n",
    );
    let all: Vec<_> = plan.modems.iter().map(|modem| &modem.behaviour).collect();
    assert_eq!(
        all.iter().map(|b| b.strict).collect::<Vec<_>>(),
        [true, false, true]
    );
    assert_eq!(all.iter().map(|b| b.seed).collect::<Vec<_>>(), [7, 1, 9]);
    let limits = Limits {
        line: Some(4000),
        message_in: Some(3000),
        message_out: None,
        settings: None,
    };
    assert_eq!(all[1].limits, limits);
    assert_eq!(plan.modems[2].name, "pty#3");
}
