//! What crosses the border between the modem and its caller.

pub use super::action::{Action, Endpoint, TlsFiles, TlsVersion, Verify, WebSocketTarget};
pub use super::border::config::Config;
pub use super::credential::{Credential, CredentialKind, Psk};
pub use super::failure::Failure;
pub use super::further::{FurtherLinks, LinkPlaces};
pub use super::headers::Headers;
pub use super::identity::Identity;
pub use super::ids::{ConnId, LinkId, MOST_LINKS};
pub use super::memory::Memory;
pub use super::network::{LinkState, LinkStep, NetError, NetEvent, Stage};
pub use super::port::{HostLines, ModemLines, Parity, Serial};
pub use super::slot::{RestoreError, Slot};
