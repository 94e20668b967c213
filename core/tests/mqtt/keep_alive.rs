//! Keep-alive in virtual time.

use crate::client::*;
use mqmodem_core::Instant;
use mqmodem_core::mqtt::{Connect, Dead};

fn client(keep_alive: u16) -> Client {
    Client::connected(&Connect {
        keep_alive,
        ..CLEAN
    })
}

impl Client {
    fn wake(&mut self, now: Instant, blocked: bool) -> Result<Vec<String>, Dead> {
        self.now = now;
        self.session.handle_timeout(now, blocked, &mut self.out)?;
        Ok(self.sent())
    }
}

#[test]
fn a_keep_alive_of_0_sends_no_ping() {
    let mut client = client(0);
    assert_eq!(client.session.poll_timeout(), None);
    assert_eq!(client.wake(at(1_000_000), false), Ok(vec![]));
}

#[test]
fn an_idle_session_pings_once_until_the_answer() {
    let mut client = client(60);
    assert_eq!(client.session.poll_timeout(), Some(at(59)));
    assert_eq!(client.wake(at(58), false), Ok(vec![]));
    assert_eq!(client.wake(at(59), false), Ok(vec!["PINGREQ".into()]));
    assert_eq!(client.wake(at(59), false), Ok(vec![]));
    client.now = at(60);
    client.feed(&[0xd0, 0]).unwrap();
    assert_eq!(client.session.poll_timeout(), Some(at(118)));
}

#[test]
fn sending_delays_a_ping_only_while_bytes_are_received() {
    let mut client = client(60);
    client.session.sent(at(50));
    client.session.received(at(30));
    assert_eq!(client.session.poll_timeout(), Some(at(89)));
    client.session.received(at(80));
    assert_eq!(client.session.poll_timeout(), Some(at(109)));
}

#[test]
fn a_connection_is_dead_when_a_ping_is_not_answered() {
    let mut client = client(60);
    assert_eq!(client.wake(at(59), false), Ok(vec!["PINGREQ".into()]));
    assert_eq!(client.session.poll_timeout(), Some(at(90)));
    assert_eq!(
        client.wake(Instant::from_micros(89_999_999), false),
        Ok(vec![])
    );
    assert_eq!(client.wake(at(90), false), Err(Dead));
    assert!(!client.session.is_connected());
    assert_eq!(client.session.poll_timeout(), None);
}

/// A publisher of QoS 0 is never answered; it must notice too.
#[test]
fn a_busy_sender_notices_silence() {
    let mut client = client(60);
    let died = (1..1000).find(|&seconds| {
        client.session.sent(at(seconds));
        client.wake(at(seconds), false).is_err()
    });
    assert_eq!(died, Some(90));
}

#[test]
fn any_byte_received_answers_a_ping() {
    let mut client = client(60);
    client.wake(at(59), false).unwrap();
    client.session.received(at(89));
    assert_eq!(client.wake(at(90), false), Ok(vec![]));
    assert_eq!(client.session.poll_timeout(), Some(at(118)));
}

/// A late wake-up pings first.
#[test]
fn a_late_wake_up_pings_before_the_connection_is_dead() {
    let mut client = client(60);
    assert_eq!(client.wake(at(10_000), false), Ok(vec!["PINGREQ".into()]));
    assert_eq!(client.session.poll_timeout(), Some(at(10_030)));
    assert_eq!(client.wake(at(10_030), false), Err(Dead));
}

#[test]
fn a_blocked_reader_does_not_end_the_connection() {
    let mut client = client(60);
    client.wake(at(59), true).unwrap();
    let mut now = at(59);
    for _ in 0..100 {
        let next = client.session.poll_timeout().unwrap();
        assert!(next > now);
        now = next;
        client.wake(now, true).unwrap();
    }
}

fn stubborn(retries: u8) -> Client {
    let mut client = client(60);
    client.session.set_ping_retries(retries);
    client
}

#[test]
fn pings_are_repeated_half_a_keep_alive_apart() {
    let mut client = stubborn(2);
    let ping = || Ok(vec!["PINGREQ".into()]);
    assert_eq!(client.wake(at(59), false), ping());
    assert_eq!(client.session.poll_timeout(), Some(at(90)));
    assert_eq!(client.wake(at(90), false), ping());
    assert_eq!(client.wake(at(90), false), Ok(vec![]));
    assert_eq!(client.session.poll_timeout(), Some(at(120)));
    assert_eq!(client.wake(at(120), false), ping());
    assert_eq!(client.session.poll_timeout(), Some(at(150)));
    assert_eq!(client.wake(at(149), false), Ok(vec![]));
    assert_eq!(client.wake(at(150), false), Err(Dead));
}

