//! How many messages may be in flight.

use crate::client::*;
use mqmodem_core::mqtt::SendError;
use mqmodem_core::mqtt::session::{RecordKey, SessionChange};

/// A client that may have so many messages in flight, on so many bytes for identifiers.
fn with_window(window: u16, terms: usize) -> Client {
    let mut client = Client::with(64 * 1024, 64, 1024, 64 * 1024);
    client.session.lend(memory(terms));
    client.session.set_window(window);
    client.open(&KEPT, false);
    client.raw();
    client
}

fn fill(client: &mut Client) -> usize {
    let mut count = 0;
    while client.publish(Q1, b"").is_ok() {
        count += 1;
    }
    count
}

#[test]
fn as_many_messages_are_in_flight_as_the_option_says() {
    for window in [1, 10, 11, 58, 59, 100, 1000] {
        let mut client = with_window(window, 32 * 1024);
        assert_eq!(fill(&mut client), usize::from(window));
        assert_eq!(client.publish(Q2, b""), Err(SendError::WindowFull));
        client.subscribe("a", Q0).unwrap();
        let lines = client.sent();
        let acks: Vec<_> = lines.iter().map(|line| answer(line)).collect();
        for ack in &acks {
            client.feed(ack).unwrap();
        }
        assert_eq!(client.session.in_flight(), 0);
        assert_eq!(fill(&mut client), usize::from(window));
    }
}

#[test]
fn where_memory_is_short_fewer_messages_are_in_flight() {
    for (terms, most) in [
        (0, 10),
        (4 * 8 * 32, 26),
        (4 * 8 * 63, 26),
        (4 * 8 * 64, 58),
    ] {
        assert_eq!(fill(&mut with_window(1000, terms)), most, "{terms} bytes");
    }
}

#[test]
fn a_wider_window_keeps_what_is_in_flight() {
    let mut client = with_window(10, 32 * 1024);
    let mut ids: Vec<_> = (0..10).map(|_| client.publish_id(Q2, b"")).collect();
    client.session.set_window(500);
    ids.extend((10..500).map(|_| client.publish_id(Q2, b"")));
    assert_eq!(client.publish(Q1, b""), Err(SendError::WindowFull));
    client.raw();
    for id in ids {
        client.feed(&pubrec(id)).unwrap();
        assert_eq!(client.feed(&pubcomp(id)), Ok(published(id)));
    }
    assert_eq!(client.session.in_flight(), 0);
}

/// Puts on the disk what is asked for.
fn store(client: &mut Client, disk: &mut Vec<(RecordKey, Vec<u8>)>) {
    while let Some(SessionChange::Put(key, bytes)) = client.session.poll_change() {
        disk.retain(|(known, _)| *known != key);
        disk.push((key, bytes.to_vec()));
        client.session.stored(key, true, &mut client.out);
    }
}

/// A restart marks every message as sent again that may have been sent.
#[test]
fn a_restart_knows_how_many_messages_may_have_been_sent() {
    let mut client = Client::with(64 * 1024, 64, 1024, 64 * 1024);
    client.session.lend(memory(32 * 1024));
    client.session.persist();
    client.session.set_window(30);
    let mut disk = Vec::new();
    client.open(&KEPT, false);
    store(&mut client, &mut disk);
    for _ in 0..30 {
        client.publish(Q1, b"").unwrap();
        store(&mut client, &mut disk);
    }
    assert_eq!(client.sent().len(), 30);
    let mut again = Client::with(64 * 1024, 64, 1024, 64 * 1024);
    again.session.lend(memory(32 * 1024));
    again.session.persist();
    disk.sort();
    for (key, bytes) in &disk {
        assert!(again.session.restore(*key, bytes), "{key:?}");
    }
    again.session.set_window(1000);
    again.open(&KEPT, true);
    let lines = again.sent();
    assert_eq!(lines.len(), 30);
    assert!(lines.iter().all(|line| line.starts_with("PUBLISH q1 d1 ")));
}
