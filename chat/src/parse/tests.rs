use super::*;
use crate::script::Sizes;
use mqmodem_core::NetError;

fn steps(text: &str) -> Vec<Step> {
    parse("t.chat", text).unwrap().steps
}

fn error(text: &str) -> String {
    parse("t.chat", text).unwrap_err().to_string()
}

#[test]
fn a_typed_line_is_taken_as_it_stands_and_echoed() {
    let steps = steps("> AT+X=\"\\n\\q\"\n< OK\n");
    assert_eq!(steps[1].input, Input::Host(b"AT+X=\"\\n\\q\"\r".to_vec()));
    assert_eq!(steps[1].echo, b"AT+X=\"\\n\\q\"\r");
    assert_eq!(
        steps[1].expected[0].what,
        Expect::Host(b"\r\nOK\r\n".to_vec())
    );
    assert_eq!((steps[1].line, steps[1].expected[0].line), (1, 2));
}

#[test]
fn only_command_lines_are_echoed_and_only_while_echo_is_on() {
    assert_eq!(steps(">")[1].input, Input::Host(b"\r".to_vec()));
    assert!(steps("> hello")[1].echo.is_empty());
    assert!(steps(">> AT\\r")[1].echo.is_empty());
    assert!(steps("echo off\n> AT")[1].echo.is_empty());
    let on_again = steps("echo off\npower cut\npower on\n> AT");
    assert_eq!(on_again[3].echo, b"AT\r");
    let long = steps(&format!("> AT{}", "x".repeat(300)));
    assert_eq!(long[1].echo.len(), 129);
}

#[test]
fn the_title_is_the_first_block_of_comments() {
    let script = parse("t.chat", "# One\n# two\n\n# other\n> AT\n# more").unwrap();
    assert_eq!(script.title, "One\ntwo");
}

#[test]
fn settings_come_first() {
    let text = "set strict\nset mask-secrets\nset seed 9\nset clock 1970-01-02 00:00:05\n\
                set memory small line=77\n> AT";
    let setup = parse("t.chat", text).unwrap().setup;
    assert!(setup.strict && setup.mask_secrets);
    assert_eq!((setup.seed, setup.memory.bytes[0]), (9, 77));
    assert_eq!(setup.clock, 86_405);
    assert!(error("set clock 2026-02-29 00:00:00").contains("set clock 2026-11-23"));
    assert!(error("set clock noon").contains("set clock 2026-11-23"));
    assert_eq!(setup.memory.bytes[1], Sizes::SMALL.bytes[1]);
    assert!(error("> AT\nset strict").contains("t.chat:2: `set` comes before"));
    assert!(error("set memory foo=1").contains("host_out"));
}

#[test]
fn everything_else_that_is_done() {
    let text = "broker > PINGRESP\nbroker >> d000\nbroker close\nnet fail tls-name\n+3s\n+10us";
    let inputs: Vec<Input> = steps(text).into_iter().map(|step| step.input).collect();
    let wanted = [
        Input::PowerOn,
        Input::Broker(vec![0xD0, 0]),
        Input::Broker(vec![0xD0, 0]),
        Input::BrokerCloses,
        Input::NetFail(NetError::TlsName),
        Input::Pass(Duration::from_secs(3)),
        Input::Pass(Duration::from_micros(10)),
    ];
    assert_eq!(inputs, wanted);
}

/// As editors of Windows save it.
#[test]
fn a_byte_order_mark_and_crlf_are_no_part_of_a_chat() {
    let text = "\u{feff}# Title\r\n> AT\r\n< OK\r\n";
    let script = parse("t.chat", text).unwrap();
    assert_eq!(script.title, "Title");
    assert_eq!(script.steps[1].input, Input::Host(b"AT\r".to_vec()));
    let first = parse("t.chat", "\u{feff}> AT\n< OK\n").unwrap();
    assert_eq!(first.steps.len(), 2);
}

#[test]
fn errors_name_the_line_and_say_what_to_write() {
    assert_eq!(
        error(">AT"),
        "t.chat:1: put a space behind the arrow in `>AT`"
    );
    assert!(error("\n\nhello").starts_with("t.chat:3: `hello` is nothing"));
    assert!(error("> AT ").contains("\\x20"));
    assert!(error(">> \\q").contains("escape"));
    assert!(error("<").contains("<<"));
    assert!(error("+3").contains("+250ms"));
    assert!(error("net fail slowly").contains("refused"));
    assert!(error("net drop").contains("hold"));
    assert!(error("broker drops").contains("close"));
    assert!(error("echo maybe").contains("off"));
    assert!(error("> AT\nsilent\n< OK").contains("t.chat:3: `silent` stands alone"));
    assert!(error("> AT\n< OK\nsilent").contains("t.chat:3: `silent` stands alone"));
}

#[test]
fn what_would_do_nothing_is_an_error_with_its_line() {
    for (text, line, hint) in [
        ("# only a title\n", 1, "nothing is done"),
        ("", 1, "nothing is done"),
        ("> AT\n< OK\n+0s\n", 3, "no time passes"),
        (">> ", 1, "ends in a space"),
        (">>\n", 1, "no bytes"),
        ("> AT\n<<\n", 2, "no bytes"),
        ("> AT\nbroker >>\n", 2, "no bytes"),
        ("> AT\nbroker <<\n", 2, "no bytes"),
        ("> AT\necho off\necho off\n", 3, "echo is off already"),
        (
            "set seed 1\nset seed 2\n> AT\n",
            2,
            "`set seed` is there twice",
        ),
        ("set memory line=5 small\n> AT\n", 1, "`small` comes first"),
        (
            "set memory line=5 line=6\n> AT\n",
            1,
            "`line` is there twice",
        ),
        ("power cut\n> AT\n", 2, "the modem is off; write `power on`"),
        ("power off\npower cut\n", 2, "the modem is off"),
        ("power off\ndtr off\n", 2, "the modem is off"),
        ("power off\nbroker close\n", 2, "the modem is off"),
    ] {
        let said = error(text);
        assert!(
            said.starts_with(&format!("t.chat:{line}: ")) && said.contains(hint),
            "{said}"
        );
    }
}

#[test]
fn the_page_of_the_format_names_every_word() {
    let names = mqmodem_faults::reasons().chain(Sizes::NAMES);
    let lines = [
        "host stalls",
        "host reads",
        "dtr on",
        "dtr off",
        "rts on",
        "rts off",
        "power on",
        "power off",
        "power cut",
        "store works",
        "store fails",
        "store holds",
        "broker close",
        "broker reset",
        "broker stalls",
        "broker reads",
        "net hold",
        "net open",
        "net at turn",
        "net at tls",
        "echo on",
        "echo off",
        "silent",
        "set strict",
        "set mask-secrets",
    ];
    for word in names.chain(lines) {
        assert!(crate::FORMAT.contains(&format!("`{word}`")), "{word}");
    }
}