#[test]
fn an_answer_restores_every_further_ping() {
    let mut client = stubborn(1);
    client.wake(at(59), false).unwrap();
    client.wake(at(90), false).unwrap();
    client.session.received(at(100));
    assert_eq!(client.session.poll_timeout(), Some(at(149)));
    client.wake(at(159), false).unwrap();
    assert_eq!(client.wake(at(190), false), Ok(vec!["PINGREQ".into()]));
    assert_eq!(client.wake(at(220), false), Err(Dead));
}

/// What a host that does not read costs is time, not a further ping.
#[test]
fn a_blocked_reader_uses_up_no_ping() {
    let mut client = stubborn(1);
    client.wake(at(59), true).unwrap();
    client.wake(at(90), true).unwrap();
    client.wake(at(120), false).unwrap();
    assert_eq!(client.wake(at(150), false), Ok(vec!["PINGREQ".into()]));
    assert_eq!(client.wake(at(180), false), Err(Dead));
}

#[test]
fn a_busy_sender_repeats_its_ping_too() {
    let mut client = stubborn(3);
    let died = (1..1000).find(|&seconds| {
        client.session.sent(at(seconds));
        client.wake(at(seconds), false).is_err()
    });
    assert_eq!(died, Some(180));
}

/// Whoever reads again gets the time for an answer once more, but once only.
#[test]
fn a_reader_that_is_unblocked_has_time_for_the_answer() {
    let mut client = client(60);
    client.wake(at(59), true).unwrap();
    client.wake(at(90), true).unwrap();
    assert_eq!(client.session.poll_timeout(), Some(at(118)));
    client.wake(at(118), true).unwrap();
    assert_eq!(client.session.poll_timeout(), Some(at(120)));
    assert_eq!(client.wake(at(120), false), Ok(vec![]));
    assert_eq!(client.session.poll_timeout(), Some(at(150)));
    assert_eq!(client.wake(at(150), false), Err(Dead));
}

#[test]
fn a_pingreq_without_room_is_tried_again() {
    let mut client = client(60);
    client.out = memory(4);
    client.out.extend(&[0; 3]).unwrap();
    let Client { session, out, .. } = &mut client;
    assert_eq!(session.handle_timeout(at(59), false, out), Ok(()));
    assert_eq!(out.len(), 3);
    assert_eq!(session.poll_timeout(), Some(at(60)));
    out.clear();
    assert_eq!(client.wake(at(60), false), Ok(vec!["PINGREQ".into()]));
}

/// The wait for CONNACK has a deadline elsewhere, but the server counts.
#[test]
fn pings_are_sent_but_not_awaited_before_connack() {
    let mut client = Client::new();
    let asked = Connect {
        keep_alive: 1,
        ..CLEAN
    };
    client
        .session
        .connect(at(0), &asked, &mut client.out)
        .unwrap();
    client.raw();
    let mut pings = 0;
    for tenth in 0..50 {
        let now = Instant::from_micros(tenth * 100_000);
        pings += client.wake(now, false).unwrap().len();
    }
    assert_eq!(pings, 5);
    client.feed(&connack(false, 0)).unwrap();
    assert!(client.session.is_connected());
}

#[test]
fn each_connection_begins_with_a_new_keep_alive() {
    let mut client = client(10);
    client.wake(at(9), false).unwrap();
    client.now = at(14);
    client.open(&CLEAN, false);
    assert_eq!(client.session.poll_timeout(), Some(at(14 + 59)));
}

/// The clock of the caller may be wrong; it cannot do harm.
#[test]
fn a_clock_that_goes_back_or_ends_does_no_harm() {
    let mut client = client(60);
    client.wake(at(59), false).unwrap();
    client.session.received(at(70));
    client.session.sent(at(1));
    client.session.received(at(1));
    assert_eq!(client.session.poll_timeout(), Some(at(59 + 59)));
    let end = Instant::from_micros(u64::MAX);
    assert!(client.wake(end, false).is_ok());
}

#[test]
fn without_pings_the_connection_ends_a_period_after_the_last_thing_sent() {
    let mut client = client(60);
    client.session.set_pinging(false);
    client.session.sent(at(50));
    client.session.received(at(100));
    assert_eq!(client.session.poll_timeout(), Some(at(110)));
    assert_eq!(client.wake(at(109), false), Ok(vec![]));
    client.session.set_pinging(true);
    assert_eq!(client.wake(at(110), false), Ok(vec!["PINGREQ".into()]));
    client.session.set_pinging(false);
    assert_eq!(client.wake(at(170), false), Err(Dead));
}
