//! The C library, for what only it knows. It blocks, and cannot be called off.

use super::failure::{Addresses, LookupFailure, lacks};
use crate::runtime::threads::Threads;
use std::net::ToSocketAddrs;

static NAMES: Threads = Threads::new("names", 4);

pub(super) async fn lookup(name: &str) -> Addresses {
    let owned = name.to_owned();
    let found = NAMES.run(move || {
        let found = (owned.as_str(), 0).to_socket_addrs();
        found.map(Iterator::collect::<Vec<_>>)
    });
    match found.await.flatten() {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(LookupFailure::NotFound),
        Err(error) => {
            tracing::debug!(name, "name not found: {error}");
            Err(lacks(&error).unwrap_or(LookupFailure::NotFound))
        }
    }
}
