//! What is told of a connection that is over.

use mqmodem_core::{ConnId, Instant, LinkId, Modem, NetError, NetEvent, Stage};

/// Of a modem that has not asked for any.
pub(crate) const NONE: ConnId = ConnId {
    link: LinkId(0),
    number: 0,
};

/// The next one of the same link.
pub(crate) fn after(conn: ConnId) -> ConnId {
    let number = conn.number.wrapping_add(1);
    ConnId { number, ..conn }
}

/// The one so many before it, or another that is not it.
pub(crate) fn before(conn: ConnId, age: u8) -> ConnId {
    let number = conn.number.wrapping_sub(u32::from(age.max(1)));
    ConnId { number, ..conn }
}

/// Something told late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Late {
    /// Something that happened to the link.
    Event(NetEvent),
    /// Bytes of the broker.
    Data(Vec<u8>),
    /// So many bytes were sent.
    Sent(usize),
}

impl Late {
    /// Tells it. Bytes are taken, so that nobody keeps them, and there are none to
    /// be sent.
    pub(crate) fn tell(&self, modem: &mut Modem<'_>, now: Instant, conn: ConnId) {
        match self {
            Self::Event(event) => modem.handle_net(now, conn, *event),
            Self::Data(bytes) => assert_eq!(modem.handle_net_data(now, conn, bytes), bytes.len()),
            Self::Sent(count) => modem.net_sent(now, conn, *count),
        }
        assert!(modem.net_out(conn).is_empty() && modem.net_ready(conn));
    }
}

/// Tells everything there is of the connections before this one.
pub(crate) fn tell_all(modem: &mut Modem<'_>, now: Instant, conn: ConnId) {
    for other in [before(conn, 1), before(conn, 2)] {
        for late in [
            Late::Event(NetEvent::Opening(Stage::Name)),
            Late::Event(NetEvent::Opened),
            Late::Data(vec![0x20, 2, 0, 5]),
            Late::Sent(1),
            Late::Event(NetEvent::Failed(NetError::NameNotFound)),
            Late::Event(NetEvent::Failed(NetError::TimedOut)),
            Late::Event(NetEvent::Closed),
        ] {
            late.tell(modem, now, other);
        }
    }
}
