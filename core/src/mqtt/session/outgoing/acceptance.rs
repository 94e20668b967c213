//! How messages are accepted, and what is known of them.

use crate::mqtt::PacketId;

/// How a message is accepted.
#[derive(Clone, Copy, Debug)]
pub struct Acceptance {
    /// Whether [`SessionEvent::Published`](crate::mqtt::SessionEvent::Published) or
    /// [`Dropped`](crate::mqtt::session::Dropped) carries its name.
    pub tracked: bool,
    /// The identifier the host gave it, 0 if none.
    pub host_id: u32,
    /// Bytes that all messages not yet acknowledged may take.
    pub limit: usize,
    /// Whether the oldest message not yet sent makes room for it.
    pub drop_oldest: bool,
}

/// A message that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its number, see
    /// [`Session::is_accepted`](crate::mqtt::Session::is_accepted).
    pub number: u64,
    /// Its packet identifier, none with QoS 0.
    pub id: Option<PacketId>,
    /// What the host knows it by: its own identifier, else the number.
    pub name: u32,
}

/// What is known of an identifier a host gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdStatus {
    /// It is on its way.
    Waiting(Accepted),
    /// It was delivered.
    Delivered,
}

/// The messages on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Backlog {
    /// How many.
    pub messages: usize,
    /// Bytes they take, with 24 for each.
    pub bytes: usize,
    /// When the oldest was accepted.
    pub oldest: Option<u32>,
}

/// Why a message is not dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropError {
    /// There is none of this name.
    Unknown,
    /// The broker has taken it over (PUBREC): it is too late.
    TooLate,
}
