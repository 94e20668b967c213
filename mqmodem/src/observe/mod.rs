//! What watches a modem at work.
//!
//! An [`Observer`] sees what passes between a modem, its host, its brokers and its
//! store, decoded once for all of them. The [`trace`] and the [`metrics`] are such.

mod answers;
#[cfg(test)]
mod desk;
mod event;
pub mod filter;
mod host;
mod live;
pub mod metrics;
mod observers;
mod packets;
mod ring;
mod roster;
pub mod stream;
mod text;
pub mod trace;
mod typed;

pub use event::{
    FaultNote, FaultPhase, HostEvent, LinkEvent, LinkStatus, Observer, ObserverSource, StateEvent,
    StoreEvent, Wire,
};
pub(crate) use live::{EventReader, LiveEvents};
pub(crate) use observers::Observers;
pub use packets::{PacketContent, WirePacket};
pub use ring::{EventRing, RingPart, RingWatch};
pub(crate) use roster::Roster;
#[cfg(feature = "inspector")]
pub(crate) use roster::{ModemState, RosterOrder, RosterQuery};
pub use text::{AnswerLine, CommandLine, CommandText, DataPiece};
