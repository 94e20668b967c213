//! What events say.

use super::*;
use crate::observe::desk::Desk;

/// Events as JSON, without what differs from run to run.
fn told(desk: &Desk) -> Vec<String> {
    let events = desk.events();
    let line = |event: &TraceEvent| {
        let line = TraceRecord::Event(event.clone()).line();
        let (_, what) = line.trim_end().split_once("\"modem\":\"m\",").unwrap();
        what.to_owned()
    };
    events.iter().map(|event| line(event)).collect()
}

/// The lines alone: kind, command and text.
fn lines(desk: &Desk) -> Vec<String> {
    let events = desk.events();
    let shown = |event: &TraceEvent| match &event.what {
        TraceWhat::Line(line) => {
            let kind = format!("{:?}", line.kind).to_lowercase();
            let command = line.command.map_or("-".to_owned(), |it| it.to_string());
            Some(format!("{kind} {command} {}", line.text))
        }
        _ => None,
    };
    events.iter().filter_map(|event| shown(event)).collect()
}

/// A modem without echo that is connected, after two lines.
fn connected(name: &str) -> Desk {
    let mut desk = Desk::new(name);
    desk.say(b"ATE0\rAT+MQTTCONFIG=h,1883,id,1,60;+MQTTCONNECT\r");
    desk.broker(&[0x20, 2, 0, 0]);
    desk
}

#[test]
fn a_modem_that_waits_keeps_nothing_of_its_host_in_hand() {
    let mut desk = Desk::new("waits");
    desk.say(b"AT+CGM");
    assert!(desk.is_reading());
    desk.say(b"M\r");
    assert!(!desk.is_reading());
    // The next line has the next number.
    desk.say(b"AT\r");
    assert!(lines(&desk).contains(&"command 2 AT".to_owned()));
    desk.end();
}

