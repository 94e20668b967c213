//! What watches a modem at work.
//!
//! An [`Observer`] sees what passes between a modem, its host, its brokers and its
//! store, decoded once for all of them. The [`trace`] and the [`metrics`] are such.

mod event;
mod host;
pub mod metrics;
mod observers;
mod packets;
mod text;
pub mod trace;

pub use event::{HostEvent, LinkEvent, Observer, ObserverSource, StoreEvent, Wire};
pub(crate) use observers::Observers;
pub use packets::WirePacket;
pub use text::{AnswerLine, CommandLine};
