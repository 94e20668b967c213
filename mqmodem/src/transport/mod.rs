//! Links to brokers: name, TCP, proxy, TLS, WebSocket.

mod channel;
mod connect;
mod error;
mod host_name;
mod identity;
mod kind;
mod net_link;
mod pace;
mod probe;
mod progress;
mod proxy;
#[cfg(feature = "psk")]
mod psk;
pub(crate) mod resolve;
mod security;
mod stream;
mod tls;
mod verifier;
mod websocket;

pub(crate) use identity::ends_soon;
pub use identity::{ClientCertificateError, Validity, check_client_certificate};
pub use net_link::NetLink;
pub use pace::Pace;
pub(crate) use probe::see_certificate;
pub use proxy::Proxy;
pub use tls::TlsConfigs;
pub(crate) use verifier::warning;
