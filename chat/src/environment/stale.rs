//! Events of connections that are over. A modem must not mind them.

use mqmodem_core::{ConnId, Instant, Modem, NetError, NetEvent, Stage};

/// The next connection of the same link.
pub fn next_conn(conn: ConnId) -> ConnId {
    let number = conn.number.wrapping_add(1);
    ConnId { number, ..conn }
}

/// The connection so many before it, at least one.
pub fn previous_conn(conn: ConnId, age: u8) -> ConnId {
    let number = conn.number.wrapping_sub(u32::from(age.max(1)));
    ConnId { number, ..conn }
}

/// Something that is reported of a connection that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stale {
    /// Something happened to it.
    Event(NetEvent),
    /// Bytes came.
    Data(Vec<u8>),
    /// So many bytes were sent.
    Sent(usize),
}

impl Stale {
    /// Reports it of this connection.
    ///
    /// # Errors
    /// Where the modem does not take the bytes, so that somebody has to store them, or
    /// has bytes for that connection.
    pub fn report(&self, modem: &mut Modem<'_>, now: Instant, conn: ConnId) -> Result<(), String> {
        let taken = match self {
            Self::Event(event) => {
                modem.handle_net(now, conn, *event);
                true
            }
            Self::Data(bytes) => modem.handle_net_data(now, conn, bytes) == bytes.len(),
            Self::Sent(count) => {
                modem.net_sent(now, conn, *count);
                true
            }
        };
        if taken && modem.net_out(conn).is_empty() && modem.net_ready(conn) {
            return Ok(());
        }
        Err(format!("{self:?} of a connection that is over counts"))
    }
}

/// Reports everything there is of the two connections before this one.
///
/// # Errors
/// Those of [`Stale::report`].
pub fn report_stale(modem: &mut Modem<'_>, now: Instant, conn: ConnId) -> Result<(), String> {
    for other in [previous_conn(conn, 1), previous_conn(conn, 2)] {
        for stale in [
            Stale::Event(NetEvent::Opening(Stage::Name)),
            Stale::Event(NetEvent::Opening(Stage::Tls)),
            Stale::Event(NetEvent::Opened),
            Stale::Data(vec![0x20, 2, 0, 5]),
            Stale::Sent(1),
            Stale::Event(NetEvent::Failed(NetError::NameNotFound)),
            Stale::Event(NetEvent::Failed(NetError::TimedOut)),
            Stale::Event(NetEvent::Closed),
        ] {
            stale.report(modem, now, other)?;
        }
    }
    Ok(())
}
