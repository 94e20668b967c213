//! The host of an address: a name, or an IP address with or without brackets.

use mqmodem_core::NetError;
use tokio_rustls::rustls::pki_types::ServerName;

/// `[::1]` is taken for `::1`.
pub(super) fn unbracketed(host: &str) -> &str {
    let inner = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    inner.unwrap_or(host)
}

pub(super) fn server_name(host: &str) -> Result<ServerName<'static>, NetError> {
    let host = unbracketed(host);
    // A certificate never names the root dot some write at the end.
    let host = host.strip_suffix('.').unwrap_or(host);
    ServerName::try_from(host.to_owned()).map_err(|_| NetError::NameNotFound)
}
