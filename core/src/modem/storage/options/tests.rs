//! Options are declared well, and their values are read back.

use super::*;
use crate::at::param::Reject;
use crate::buffer::Buf;

#[test]
fn every_option_takes_its_default_and_has_a_name_of_its_own() {
    for (option, opt) in OPTIONS.iter().enumerate() {
        assert!(opt.parse(opt.param.example).is_ok(), "{}", opt.param.name);
        assert_eq!(find(opt.param.name), Some(option));
        assert!(!opt.param.meaning.is_empty());
    }
}

#[test]
fn values_an_option_does_not_take_are_refused() {
    for (option, text, why) in [
        (BACKOFF, "0", Reject::Value),
        (BACKOFF, "3601", Reject::Value),
        (BACKOFF, "+1", Reject::Value),
        (BACKOFF, "", Reject::Value),
        (RECONNECT, "2", Reject::Value),
        (SNI, "1.2.3.4", Reject::Characters),
        (SNI, "::1", Reject::Characters),
        (SNI, "a.0x1f", Reject::Characters),
        (SNI, "a..b", Reject::Characters),
        (SNI, "a.", Reject::Characters),
        (SNI, "-a", Reject::Characters),
        (SNI, "a-.b", Reject::Characters),
        (SNI, "b\u{fc}", Reject::Characters),
        (SNI, "\"", Reject::Characters),
        (ALPN, ",", Reject::Characters),
        (ALPN, "mqtt,,h2", Reject::Characters),
        (ALPN, "mqtt, h2", Reject::Characters),
        (ALPN, "a\\b", Reject::Characters),
        (VERSION, "1", Reject::Value),
        (VERSION, "3", Reject::Value),
        (SESSION_EXPIRY, "4294967296", Reject::Value),
        (MAX_PACKET, "268435456", Reject::Value),
        (INFLIGHT, "0", Reject::Value),
        (INFLIGHT, "1001", Reject::Value),
        (ALIAS_OUT, "65", Reject::Value),
        (TLS_VERSION, "1", Reject::Value),
        (CA, "a/b", Reject::Characters),
        (CERT, "a b", Reject::Characters),
        (PSK, "\u{e4}", Reject::Characters),
    ] {
        assert_eq!(OPTIONS[option].parse(text), Err(why), "{text}");
    }
    let long = "a".repeat(64);
    assert_eq!(OPTIONS[SNI].parse(&long), Err(Reject::Characters));
    assert_eq!(OPTIONS[SNI].parse(&long.repeat(4)), Err(Reject::TooLong));
    assert_eq!(OPTIONS[CA].parse(&long), Err(Reject::TooLong));
    assert_eq!(OPTIONS[ALPN].parse(&long), Ok(OptionValue::Text(&long)));
}

#[test]
fn records_are_read_back_and_defaults_make_none() {
    for (option, text) in [
        (BACKOFF, "7"),
        (SNI, "a-1.b_c"),
        (SESSION_EXPIRY, "0"),
        (RECEIVE_MAX, "65535"),
        (CA, "isrg_X1.2024-a"),
        (ALPN, "mqtt,x-amzn-mqtt-ca"),
    ] {
        let opt = &OPTIONS[option];
        let value = opt.parse(text).unwrap();
        let mut memory = [0; 64];
        let mut record = Buf::lent(&mut memory);
        opt.encode(value, &mut record).unwrap();
        assert_eq!(opt.decode(record.as_slice()), Some(value));
    }
    for opt in &OPTIONS {
        opt.encode(opt.default(), &mut Buf::lent(&mut [])).unwrap();
    }
    assert_eq!(decode(SNI as u8, b"a b"), None);
    assert_eq!(decode(VERIFY as u8, &[0, 0, 0, 3]), None);
    assert_eq!(decode(99, &[0, 0, 0, 0]), None);
}
