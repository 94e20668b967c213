//! What a command may wait for.

use super::ids::LinkId;
use crate::mqtt::PacketId;

/// What a command waits for, and of which link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The transport of the link is up, or not.
    Opened(LinkId),
    /// The broker's host answers, by TCP, or it does not; that something else fails ends it
    /// too.
    Reached(LinkId),
    /// The transport of the link is up and CONNECT is said, or not.
    Greeted(LinkId),
    /// The link is up, or not.
    Connect(LinkId),
    /// The link is closed.
    Disconnect(LinkId),
    /// Every link is closed.
    AllClosed,
    /// The broker's acknowledgement.
    Acknowledged(LinkId, PacketId),
    /// The network took everything up to this count of bytes.
    Written(LinkId, u64),
    /// The caller stored what is staged, and the session of the link.
    Stored(LinkId),
    /// The same; what the task of this number says of its end is part of the answer then.
    StoredReported(LinkId, u8),
    /// The message of this number is on disk. The host is told its name, if there
    /// is one to tell.
    Accepted(LinkId, u64, Option<u32>),
    /// The oldest message that is stored for the host has its number on disk; it is
    /// written then.
    Readable(LinkId),
    /// The same, and the host has taken it over by that; or every one that the answer holds,
    /// if so.
    Takeable(LinkId, bool),
    /// Nothing of what was dropped is on disk any more.
    Dropped(LinkId),
    /// Nor anything of what was acknowledged: a restart finds no message to send.
    Emptied(LinkId),
    /// That the host took over the message of this number is on disk.
    TakenOver(LinkId, u32),
}