#[test]
fn a_session_is_told_in_the_documented_form() {
    let mut desk = Desk::new("told");
    desk.say(b"AT+MQTTCONFIG=h,1883,id,1,60,me,pw\r");
    desk.say(b"AT+MQTTCONNECT\r");
    desk.broker(&[0x20, 2, 0, 0]);
    let want = [
        r#""type":"power","what":"on"}"#,
        r#""type":"radio","what":"on"}"#,
        r#""type":"line","dir":"in","kind":"command","text":"AT+MQTTCONFIG=h,1883,id,1,60,me,***","bytes":35,"hidden":2,"command":1}"#,
        r#""type":"line","dir":"out","kind":"echo","text":"AT+MQTTCONFIG=h,1883,id,1,60,me,***","bytes":35,"hidden":2,"command":1}"#,
        r#""type":"line","dir":"out","kind":"result","text":"OK","bytes":6,"command":1}"#,
        r#""type":"line","dir":"in","kind":"command","text":"AT+MQTTCONNECT","bytes":15,"command":2}"#,
        r#""type":"line","dir":"out","kind":"echo","text":"AT+MQTTCONNECT","bytes":15,"command":2}"#,
        r#""type":"link","link":0,"what":"opening","to":"h:1883","transport":"tcp"}"#,
        r#""type":"link","link":0,"what":"open"}"#,
        r#""type":"packet","dir":"out","link":0,"name":"CONNECT","clean":1,"client":"id","keepalive":60,"password":"***","user":"me","bytes":24,"text":"CONNECT client=\"id\" clean=1 keepalive=60 user=\"me\" password=\"***\""}"#,
        r#""type":"packet","dir":"in","link":0,"name":"CONNACK","bytes":4,"text":"CONNACK"}"#,
    ];
    let mut told = told(&desk);
    let end = told.split_off(want.len());
    assert_eq!(told, want);
    assert_eq!(
        end.last().map(String::as_str),
        Some(r#""type":"line","dir":"out","kind":"result","text":"OK","bytes":6,"command":2}"#)
    );
    desk.end();
}

#[test]
fn each_line_has_its_kind_and_its_command() {
    let mut desk = connected("kinds");
    let before = lines(&desk).len();
    // Three wait for the network together; the fourth is answered behind them.
    desk.say(b"AT+MQTTPUB=t,0,0,a\rAT+MQTTPUB=t,0,0,b\rAT+CMEE?;+CMEE?\rAT+NONSENSE\r");
    desk.broker(&[0x30, 4, 0, 1, b'e', b'X']);
    desk.say(b"AT+MQTTPUBRAW=t,0,0,3\r");
    desk.say(b"\r\n\0");
    desk.say(b"ATQ1\rAT\rATQ0\rAT\r");
    assert_eq!(
        lines(&desk)[before..],
        [
            "command 3 AT+MQTTPUB=t,0,0,a",
            "command 4 AT+MQTTPUB=t,0,0,b",
            "command 5 AT+CMEE?;+CMEE?",
            "result 3 OK",
            "result 4 OK",
            "info 5 +CMEE: 0",
            "info 5 +CMEE: 0",
            "result 5 OK",
            "command 6 AT+***",
            "result 6 ERROR",
            "urc - +MQTTRECV:\"e\",0,0,1,X",
            "command 7 AT+MQTTPUBRAW=t,0,0,3",
            "prompt 7 > ",
            "data 7 \r\n\0",
            "result 7 OK",
            "command 8 ATQ1",
            "command 9 AT",
            "command 10 ATQ0",
            "result 10 OK",
            "command 11 AT",
            "result 11 OK",
        ]
    );
    desk.end();
}

#[test]
fn bytes_that_the_text_does_not_give_are_there() {
    let mut desk = Desk::new("raw");
    desk.say(b"ATE0\r\nat+csq\r\nATV0\r\nAT\r\nATI\x08\rAT+CGMI");
    let typed: Vec<_> = desk
        .events()
        .iter()
        .filter_map(|event| match &event.what {
            TraceWhat::Line(line) if line.dir == TraceDirection::In => {
                let raw = line.raw.clone().filter(|_| !line.edited);
                Some((line.text.clone(), line.bytes, raw))
            }
            _ => None,
        })
        .collect();
    let plain = |text: &str, bytes| (text.to_owned(), bytes, None);
    assert_eq!(
        typed,
        [
            plain("ATE0", 6),
            ("AT+csq".to_owned(), 8, Some(b"at+csq\r\n".to_vec())),
            plain("ATV0", 6),
            plain("AT", 4),
            // What was erased may have been a secret.
            plain("AT", 5),
        ]
    );
    let out = desk.events();
    let last = out.iter().rev().find_map(|event| match &event.what {
        TraceWhat::Line(line) if line.kind == LineKind::Result => line.raw.clone(),
        _ => None,
    });
    assert_eq!(last, Some(b"0\r".to_vec()));
    desk.end();
}

#[test]
fn payloads_are_left_out_as_far_as_is_said() {
    let mut desk = connected("payload");
    desk.say("AT+MQTTPUB=t,0,0,héllo\r".as_bytes());
    desk.broker(&[0x30, 6, 0, 1, b'e', 0xff, 0, 1]);
    let packets: Vec<_> = desk
        .events()
        .iter()
        .filter(|event| matches!(&event.what, TraceWhat::Packet(it) if it.name() == "PUBLISH"))
        .cloned()
        .collect();
    let json = |event: &TraceEvent, limit| {
        let line = TraceRecord::Event(event.limited(limit)).line();
        let (_, said) = line.split_once("\"name\":\"PUBLISH\",").unwrap();
        said.trim_end().to_owned()
    };
    for (limit, sent) in [
        (
            PayloadLimit::All,
            r#""payload":"héllo","topic":"t","bytes":11,"text":"PUBLISH topic=\"t\" payload=\"héllo\""}"#,
        ),
        (
            PayloadLimit::Bytes(2),
            r#""payload":"h","topic":"t","payload_bytes":6,"bytes":11,"text":"PUBLISH topic=\"t\" payload=\"h\""}"#,
        ),
        (
            PayloadLimit::None,
            r#""topic":"t","payload_bytes":6,"bytes":11,"text":"PUBLISH topic=\"t\""}"#,
        ),
    ] {
        assert_eq!(json(&packets[0], limit), sent);
    }
    assert!(json(&packets[1], PayloadLimit::All).contains(r#""payload64":"/wAB""#));
    desk.end();
}

#[test]
fn what_a_later_version_tells_is_skipped() {
    let line = r#"{"seq":1,"t":2,"modem":"m","type":"weather","what":{"rain":true}}"#;
    let Ok(TraceRecord::Event(event)) = TraceRecord::parse(line) else {
        panic!("{line} is an event");
    };
    assert_eq!((event.seq, event.what), (1, TraceWhat::Unknown));
    let line = r#"{"seq":1,"t":2,"modem":"m","type":"note","text":"x","colour":"red"}"#;
    assert!(TraceRecord::parse(line).is_ok());
    assert!(TraceRecord::parse("{}").is_err());
}

/// What is shown of data that comes in pieces of this size, and how many bytes are hidden.
fn shown_data(data: &[u8], size: usize, limit: PayloadLimit) -> (Vec<u8>, usize) {
    let mut desk = connected(&format!("pieces-{size}"));
    let before = desk.events().len();
    // That data behind another prompt does not count.
    for _ in 0..2 {
        desk.say(format!("AT+MQTTPUBRAW=t,0,0,{}\r", data.len()).as_bytes());
        data.chunks(size).for_each(|piece| desk.say(piece));
    }
    let (mut shown, mut hidden) = (Vec::new(), 0);
    for event in &desk.events()[before..] {
        let TraceWhat::Line(line) = event.limited(limit).what else {
            continue;
        };
        if line.kind == LineKind::Data {
            let text = line.text.trim_end_matches("***").as_bytes().to_vec();
            shown.extend(line.wire().or(line.raw).unwrap_or(text));
            hidden += line.hidden;
        }
    }
    desk.end();
    (shown, hidden)
}

#[test]
fn data_is_limited_alike_in_one_piece_and_in_many() {
    let data = b"h\xc3\xa9llo \xff\r\n\0";
    for most in 0..=data.len() {
        let limit = PayloadLimit::Bytes(most);
        let whole = shown_data(data, data.len(), limit);
        let text = data[..most].repeat(2);
        assert_eq!(whole, (text, 2 * (data.len() - most)));
        for size in [1, 2, 3, 7] {
            assert_eq!(shown_data(data, size, limit), whole, "{size} of {most}");
        }
    }
}

#[test]
fn data_in_pieces_is_limited_in_a_text_too() {
    let mut desk = Desk::tracing("text-pieces", Some(PayloadLimit::Bytes(4)));
    desk.say(b"ATE0\rAT+MQTTCONFIG=h,1883,id,1,60;+MQTTCONNECT\r");
    desk.broker(&[0x20, 2, 0, 0]);
    desk.say(b"AT+MQTTPUBRAW=t,0,0,9\r");
    b"abcdefghi".chunks(3).for_each(|piece| desk.say(piece));
    let lines = desk.end();
    let data = lines
        .iter()
        .filter_map(|line| line.strip_prefix("host   > "));
    let data: Vec<&str> = data.filter(|line| !line.starts_with("AT")).collect();
    let rest = "*** (3 bytes of data)";
    assert_eq!(data, ["\"abc\"", "\"d\"… (2 bytes more)", rest]);
}
