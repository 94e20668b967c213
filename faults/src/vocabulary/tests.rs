use super::*;

fn error(line: &str) -> String {
    read(line).unwrap_err()
}

/// A line for each word, with all its parameters.
fn example(word: &FaultWord) -> String {
    let value = |kind| match kind {
        ValueKind::Count(least, _) => least.to_string(),
        ValueKind::Span => "200ms..2s".to_owned(),
        ValueKind::Packet => "PUBACK".to_owned(),
        ValueKind::Choice(words) => words[0].to_owned(),
        ValueKind::Reason => "websocket 403".to_owned(),
        ValueKind::Text => "\"a \\\"b\\\", \\r\\x00\"".to_owned(),
    };
    let params = word.params.iter().map(|param| {
        let name = if param.named {
            format!("{}=", param.name)
        } else {
            String::new()
        };
        format!(" {name}{}", value(param.kind))
    });
    let params: String = params.collect();
    format!("{}{params}", word.words)
}

#[test]
fn what_is_read_is_printed_as_it_was_written() {
    for word in WORDS {
        let line = example(word);
        assert_eq!(read(&line).unwrap().to_string(), line);
    }
    for line in [
        "broker lose PUBACK link=1 dir=in after=10 times=3 for=30s p=0.01",
        "urc \"+CREG: 2\" times=500 every=20ms",
        "reply late 3s to=+MQTTPUB",
        "seed 7 every=10s..1min net reset, broker lose PUBACK",
        "every=20ms net stalls for=10ms",
        "seed 7",
        "list",
        "clear",
        "clear 3",
    ] {
        assert_eq!(read(line).unwrap().to_string(), line);
    }
}

#[test]
fn each_option_of_a_word_is_read() {
    let values = [
        ("link", "1"),
        ("dir", "out"),
        ("to", "+X"),
        ("after", "2"),
        ("times", "2"),
        ("for", "3s"),
        ("p", "0.5"),
        ("every", "1s"),
    ];
    for word in WORDS {
        let words = example(word);
        for (name, value) in values {
            let lasts = if word.nature == FaultNature::Lasting {
                " for=2s"
            } else {
                ""
            };
            let line = match name {
                "times" | "for" => format!("{words} {name}={value} every=1s"),
                "every" => format!("{words}{lasts} {name}={value}"),
                _ => format!("{words} {name}={value}"),
            };
            let line = match name {
                "times" => format!("{line}{lasts}"),
                _ => line,
            };
            let taken = word.options().any(|option| option == name);
            assert_eq!(read(&line).is_ok(), taken, "{line}: {:?}", read(&line));
        }
    }
}

#[test]
fn an_error_names_the_word_what_there_is_and_the_nearest() {
    let areas = "net, broker, port, reply, urc, radio, store, power, seed, list, clear";
    assert_eq!(
        error("brokr lose PUBACK"),
        format!("`brokr` is no fault; there are {areas}: did you mean `broker`?")
    );
    assert!(error("").contains(areas));
    assert_eq!(
        error("p=0.5 broker lose PUBACK"),
        "`p=0.5` is an option; options stand behind the words of a fault"
    );
    assert_eq!(
        error("store breaks"),
        "`breaks` is no fault of `store`; there are fails, late, full"
    );
    assert_eq!(
        error("broker"),
        "behind `broker` comes one of refuse, disconnect, forget, lose, late, twice"
    );
    assert!(error("net rest").ends_with("did you mean `reset`?"));
    assert!(error("broker lose PUBAK").ends_with("did you mean `PUBACK`?"));
    assert!(error("net reset links=1").ends_with("did you mean `link`?"));
    assert_eq!(
        error("broker late PUBACK"),
        "TIME is missing; write `broker late PACKET TIME`"
    );
    assert_eq!(
        error("net reset now"),
        "`now` is too much behind `net reset`"
    );
    for (line, part) in [
        ("net fail because", "a link fails for one of: name, refused"),
        ("net fail name 403", "only `websocket` and `proxy`"),
        (
            "net slow 0",
            "BYTES-A-SECOND is a number of 1 to 1000000, not `0`",
        ),
        ("broker late PUBACK 3", "write a time as `3s`"),
        ("broker late PUBACK 3s..2s", "write a time as `3s`"),
        ("reply instead E\"RR\"", "write text in quotes"),
        ("urc \"+CREG", "a quote is open"),
        ("urc \"\\q\" every=1s", "is no escape"),
        ("broker lose PUBACK p=2", "p= takes how likely it is"),
        ("broker lose PUBACK times=0", "a number of 1 on"),
        ("broker lose PUBACK link=16", "the number of a link"),
        ("broker lose PUBACK dir=up", "in (into the modem) or out"),
        ("broker lose PUBACK link=1 link=2", "stands there twice"),
        ("reply lose to=MQTTPUB", "a command such as +MQTTPUB"),
        ("net reset times=3", "go with every="),
        ("net stalls times=3", "goes with every="),
        ("net stalls every=3s", "write how long it lasts"),
        ("net reset every=0s", "a time of 1ms on"),
        ("seed x", "is no number"),
        ("seed 7 net reset", "write a plan as"),
        ("seed 7 every=3s net reset,", "write a plan as"),
        ("seed 7 every=3s net reset every=1s", "one `every=`"),
        ("clear x", "no number of a fault"),
    ] {
        assert!(error(line).contains(part), "{line}: {}", error(line));
    }
    assert!(error(&"x".repeat(LONGEST + 1)).contains("at most"));
}

#[test]
fn a_text_is_refused_before_it_grows_too_long() {
    let long = r"a\*10000000".repeat(300);
    for text in [long.as_str(), r"a\*4097"] {
        assert_eq!(
            error(&format!("urc \"{text}\"")),
            "a text has 4096 bytes at most"
        );
    }
    assert!(read(r#"urc "a\*4096""#).is_ok());
}

#[test]
fn a_fault_acts_once_unless_it_says_more() {
    for (line, times) in [
        ("broker lose PUBACK", Some(1)),
        ("broker lose PUBACK times=3 for=1s", Some(3)),
        ("broker lose PUBACK for=1s", None),
        ("broker lose PUBACK p=0.1", None),
        ("net stalls", None),
    ] {
        match read(line) {
            Ok(FaultLine::Arm(fault)) => assert_eq!(fault.times(), times, "{line}"),
            other => panic!("{other:?}"),
        }
    }
}
