//! What the options ask of a link.

use crate::modem::ids::LinkId;
use crate::modem::link::Policy;
use crate::modem::storage::Storage;
use crate::modem::storage::options::{
    BACKOFF, CONNECT_TIMEOUT, GIVE_UP, INFLIGHT, KEEP_ALIVE_RETRIES, RECONNECT, RECV_MODE,
};
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
        stores_messages: storage.is_on(id, RECV_MODE),
    }
}
