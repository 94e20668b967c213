//! What a trace shows, and that no session makes it show a secret.

use crate::observe::desk::Desk;
use crate::observe::host::LOOKED;
use crate::observe::stream::{LineKind, TraceDirection, TraceEvent, TraceRecord, TraceWhat};
use mqmodem_testkit::Random;
use std::time::Duration;

#[test]
fn both_sides_are_shown_in_order() {
    let mut desk = Desk::new("order");
    desk.say(b"..");
    desk.say(b"ATX\x08I0\r\nATE0\rAT+MQTTCONFIG=h,1,id,1,60,me,pw\rA/AT+MQTTPUB=t,0,0,2\r");
    desk.say(b"AT+MQTTCONFIG?\rAT+NO=\x01\rAT+CSQ?\x7f\rAT+CFUN=");
    desk.hang_up();
    desk.say(b"hello\r");
    desk.say(b"there\rAT+CGMI");
    assert_eq!(
        desk.end(),
        [
            "host   - bytes that begin no line: they are not AT",
            "host   > ATI0",
            "host   < mqmodem",
            "host   < mqmodem",
            &format!("host   < {}", env!("CARGO_PKG_VERSION")),
            "host   < OK",
            "host   > ATE0",
            "host   < OK",
            "host   > AT+MQTTCONFIG=h,1,id,1,60,me,***",
            "host   < OK",
            "host   > A/",
            "host   < OK",
            "host   > AT+MQTTPUB=t,0,0,2",
            "host   < ERROR",
            "host   > AT+MQTTCONFIG?",
            "host   < +MQTTCONFIG:h,1,id,1,60,me,***",
            "host   < OK",
            "host   > AT+***",
            "host   < ERROR",
            "host   > AT+CSQ",
            "host   < +CSQ: 31,0",
            "host   < OK",
            "host   - dropped: AT+CFUN=",
            "host   - bytes that begin no line: they are not AT",
            "host   - not ended: AT+CGMI",
        ]
    );
}

const SECRET: &str = "kumquat7zephyr";

/// The secret as a host may write it.
fn spelled(random: &mut Random) -> String {
    let escaped = || SECRET.bytes().map(|byte| format!("\\{byte:02X}"));
    match random.below(6) {
        0 => SECRET.to_owned(),
        1 => format!("\"{SECRET}\""),
        2 => ["\"", &escaped().collect::<Vec<_>>().concat(), "\""].concat(),
        3 => format!("\"{SECRET}"),
        4 => format!("\"a\"{SECRET}\""),
        _ => SECRET
            .chars()
            .flat_map(|c| [c, 'x', random.pick(&['\x08', '\x7f', '#'])])
            .collect(),
    }
}

/// A line with the secret in it, well formed or not.
fn line(random: &mut Random) -> String {
    let secret = spelled(random);
    let name = random.pick(&[
        "+MQTTCONFIG",
        "+mqttconfig",
        "+MQTTCONFI",
        "+MQTTCONFIGS",
        "+MQTTKONFIG",
        "+MQTTXXX\x08\x08\x08CONFIG",
        "+X",
        "MQTTCONFIG",
        " + MQTTCONFIG ",
        "+MQTTTLS",
        "+CSQ",
    ]);
    let before = random.pick(&[
        "",
        "E1",
        "+CSQ;",
        "+CSQ ",
        "+CSQ,",
        "+MQTTPUB=t,0,0,\"{\"a\":1}\";",
        "+MQTTPUB=\"t\",0,0,\"x;",
        "\"",
        "// ",
        "+CMEE=1 ",
    ]);
    // A wrong name in a message that is well formed is part of that message.
    let name = if before.ends_with("x;") {
        "+MQTTCONFIG"
    } else {
        name
    };
    let values = random.pick(&[
        "=h,1,id,1,60,me,",
        " = h , 1 , id , 1 , 60 , me , ",
        "=\"h\",1,\"id\",1,60,\"m,e\",",
        "=h,1,id,1,me,",
        "?",
        "=1,2,\"-----BEGIN PRIVATE KEY-----\n",
        "=mqtt://me:",
        ":",
    ]);
    let filler = match random.below(12) {
        0 => format!("{}{}", "y".repeat(5000), "\x08".repeat(4990)),
        1 => "y".repeat(70_000),
        2 => "\n".repeat(random.below(40)),
        _ => String::new(),
    };
    let behind = random.pick(&[
        "",
        ",5",
        ";E0",
        ";+CSQ",
        "@h",
        "\"",
        " // x",
        "\n-----END PRIVATE KEY-----\",60",
        "\\",
    ]);
    let end = random.pick(&["\r", "\r", "\r", "\n", "\r\n", ""]);
    format!("AT{before}{name}{values}{filler}{secret}{behind}{end}")
}

