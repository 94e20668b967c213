//! What is kept of a session, in words that hold no payload.

use mqmodem_core::mqtt::Session;
use mqmodem_core::mqtt::session::RecordKey;
use mqmodem_core::{Buf, LinkId, Slot};

/// What each message takes besides its packet.
const HEADER: usize = 24;
/// More than any session has.
const ROOM: usize = 1024 * 1024 * 1024;

/// The sessions among what a modem keeps: names and values.
pub(super) fn sessions(kept: &[(Slot, Vec<u8>)]) -> Vec<(String, String)> {
    let sessions = kept
        .iter()
        .filter(|(slot, _)| matches!(slot, Slot::Session(..)));
    let mut links: Vec<LinkId> = sessions.filter_map(|(slot, _)| slot.link()).collect();
    links.sort_unstable();
    links.dedup();
    links.iter().flat_map(|id| lines(*id, kept)).collect()
}

fn lines(link: LinkId, kept: &[(Slot, Vec<u8>)]) -> Vec<(String, String)> {
    let room = || Buf::heap(ROOM);
    let mut session = Session::new(room(), room(), room(), 0);
    session.persist();
    let (mut received, mut damaged) = (0, 0);
    for (slot, bytes) in kept {
        if let Slot::Session(of, record) = *slot
            && of == link
        {
            let restored = session.restore(record, bytes);
            damaged += usize::from(!restored);
            received += usize::from(restored && matches!(record, RecordKey::Received(_)));
        }
    }
    let backlog = session.backlog();
    let bytes = backlog.bytes.saturating_sub(backlog.messages * HEADER);
    let mut lines = Vec::new();
    let mut say = |name: &str, value| lines.push((format!("{name} {}", link.0), value));
    if backlog.messages > 0 {
        say(
            "outgoing",
            format!("{}, {bytes} bytes", count(backlog.messages, "message")),
        );
    }
    if received > 0 {
        say(
            "received",
            format!("{}, not ended", count(received, "message")),
        );
    }
    for (filter, qos) in session.subscriptions() {
        say("subscribed", format!("{filter}, QoS {}", qos as u8));
    }
    if damaged > 0 {
        say(
            "damaged",
            format!("{}: it will be left out", count(damaged, "record")),
        );
    }
    lines
}

fn count(n: usize, what: &str) -> String {
    match n {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_record_is_told() {
        let record = RecordKey::Outgoing(1);
        let kept = [(Slot::Session(LinkId(0), record), b"payload".to_vec())];
        let damaged = "1 record: it will be left out".to_owned();
        assert_eq!(sessions(&kept), [("damaged 0".to_owned(), damaged)]);
    }
}
