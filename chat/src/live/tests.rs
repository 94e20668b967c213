use super::*;
use crate::parse;

const RULES: LiveRules = LiveRules {
    within: Duration::from_secs(5),
    quiet: Duration::from_millis(50),
    exact: true,
};

/// A modem that answers what it is told to, whole and at once.
fn play(text: &str, rules: LiveRules, answer: impl Fn(&str) -> Vec<u8>) -> (Live, Instant) {
    let side = HostSide::of(parse("t.chat", text).unwrap()).unwrap();
    let mut live = Live::new(Arc::new(side.script), rules);
    let names = Names {
        name: "m7",
        index: "7",
    };
    let mut now = Instant::ZERO;
    loop {
        match live.next(now, &names) {
            Next::Write(bytes) => {
                let said = String::from_utf8(bytes.to_vec()).unwrap();
                live.written(now, said.len());
                live.receive(now, &answer(&said));
            }
            Next::Listen(until) => {
                assert!(until > now, "it is not over");
                now = until;
            }
            Next::End => return (live, now),
            Next::Dtr(_) | Next::Rts(_) => {}
        }
    }
}

fn echoing(line: &str) -> Vec<u8> {
    let answer = match line {
        "AT-\r" => "\r\nERROR\r\n",
        "AT+URC\r" => "\r\n+URC:1\r\n\r\nOK\r\n",
        _ => "\r\nOK\r\n",
    };
    [line, answer].concat().into_bytes()
}

#[test]
fn what_is_as_expected_passes() {
    let text = "> AT\n< OK\n+3s\nsilent\n> AT-\n< ERROR\ndtr off\n> AT+URC\n< +URC:1\n< OK\n";
    let (live, end) = play(text, RULES, echoing);
    assert_eq!(live.wrong(), None);
    assert!(end.since(Instant::ZERO) < Duration::from_secs(4));
}

#[test]
fn the_first_difference_ends_it() {
    let (live, end) = play("> AT\n< OK\n> AT-\n< OK\n> AT\n< OK\n", RULES, echoing);
    let wrong = live.wrong().unwrap().to_string();
    assert!(wrong.starts_with("t.chat:3: (played on a port)"), "{wrong}");
    assert!(wrong.contains("->  < ERROR"), "{wrong}");
    assert!(
        end.since(Instant::ZERO) < RULES.within,
        "it does not wait for more"
    );
}

#[test]
fn an_answer_that_does_not_come_is_missing() {
    let (live, end) = play("> AT\n< OK\n", RULES, |_| b"AT\r".to_vec());
    assert!(live.wrong().unwrap().to_string().contains("(nothing)"));
    assert_eq!(end.since(Instant::ZERO), RULES.within);
}

#[test]
fn more_than_expected_is_wrong() {
    let (live, _) = play("> AT+URC\n< +URC:1\n", RULES, echoing);
    assert!(live.wrong().is_some());
    let (live, _) = play("> AT\n", RULES, echoing);
    assert!(live.wrong().is_some());
}

#[test]
fn inexact_rules_compare_final_results_only() {
    let rules = LiveRules {
        exact: false,
        quiet: Duration::ZERO,
        ..RULES
    };
    let (live, end) = play("> AT+URC\n< OK\n> AT\n< OK\n", rules, echoing);
    assert_eq!((live.wrong(), end), (None, Instant::ZERO), "no pause");
    let (live, end) = play("> AT-\n< OK\n", rules, echoing);
    assert!(live.wrong().is_some());
    assert_eq!(end, Instant::ZERO);
    let (live, _) = play("> AT-\n< ERROR\n", rules, echoing);
    assert_eq!(live.wrong(), None);
}

#[test]
fn placeholders_are_filled() {
    let answer = |line: &str| {
        assert_eq!(line, "AT+ID=m7,7,{other}\r");
        [line, "\r\n+ID:m7\r\n\r\nOK\r\n"].concat().into_bytes()
    };
    let (live, _) = play(
        "> AT+ID={name},{index},{other}\n< +ID:{name}\n< OK\n",
        RULES,
        answer,
    );
    assert_eq!(live.wrong(), None);
}
