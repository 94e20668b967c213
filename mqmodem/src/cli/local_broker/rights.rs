//! Who may do what: everyone everything, but for one topic nobody may publish to.

use mqtt5::broker::auth::{AuthProvider, AuthResult};
use mqtt5::packet::connect::ConnectPacket;
use std::future::{Future, ready};
use std::net::SocketAddr;
use std::pin::Pin;

/// The topic nobody may publish to, so that a refusal can be seen.
pub(crate) const FORBIDDEN: &str = "forbidden";

type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What the broker is asked before it serves a client.
pub(super) struct Rights;

impl AuthProvider for Rights {
    fn authenticate<'a>(
        &'a self,
        _: &'a ConnectPacket,
        _: SocketAddr,
    ) -> Answer<'a, mqtt5::Result<AuthResult>> {
        Box::pin(ready(Ok(AuthResult::success())))
    }

    fn authorize_publish<'a>(
        &'a self,
        _: &str,
        _: Option<&'a str>,
        topic: &'a str,
    ) -> Answer<'a, bool> {
        Box::pin(ready(topic != FORBIDDEN))
    }

    fn authorize_subscribe<'a>(
        &'a self,
        _: &str,
        _: Option<&'a str>,
        _: &'a str,
    ) -> Answer<'a, bool> {
        Box::pin(ready(true))
    }
}