fn step(desk: &mut Desk, random: &mut Random) {
    let common = [
        "ATE0\r",
        "ATE1\r",
        "ATS5=35\r",
        "ATS5=8\r",
        "A/",
        "AT+MQTTCONFIG?\r",
        "AT+MQTTCONFIG?;+CSQ;+MQTTCONFIG?\r",
        "AT+CMEE=2\r",
        "ATV0\r",
        "AT&F\r",
        "AT+MQTTCONNECT\r",
        "AT+MQTTPUB=t,0,0,20\r",
        "\x08\x08\x08",
        "\"\r",
        SECRET,
        "A",
    ];
    match random.below(10) {
        0..5 => {
            let line = line(random);
            let mut rest = line.as_bytes();
            while !rest.is_empty() {
                let (piece, behind) = rest.split_at(1 + random.below(rest.len().min(900)));
                desk.say(piece);
                rest = behind;
                match random.below(40) {
                    0 => desk.pass(Duration::from_millis(random.pick(&[500, 2300, 3000]))),
                    1 => desk.hang_up(),
                    _ => {}
                }
            }
        }
        5..9 => desk.say(random.pick(&common).as_bytes()),
        _ => desk.pass(Duration::from_secs(3)),
    }
}

/// All that an event tells, in the clear.
fn told(event: &TraceEvent) -> String {
    let line = TraceRecord::Event(event.clone()).line();
    let read = TraceRecord::parse(&line).unwrap();
    assert_eq!(read, TraceRecord::Event(event.clone()), "{line}");
    let raw = match &event.what {
        TraceWhat::Line(line) => line.raw.clone(),
        TraceWhat::Packet(packet) => packet.raw.clone(),
        _ => None,
    };
    line + &String::from_utf8_lossy(&raw.unwrap_or_default())
}

/// Each byte between host and modem is in one line, but what is typed of a line that never
/// ended; and where nothing is hidden the line gives it.
fn account(desk: &Desk) {
    let (mut heard, mut at, mut number) = (0, 0, 0);
    for event in desk.events() {
        number += 1;
        assert_eq!(event.seq, number);
        let TraceWhat::Line(line) = &event.what else {
            continue;
        };
        if line.dir == TraceDirection::Out {
            heard += line.bytes;
        }
        if let Some(wire) = line.wire().filter(|_| line.kind != LineKind::Echo) {
            assert_eq!(wire.len(), line.bytes);
            let all = if line.dir == TraceDirection::Out {
                &desk.heard
            } else {
                &desk.typed
            };
            if line.dir == TraceDirection::Out {
                let place = all[at..].windows(wire.len()).position(|it| it == wire);
                at += place.unwrap_or_else(|| panic!("{line:?} was not sent"));
            } else {
                assert!(all.windows(wire.len()).any(|it| it == wire), "{line:?}");
            }
        }
    }
    assert!(heard <= desk.heard.len(), "{heard} of {}", desk.heard.len());
}

#[test]
fn no_session_makes_a_trace_show_a_secret() {
    let (first, second) = SECRET.split_at(7);
    let telling: Vec<String> = [first, second]
        .into_iter()
        .flat_map(|half| {
            let hex = |sign: &str| {
                let bytes: Vec<String> = half.bytes().map(|it| format!("{sign}{it:02x}")).collect();
                bytes.concat()
            };
            [
                half.to_owned(),
                hex(""),
                hex("\\"),
                format!("{:?}", half.as_bytes()),
            ]
        })
        .collect();
    for seed in 0..120 {
        let (mut desk, mut random) = (Desk::new(&format!("secret-{seed}")), Random::new(seed));
        (0..30).for_each(|_| step(&mut desk, &mut random));
        let events: String = desk.events().iter().map(|event| told(event)).collect();
        account(&desk);
        let (trace, capture) = desk.end_captured();
        let capture = String::from_utf8_lossy(&capture).into_owned();
        let trace = [trace.join("\n"), events, capture].concat().to_lowercase();
        for telling in &telling {
            assert!(
                !trace.contains(telling),
                "seed {seed}: {telling} in\n{trace}"
            );
        }
    }
}

#[test]
fn a_line_is_looked_at_once_however_it_comes() {
    let breaks = ["AT+MQTTTLS=1,0,\"", &"\n".repeat(6000), "\",5\r"].concat();
    let spaces = format!("AT+MQTTPUB=t,0,0,\"{}\"\r", " ".repeat(4095));
    let erased = ["AT", &"y".repeat(5000), &"\x08".repeat(4990), "\r"].concat();
    for line in [breaks, spaces.repeat(10), erased] {
        let mut desk = Desk::new("once");
        LOOKED.set(0);
        desk.say(b"ATE0\r");
        line.bytes().for_each(|byte| desk.say(&[byte]));
        let looked = LOOKED.get();
        assert!(looked <= 2 * line.len(), "{looked} of {}", line.len());
        desk.end();
    }
}
