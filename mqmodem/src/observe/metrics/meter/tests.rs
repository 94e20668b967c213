use super::*;
use crate::observe::Observers;
use crate::observe::metrics::counters::Counter;
use mqmodem_core::{Config, Endpoint, Memory, Modem};
use std::time::Duration;

const LINK: LinkId = LinkId(0);

#[test]
fn versions_and_reasons_of_mqtt_5_are_counted() {
    let metrics = Arc::new(Metrics::default());
    let meter = metrics.clone().observer(&Label::new("m"));
    let mut observers = Observers::new(vec![meter]);
    let now = Instant::ZERO;
    let to = Endpoint {
        host: "h",
        port: 1,
        tls: None,
        websocket: None,
        deadline: now,
    };
    let connect = b"\x10\x0e\0\x04MQTT\x05\x02\0\x3c\0\0\x01x";
    for connack in [&[0x20, 3, 0, 0x87, 0][..], &[0x20, 3, 0, 0, 0]] {
        observers.opening(now, LINK, &to);
        observers.net_sent(now, LINK, connect);
        observers.net_received(now, LINK, connack);
    }
    observers.net_sent(now, LINK, &[0x34, 6, 0, 1, b't', 0, 7, 0]);
    assert_eq!(metrics.in_flight.get(), 1);
    observers.net_received(now, LINK, &[0x50, 3, 0, 7, 0x87]);
    observers.net_received(now, LINK, &[0x90, 4, 0, 8, 0, 0x9e, 0xe0, 1, 0x8e]);
    assert_eq!(metrics.in_flight.get(), 0);
    let page = metrics.page();
    for line in [
        "mqmodem_accepted_total{version=\"3.1.1\"} 0",
        "mqmodem_accepted_total{version=\"5.0\"} 1",
        "mqmodem_reasons_total{code=\"135\"} 2",
        "mqmodem_reasons_total{code=\"158\"} 1",
        "mqmodem_reasons_total{code=\"142\"} 1",
    ] {
        assert!(
            page.lines().any(|it| it == line),
            "{line} is not in\n{page}"
        );
    }
    assert!(
        !page.contains("code=\"16"),
        "what was not given is left out"
    );
}

#[test]
fn a_link_is_counted_through_its_life() {
    let metrics = Arc::new(Metrics::default());
    let meter = metrics.clone().observer(&Label::new("m"));
    let mut observers = Observers::new(vec![meter]);
    let at = |millis| Instant::ZERO + Duration::from_millis(millis);
    let to = Endpoint {
        host: "h",
        port: 1,
        tls: None,
        websocket: None,
        deadline: at(5000),
    };
    observers.opening(at(0), LINK, &to);
    observers.net(at(0), LINK, NetEvent::Failed(NetError::Refused));
    observers.opening(at(1000), LINK, &to);
    observers.opened(at(1000), LINK, None);
    observers.net_received(at(1004), LINK, &[0x20, 2, 0, 0]);
    assert_eq!((metrics.connections.get(), metrics.retries.get()), (1, 1));
    // QoS 1, DUP and QoS 0.
    observers.net_sent(
        at(2000),
        LINK,
        &[
            0x32, 5, 0, 1, b't', 0, 7, 0x3a, 5, 0, 1, b't', 0, 8, 0x30, 3, 0, 1, b't',
        ],
    );
    assert_eq!(metrics.in_flight.get(), 2);
    observers.net_received(at(2030), LINK, &[0x40, 2, 0, 7, 0x34, 5, 0, 1, b't', 0, 1]);
    assert_eq!(metrics.in_flight.get(), 1);
    let mut modem = Modem::new(Config::default(), Memory::heap(), at(2030));
    let lines = b"AT\rAT+NO\rAT+CMEE=1\rAT+MQTTPUB=1\r";
    assert_eq!(observers.receive(&mut modem, at(2030), lines), lines.len());
    // A further link that comes and goes leaves the first as it is.
    observers.opening(at(2030), LinkId(2), &to);
    observers.net_received(at(2030), LinkId(2), &[0x20, 2, 0, 0]);
    assert_eq!(metrics.connections.get(), 2);
    observers.closing(at(2030), LinkId(2), Failure::of(33));
    assert_eq!((metrics.connections.get(), metrics.in_flight.get()), (1, 1));
    observers.net(at(2030), LINK, NetEvent::Closed);
    let by_qos = |counters: &[Counter; 3]| counters.each_ref().map(Counter::get);
    assert_eq!(by_qos(&metrics.sent), [1, 1, 0]);
    assert_eq!(by_qos(&metrics.received), [0, 0, 1]);
    assert_eq!((metrics.resent.get(), metrics.command_errors.get()), (1, 2));
    assert_eq!(metrics.failed[FailureLayer::Tcp as usize].get(), 1);
    assert_eq!(metrics.lost[FailureLayer::Broker as usize].get(), 1);
    assert_eq!((metrics.connections.get(), metrics.in_flight.get()), (0, 0));
    drop(observers);
    let page = metrics.page();
    for line in [
        "mqmodem_modems 0",
        "mqmodem_messages_total{direction=\"out\",qos=\"1\"} 1",
        "mqmodem_connect_failures_total{layer=\"tcp\"} 1",
        "mqmodem_connect_seconds_bucket{le=\"0.005\"} 2",
        "mqmodem_publish_seconds_bucket{le=\"0.025\"} 0",
        "mqmodem_publish_seconds_bucket{le=\"+Inf\"} 1",
        "mqmodem_publish_seconds_sum 0.030000",
    ] {
        assert!(
            page.lines().any(|it| it == line),
            "{line} is not in\n{page}"
        );
    }
}
