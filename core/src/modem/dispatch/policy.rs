//! What the options ask of a link.

use crate::modem::ids::LinkId;
use crate::modem::link::Policy;
use crate::modem::storage::Storage;
use crate::modem::storage::options::{
    ALIAS_IN, ALIAS_OUT, BACKOFF, CONNECT_TIMEOUT, GIVE_UP, INFLIGHT, KEEP_ALIVE_RETRIES,
    MAX_PACKET, PROBLEM_INFO, RECEIVE_MAX, RECONNECT, RECV_MODE, RESPONSE_INFO, SESSION_EXPIRY,
    VERSION,
};
use crate::mqtt::Version;
use crate::mqtt::session::Offer;
use core::time::Duration;

/// The policy of a link by its stored options.
pub(super) fn policy(storage: &Storage<'_>, id: LinkId) -> Policy {
    Policy {
        reconnects: storage.is_on(id, RECONNECT),
        longest_pause: storage.option(id, BACKOFF),
        connect_limit: Duration::from_secs(storage.option(id, CONNECT_TIMEOUT).into()),
        ping_retries: storage.option(id, KEEP_ALIVE_RETRIES) as u8,
        in_flight: storage.option(id, INFLIGHT) as u16,
        give_up: storage.option(id, GIVE_UP) as u8,
        version: match storage.option(id, VERSION) {
            0 => None,
            5 => Some(Version::V5),
            _ => Some(Version::V311),
        },
        offer: offer(storage, id),
        stores_messages: storage.is_on(id, RECV_MODE),
    }
}

/// What CONNECT of MQTT 5 announces.
fn offer(storage: &Storage<'_>, id: LinkId) -> Offer {
    Offer {
        session_expiry: storage.option(id, SESSION_EXPIRY),
        receive_max: storage.option(id, RECEIVE_MAX) as u16,
        max_packet: storage.option(id, MAX_PACKET),
        alias_in: storage.option(id, ALIAS_IN) as u16,
        alias_out: storage.option(id, ALIAS_OUT) as u16,
        response_info: storage.is_on(id, RESPONSE_INFO),
        problem_info: storage.is_on(id, PROBLEM_INFO),
    }
}
