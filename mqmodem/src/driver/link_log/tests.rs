use super::*;
use crate::log::capture::logged;

fn at(secs: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(secs)
}

/// The log of the first link of a modem.
struct Reports {
    modem: Label,
    log: LinkLog,
}

impl Reports {
    fn of(modem: &str) -> Self {
        Self {
            modem: Label::new(modem),
            log: LinkLog::default(),
        }
    }

    fn report(&mut self, was: LinkState, is: LinkState, why: Failure, now: Instant) {
        let (modem, link) = (&self.modem, LinkId::FIRST);
        self.log
            .report(LinkName { modem, link }, (was, is), why, now);
    }
}

#[test]
fn what_becomes_of_a_link_is_told_by_the_modems_name_in_words() {
    use LinkState::{Closed, Closing, Online, Opening};
    let mut link_log = Reports::of("pump");
    link_log.log.to = "b:1".into();
    let log = logged(|| {
        link_log.report(Opening, Closed, Failure::of(code::TLS_UNTRUSTED), at(0));
        link_log.report(Opening, Closed, Failure::of(5), at(1));
        for status in [404, 404, 401] {
            let refused = Failure::of(code::WEBSOCKET_REFUSED);
            let why = Failure { status, ..refused };
            link_log.report(Opening, Closed, why, at(1));
        }
        link_log.report(Opening, Online, Failure::of(5), at(2));
        link_log.report(Online, Closed, Failure::of(code::CLOSED), at(3));
        link_log.report(Opening, Online, Failure::of(5), at(100));
        link_log.report(Closing, Closed, Failure::of(5), at(101));
    });
    assert_eq!(
        log,
        [
            "WARN pump: cannot connect: TLS: certificate not trusted (tls, code 25), b:1",
            "WARN pump: cannot connect: broker: not authorized (mqtt, code 5), b:1",
            "WARN pump: cannot connect: WebSocket refused: 404 (tcp, code 37), b:1",
            "DEBUG pump: cannot connect: WebSocket refused: 404 (tcp, code 37), b:1",
            "WARN pump: cannot connect: WebSocket refused: 401 (tcp, code 37), b:1",
            "WARN pump: connected to b:1 again; 1 more failure in the meantime",
            "WARN pump: link lost: closed by the broker (tcp, code 24), b:1",
            "WARN pump: connected to b:1 again",
            "INFO pump: disconnected",
        ]
    );
}

#[test]
fn that_trouble_begins_or_is_over_is_told_however_soon() {
    use LinkState::{Closed, Closing, Online, Opening};
    let mut link_log = Reports::of("pump");
    link_log.log.to = "b:1".into();
    let log = logged(|| {
        link_log.report(Opening, Online, Failure::of(5), at(0));
        link_log.report(Online, Closed, Failure::of(code::CLOSED), at(1));
        for _ in 0..5 {
            link_log.report(Opening, Closed, Failure::of(21), at(2));
        }
        link_log.report(Opening, Online, Failure::of(5), at(3));
        link_log.report(Online, Closed, Failure::of(code::CLOSED), at(4));
        link_log.report(Opening, Closed, Failure::of(21), at(4));
        link_log.report(Opening, Online, Failure::of(5), at(5));
        link_log.report(Closing, Closed, Failure::of(5), at(6));
        link_log.report(Opening, Closed, Failure::of(21), at(7));
    });
    let reported = log.iter().filter(|line| !line.starts_with("DEBUG"));
    assert_eq!(
        reported.collect::<Vec<_>>(),
        [
            "INFO pump: connected to b:1",
            "WARN pump: link lost: closed by the broker (tcp, code 24), b:1",
            "WARN pump: cannot connect: connection refused (tcp, code 21), b:1",
            "WARN pump: connected to b:1 again; 4 more failures in the meantime",
            "WARN pump: link lost: closed by the broker (tcp, code 24), b:1",
            "WARN pump: connected to b:1 again; 1 more failure in the meantime",
            "INFO pump: disconnected",
            "WARN pump: cannot connect: connection refused (tcp, code 21), b:1",
        ]
    );
}

#[test]
fn further_links_are_logged_with_their_number() {
    let (mut logs, pump) = (LinkLogs::default(), Label::new("pump"));
    let to = Endpoint {
        host: "b",
        port: 1,
        tls: None,
        websocket: None,
        deadline: at(5),
    };
    let log = logged(|| {
        for link in [LinkId(0), LinkId(2)] {
            let proxy = Proxy::new("proxy", 3128, None);
            logs.open(&pump, link, &to, (link != LinkId(0)).then_some(&proxy));
            let name = LinkName { modem: &pump, link };
            let log = logs.log(link);
            log.change(name, LinkState::Online, || None, Failure::NONE, at(0));
        }
    });
    let reported = log.iter().filter(|line| line.starts_with("INFO"));
    assert_eq!(
        reported.collect::<Vec<_>>(),
        [
            "INFO pump: connected to b:1",
            "INFO pump link 2: connected to b:1 through the proxy proxy:3128"
        ]
    );
}

#[test]
fn what_comes_again_and_again_is_told_once_a_minute_with_a_count() {
    let mut link_log = Reports::of("pump");
    let log = logged(|| {
        for second in 0..=60 {
            link_log.report(
                LinkState::Opening,
                LinkState::Closed,
                Failure::of(21),
                at(second),
            );
        }
    });
    let reported: Vec<_> = log.iter().filter(|line| line.starts_with("WARN")).collect();
    let [first, again] = reported[..] else {
        panic!("{log:?}");
    };
    assert!(!first.contains("times more"), "{first}");
    assert!(again.ends_with("59 times more in the meantime"), "{again}");
}
