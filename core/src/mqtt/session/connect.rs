//! How a connection begins and ends on our side.

use super::keep_alive::KeepAlive;
use super::terms::Offer;
use super::{SendError, Session, State, fingerprint};
use crate::buffer::{Buf, Full};
use crate::mqtt::carrier::Carrier;
use crate::mqtt::packet::{Connect, Disconnect, EncodeError};
use crate::mqtt::property;
use crate::mqtt::{Properties, Version};
use crate::time::Instant;

/// Bytes of properties that an offer has at most.
const MOST_OFFERED: usize = 32;

impl Session<'_> {
    /// The transport is up: writes CONNECT, the first packet of a connection
    /// `[MQTT-3.1.0-1]`. `out` must be empty.
    ///
    /// What is known of an earlier session is discarded now if the session is to
    /// be clean `[MQTT-3.1.2-6]` or is another client's `[MQTT-3.1.3-2]`; the
    /// publishes lost by that are reported by [`poll_dropped`](Self::poll_dropped).
    ///
    /// Fails with `Full` or `Invalid`; nothing has changed then.
    pub fn connect(
        &mut self,
        now: Instant,
        connect: &Connect<'_>,
        out: &mut Buf<'_>,
    ) -> Result<(), SendError> {
        let is_fresh = connect.clean_session
            || connect.version == Version::V5 && !self.holds_session(connect.client_id);
        match connect.version {
            Version::V311 => connect.encode(out)?,
            Version::V5 => self.write_connect(connect, is_fresh, out)?,
        }
        self.lost();
        self.version = connect.version;
        self.bind(self.numbers.broker(), connect.client_id);
        if connect.clean_session {
            self.end();
        }
        self.words.begin(connect.client_id);
        self.is_fresh = is_fresh;
        self.is_anonymous = connect.client_id.is_empty();
        self.clean = connect.clean_session;
        self.acknowledged = false;
        self.follow_clean();
        self.follow_window();
        self.state = State::Connecting;
        self.keep_alive = KeepAlive::start(now, connect.keep_alive);
        Ok(())
    }

    /// Whether this client has a session with the broker that both may go on with.
    fn holds_session(&self, client_id: &str) -> bool {
        let client = fingerprint(client_id.as_bytes());
        let has_state = self.holds
            || self.outgoing.has_sent()
            || !self.incoming.is_empty()
            || !self.subscriptions.is_empty();
        has_state && !self.numbers.is_ended() && self.numbers.is_of(self.numbers.broker(), client)
    }

    /// Writes CONNECT of MQTT 5 with what is announced.
    fn write_connect(
        &mut self,
        connect: &Connect<'_>,
        is_fresh: bool,
        out: &mut Buf<'_>,
    ) -> Result<(), SendError> {
        if connect.client_id.is_empty() && !connect.clean_session {
            return Err(SendError::Invalid);
        }
        let expiry = if connect.clean_session {
            0
        } else {
            self.offer.session_expiry
        };
        let mut offer = self.offer;
        offer.receive_max = self.receive_max();
        let connect = Connect {
            clean_session: is_fresh,
            ..*connect
        };
        let mut few = [0; MOST_OFFERED];
        if connect.properties.is_empty() {
            return encode_connect(&connect, &offer, expiry, &mut Buf::lent(&mut few), out);
        }
        let memory = self.words.clear();
        let written = encode_connect(&connect, &offer, expiry, memory, out);
        self.words.clear();
        written
    }

    /// Messages of QoS 1 and 2 the broker may send before one is acknowledged: no more
    /// than the memory holds.
    pub(super) fn receive_max(&self) -> u16 {
        let holds = u16::try_from(self.incoming.holds()).unwrap_or(u16::MAX);
        match self.offer.receive_max {
            0 => holds.max(1),
            most => most.min(holds.max(1)),
        }
    }

    /// Writes DISCONNECT and ends the connection as [`lost`](Self::lost) does:
    /// nothing is written after it `[MQTT-3.14.4-2]`. The caller sends what is in
    /// `out` and closes. Writes nothing without a connection.
    pub fn disconnect(&mut self, out: &mut Buf<'_>) -> Result<(), Full> {
        self.disconnect_with(&Disconnect::default(), out)
    }

    /// The same with a reason and properties, which 3.1.1 does not have. Properties that
    /// make it larger than the broker takes are left out. Where it says that the session
    /// ends at once, nothing is kept of it here either.
    pub fn disconnect_with(
        &mut self,
        disconnect: &Disconnect<'_>,
        out: &mut Buf<'_>,
    ) -> Result<(), Full> {
        if !self.is_open() {
            return Ok(());
        }
        let disconnect = match self.version {
            Version::V311 => Disconnect::default(),
            Version::V5 if self.check_disconnect(disconnect).is_ok() => *disconnect,
            Version::V5 => Disconnect::new(disconnect.code),
        };
        disconnect.encode(self.version, out).map_err(|_| Full)?;
        self.lost();
        if disconnect.properties.number(&property::SESSION_EXPIRY) == Some(0) {
            self.holds = false;
            self.numbers.set_ended(true);
            self.outgoing.end();
            self.incoming.end();
            self.subscriptions.end();
        }
        Ok(())
    }

    /// Whether the broker takes a DISCONNECT of this size; else `Unsupported`. One without
    /// properties goes out whatever it says: there is none that is smaller.
    pub fn check_disconnect(&self, disconnect: &Disconnect<'_>) -> Result<(), SendError> {
        let may_grow = self.state == State::Connected && !disconnect.properties.is_empty();
        let limit = self.outgoing.grants().refuses_len(disconnect.size());
        let refused = limit.filter(|_| may_grow);
        refused.map_or(Ok(()), |code| Err(SendError::Unsupported(code)))
    }
}

/// Writes CONNECT with its own properties behind those of an offer, which are put
/// together in `memory`.
fn encode_connect(
    connect: &Connect<'_>,
    offer: &Offer,
    expiry: u32,
    memory: &mut Buf<'_>,
    out: &mut Buf<'_>,
) -> Result<(), SendError> {
    offer.write(expiry, memory)?;
    memory.extend(connect.properties.as_bytes())?;
    let properties = Properties::parse(Carrier::Connect, memory.as_slice());
    let properties = properties.map_err(|_| EncodeError::Invalid)?;
    let connect = Connect {
        properties,
        ..*connect
    };
    Ok(connect.encode(out)?)
}
