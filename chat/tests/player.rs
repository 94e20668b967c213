//! The runner itself, with a player that is no modem: what it lets pass, what
//! it does not, and what it rewrites.

use mqmodem_chat::{Input, Output, Player, check, parse, play, updated};
use mqmodem_core::LinkId;

/// Echoes each line and answers OK, or ERROR to `AT-`; tells the broker of
/// every other line with a PINGREQ.
#[derive(Default)]
struct Parrot {
    output: Output,
    lines: usize,
}

impl Player for Parrot {
    fn play(&mut self, _: LinkId, input: &Input) -> Result<(), String> {
        match input {
            Input::Host(bytes) => self.answer(bytes),
            Input::PowerOn | Input::Pass(_) => {}
            other => return Err(format!("a parrot cannot {other:?}")),
        }
        Ok(())
    }

    fn output(&mut self) -> Output {
        std::mem::take(&mut self.output)
    }
}

impl Parrot {
    fn answer(&mut self, bytes: &[u8]) {
        let answer: &[u8] = match bytes {
            b"AT-\r" => b"\r\nERROR\r\n",
            _ => b"\r\nOK\r\n",
        };
        self.output.host.extend([bytes, answer].concat());
        self.lines += 1;
        if self.lines.is_multiple_of(2) {
            let sent = self.output.brokers.entry(LinkId::FIRST).or_default();
            sent.extend([0xC0, 0]);
            self.output.asked.push("net < close".into());
        }
    }
}

/// What is wrong with this chat, if anything is.
fn wrong(text: &str) -> Option<String> {
    let script = parse("t.chat", text).unwrap();
    let record = play(&script, &mut Parrot::default());
    let checked = check(&script, &record, "by a parrot");
    checked.err().map(|mismatch| mismatch.to_string())
}

fn rewritten(text: &str) -> String {
    let script = parse("t.chat", text).unwrap();
    let record = play(&script, &mut Parrot::default());
    updated(text, &script, &record)
}

const GOOD: &str = "\
# A good chat
> AT
< OK
# a comment in between
> AT-
< ERROR
broker < PINGREQ
net < close
+1s
silent
>> AT\\r
<< AT\\r\\r\\nOK\\r\\n
";

#[test]
fn what_is_as_expected_passes_and_stays() {
    assert_eq!(wrong(GOOD), None);
    assert_eq!(rewritten(GOOD), GOOD);
}

#[test]
fn another_answer_fails() {
    let wrong = wrong("\n> AT\n< ERROR\n").unwrap();
    assert!(
        wrong.starts_with("t.chat:2: (played by a parrot)"),
        "{wrong}"
    );
    assert!(
        wrong.contains("->  < ERROR") && wrong.contains("->  < OK"),
        "{wrong}"
    );
}

#[test]
fn something_missing_fails() {
    assert!(wrong("> AT\n< OK\n< OK\n").unwrap().contains("(nothing)"));
    assert!(wrong("> AT\n< OK\nbroker < PINGREQ\n").is_some());
    assert!(wrong("> AT\n< OK\nnet < close\n").is_some());
}

#[test]
fn something_unexpected_fails() {
    assert!(wrong("> AT\n").is_some());
    assert!(wrong("> AT\nsilent\n").is_some());
    assert!(
        wrong("> AT\n< OK\n> AT\n< OK\n")
            .unwrap()
            .contains("PINGREQ")
    );
    assert!(wrong("> AT\n< OK\n> AT\n< OK\nbroker < PINGREQ\nnet < open\n").is_some());
}

#[test]
fn the_echo_and_the_frame_are_exact() {
    assert!(wrong("echo off\n> AT\n< OK\n").is_some());
    let wrong = wrong("> AT\n<< OK\\r\\n\n").unwrap();
    assert!(wrong.contains("<< OK\\r\\n"), "{wrong}");
}

#[test]
fn a_step_that_cannot_be_done_says_so() {
    let wrong = wrong("> AT\n< OK\nbroker close\n> AT\n").unwrap();
    assert!(wrong.contains("t.chat:3:"), "{wrong}");
    assert!(wrong.contains("a parrot cannot BrokerCloses"), "{wrong}");
}

#[test]
fn rewriting_keeps_order_and_comments() {
    let old = "# t\n> AT\n# why\n< ERROR\n< more\n\n> AT-\nbroker < DISCONNECT\n# end\n< OK\n";
    let new = "# t\n> AT\n# why\n< OK\n\n> AT-\nbroker < PINGREQ\n# end\n< ERROR\n";
    assert_eq!(rewritten(old), new);
    assert_eq!(rewritten("> AT\n+1s\n"), "> AT\n< OK\n+1s\n");
    assert_eq!(rewritten("> AT\nsilent\n"), "> AT\n< OK\n");
    assert_eq!(wrong(&rewritten("> AT\n> AT\n>> AT-\\r\n")), None);
}

#[test]
fn a_folder_without_chats_is_not_fine() {
    let folder = std::env::temp_dir().join(format!("mqmodem-chat-{}", std::process::id()));
    assert!(mqmodem_chat::run_dir(&folder, "", false).is_err());
    std::fs::create_dir_all(&folder).unwrap();
    let report = mqmodem_chat::run_dir(&folder, "", false).unwrap();
    std::fs::remove_dir(&folder).unwrap();
    assert!(!report.is_ok());
    assert!(report.to_string().contains("no *.chat file"));
}

/// What is wrong with this chat in virtual time.
fn in_virtual_time(text: &str) -> String {
    let script = parse("t.chat", text).unwrap();
    mqmodem_chat::run(&script).unwrap_err().to_string()
}

#[test]
fn what_would_do_nothing_when_it_is_played_is_an_error_with_its_line() {
    let up = "> AT+MQTTCONFIG=b,1,c,1,60\n< OK\n> AT+MQTTCONNECT\n\
        broker < CONNECT client=\"c\" clean=1 keepalive=60\nbroker > CONNACK\n< +MQTTCONNECT:0\n< OK\n";
    for (text, line, hint) in [
        (format!("{up}net fail unreachable\n"), 8, "the link is up"),
        (format!("{up}net open\n"), 8, "write `broker reset`"),
        (
            "> AT\n< OK\nnet fail refused\n".to_owned(),
            3,
            "write `net hold` before",
        ),
        (
            "> AT\n< OK\nbroker reset\n".to_owned(),
            3,
            "let the modem connect first",
        ),
        (
            format!("{up}broker close\n< +MQTTDISCONNECTED:24\nbroker close\n"),
            10,
            "connect first",
        ),
    ] {
        let said = in_virtual_time(&text);
        assert!(
            said.starts_with(&format!("t.chat:{line}: ")) && said.contains(hint),
            "{said}"
        );
    }
    for twice in [
        "host stalls",
        "broker stalls",
        "net hold",
        "store fails",
        "store holds",
        "dtr off",
        "rts off",
    ] {
        let said = in_virtual_time(&format!("{twice}\n{twice}\n"));
        assert!(
            said.starts_with("t.chat:2: ") && said.contains("is so already"),
            "{said}"
        );
    }
    for already in [
        "host reads",
        "broker reads",
        "store works",
        "dtr on",
        "rts on",
    ] {
        let said = in_virtual_time(&format!("{already}\n"));
        assert!(
            said.starts_with("t.chat:1: ") && said.contains("is so already"),
            "{said}"
        );
    }
}
