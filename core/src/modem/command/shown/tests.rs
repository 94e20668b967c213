use crate::{Config, Instant, Intake, IntakeKind, Memory, Modem};
use std::format;
use std::string::String;
use std::vec;

const NOW: Instant = Instant::ZERO;

/// What may be written down of what was typed, behind `AT`.
fn written(typed: &str) -> String {
    let mut memory = vec![0; 64 * 1024];
    let memory = Memory::lent(&mut memory).unwrap();
    let mut modem = Modem::new(Config::default(), memory, NOW);
    let heard = modem.take_host(NOW, typed.as_bytes());
    assert_eq!(heard.taken, typed.len(), "{typed}");
    let line = modem.line();
    let shown = String::from_utf8_lossy(line.shown);
    format!("{shown}{}", if line.hidden > 0 { "***" } else { "" })
}

#[test]
fn a_line_is_shown_up_to_a_secret() {
    for (typed, shown) in [
        ("AT\r", ""),
        ("at + \r", " +***"),
        ("ATE0V1 S3=13 // why\r", "E0V1 S3=13 ***"),
        ("AT// pw\r", "***"),
        ("ATX+CSQ;+CMEE?;+CREG=?\r", "X+CSQ;+CMEE?;+CREG=?"),
        (
            "AT+MQTTPUB=\"t\",1,0,\"a;b\"\r",
            "+MQTTPUB=\"t\",1,0,\"a;b\"",
        ),
        (
            "AT+MQTTCONFIG=h,1,id,1,60,me,pw\r",
            "+MQTTCONFIG=h,1,id,1,60,me,***",
        ),
        (
            "AT+MQTTCONFIG=wss://h/p,1,id,1,60,me,pw\r",
            "+MQTTCONFIG=wss://h/p,1,id,1,60,me,***",
        ),
        (
            "AT+MQTTCONFIG=\"wss://h/p?t\",1,id,1,60\r",
            "+MQTTCONFIG=\"wss://h/p?***",
        ),
        (
            "AT+MQTTCONFIG=\"wss://h/p\\3Ft\",1,id,1,60\r",
            "+MQTTCONFIG=\"wss://h/p***",
        ),
        ("AT+MQTTCONFIG=wss://h/p?t,1,id\r", "+MQTTCONFIG=***"),
        (
            "at+mqttconfig = h,1,id,1,60,me, \"p,w\";E0\r",
            "+mqttconfig = h,1,id,1,60,me, ***",
        ),
        (
            "AT+CSQ;+MQTTCONFIG=h,1,id,1,60,me,pw\r",
            "+CSQ;+MQTTCONFIG=h,1,id,1,60,me,***",
        ),
        (
            "AT+MQTTCONFX\x08IG=h,1,id,1,60,me,pw\r",
            "+MQTTCONFIG=h,1,id,1,60,me,***",
        ),
        ("AT+MQTTTLS=1,2,\"-----BEGIN\nabc\n\",9\r", "+MQTTTLS=***"),
        ("AT+MQTTTLS=1,2,\"-----BEGIN\nabc", "+MQTTTLS=***"),
        ("AT+CPIN=1234\r", "+CPIN=***"),
    ] {
        assert_eq!(written(typed), shown, "{typed}");
    }
}

#[test]
fn a_line_is_shown_as_far_as_it_is_understood() {
    for (typed, shown) in [
        ("ATpassword\r", "***"),
        ("ATE1password\r", "E1***"),
        ("AT+MQTTCONFI=h,1,id,1,60,me,pw\r", "+MQTTCONFI***"),
        ("AT+MQTTCONFGI=h,1,id,1,60,me,pw\r", "+MQTTCONF***"),
        ("AT+password\r", "+***"),
        ("AT+MQTTCONFIGpw\r", "+MQTTCONFIG***"),
        ("AT+CSQ +MQTTCONFIG=h,1,id,1,60,me,pw\r", "+CSQ***"),
        ("AT+CSQ=pw\r", "+CSQ=***"),
        ("AT+MQTTCONFIG=h,1,id,1,me,pw\r", "+MQTTCONFIG=***"),
        ("AT+MQTTCONFIG=pw\r", "+MQTTCONFIG=***"),
        ("AT+MQTTCONFIG=\"h,1,id,1,60,me,pw\"\r", "+MQTTCONFIG=***"),
        ("AT+MQTTCONFIG=h,1,id,0\r", "+MQTTCONFIG=***"),
        ("AT+MQTTCONFIG=h,1,id,0,60\r", "+MQTTCONFIG=h,1,id,0,60"),
        (
            "AT+MQTTCONFIG=mqtt://me:pw@h,1,id,1,60\r",
            "+MQTTCONFIG=***",
        ),
        ("AT+MQTTCONFIG=h,1,id,1,60,me,\"pw\r", "+MQTTCONFIG=***"),
        ("AT+CMEE=1 +MQTTCONFIG=h,1,id,1,60,me,pw\r", "+CMEE=***"),
        ("AT+MQTTOPT=\"password\",pw\r", "+MQTTOPT=***"),
        ("AT+MQTTSUB=h,1,id,pw\r", "+MQTTSUB=h,1,***"),
        ("AT+MQTTSUB=\"h\"x,pw\r", "+MQTTSUB=\"h\"***"),
        (
            "AT+MQTTPUB=t,1,0,\"a;+MQTTCONFIG=h,1,id,1,60,me,pw\"\r",
            "+MQTTPUB=t,1,0,\"a;***",
        ),
        ("AT+MQTTPUB=t,1,0,\"{;\"pw\"}\"\r", "+MQTTPUB=t,1,0,\"{***"),
        (
            "AT+MQTTPUB=t,1,0,\"{\"a\"}\" //pw\r",
            "+MQTTPUB=t,1,0,\"{\"a\"}\"***",
        ),
        (
            "AT+MQTTPUB=t,1,0,\"{\"a\":[\"b\"]}\"\r",
            "+MQTTPUB=t,1,0,\"{\"a\":[\"b\"]}\"",
        ),
        (
            "AT+MQTTPUB=t,1,0,\"{\"a\"}\";+MQTTCONFIG=h,1,id,1,60,me,\"pw\"\r",
            "+MQTTPUB=t,1,0,\"{\"a\"}\"***",
        ),
    ] {
        assert_eq!(written(typed), shown, "{typed}");
    }
}

