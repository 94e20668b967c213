//! What a command may wait for.

use crate::mqtt::PacketId;

/// What a command waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The link is up, or not.
    Connect,
    /// The link is closed.
    Disconnect,
    /// The broker's acknowledgement.
    Acknowledged(PacketId),
    /// The network took everything up to this count of bytes.
    Written(u64),
    /// The caller kept what is staged.
    Stored,
    /// The message of this number is on disk. The host is told its name, if there
    /// is one to tell.
    Accepted(u64, Option<u32>),
    /// The oldest message that is held has its number on disk; it is said then.
    Readable,
    /// Nothing of what was dropped is on disk any more.
    Dropped,
    /// Nor anything of what was acknowledged: a restart finds no message to send.
    Emptied,
    /// That the host took over the message of this number is on disk.
    TakenOver(u32),
}