#[test]
fn no_value_is_shown_beside_a_secret_while_text_deletes() {
    let mut memory = vec![0; 64 * 1024];
    let memory = Memory::lent(&mut memory).unwrap();
    let mut modem = Modem::new(Config::default(), memory, NOW);
    for (register, line) in [
        ("44", "AT+MQTTCONFIG=h,1,id,1,60,me,pw\r"),
        ("109", "AT+MQTTCONFIG=h,1,id,1,60,m,pw\r"),
    ] {
        modem.handle_host(NOW, format!("ATS5={register}\r").as_bytes());
        modem.take_host(NOW, line.as_bytes());
        assert_eq!(modem.line().shown, b"+MQTTCONFIG=");
        modem.handle_host(NOW, b"");
        modem.host_sent(NOW, modem.host_out().len());
    }
}

#[test]
fn nothing_of_a_line_that_is_over_is_shown() {
    let mut memory = vec![0; 64 * 1024];
    let memory = Memory::lent(&mut memory).unwrap();
    let mut modem = Modem::new(Config::default(), memory, NOW);
    modem.take_host(NOW, b"AT+CSQ\r");
    modem.handle_host(NOW, b"A");
    assert_eq!(modem.line().shown, b"");
    modem.handle_host(NOW, b"T+CS");
    assert_eq!(modem.line().shown, b"+CS");
    modem.handle_host_break(NOW);
    assert!(!modem.line_is_open());
    assert_eq!(modem.line().shown, b"");
}

#[test]
fn a_password_that_is_read_back_is_pointed_out() {
    let mut memory = vec![0; 64 * 1024];
    let memory = Memory::lent(&mut memory).unwrap();
    let mut modem = Modem::new(Config::default(), memory, NOW);
    modem.handle_host(NOW, b"ATE0+MQTTCONFIG=h,1,id,1,60,me,pw\r");
    while let Some(action) = modem.poll_action() {
        if let crate::Action::Store { slot, .. } = action {
            modem.handle_stored(NOW, slot, true);
        }
    }
    modem.host_sent(NOW, modem.host_out().len());
    assert!(modem.host_out_secret().is_empty());
    modem.handle_host(NOW, b"AT+CSQ;+MQTTCONFIG?\r");
    let secret = modem.host_out_secret();
    assert_eq!(&modem.host_out()[secret.clone()], b"pw");
    modem.host_sent(NOW, 5);
    assert_eq!(modem.host_out_secret(), secret.start - 5..secret.end - 5);
    modem.host_sent(NOW, modem.host_out().len());
    assert!(modem.host_out_secret().is_empty());
}

#[test]
fn echo_is_told_from_answers() {
    let mut memory = vec![0; 64 * 1024];
    let memory = Memory::lent(&mut memory).unwrap();
    let mut modem = Modem::new(Config::default(), memory, NOW);
    let heard = modem.take_host(NOW, b"..ATI0\rAT");
    let kind = IntakeKind::Line;
    assert_eq!(
        heard,
        Intake {
            taken: 7,
            echoed: 5,
            kind
        }
    );
    assert_eq!(modem.host_out(), b"ATI0\r");
    assert_eq!(modem.take_host(NOW, b"AT"), Intake::NOTHING);
    modem.handle_host(NOW, b"");
    assert!(modem.host_out().ends_with(b"OK\r\n"));
    assert_eq!(modem.take_host(NOW, b"A/AT").kind, IntakeKind::Repeat);
}
