//! Golden conversations with a modem, in virtual time, with a scripted broker.
//!
//! [`parse()`] reads a chat, a [`Player`] plays it, [`check()`] compares; [`run`]
//! does all of it in virtual time, in each of [`PLAY_MODES`]. [`live`] plays the host's
//! side where the modem, the broker and the time are real.
#![doc = include_str!("format.md")]

/// How a chat is written: the page for readers.
pub const FORMAT: &str = include_str!("format.md");

mod check;
mod echo;
pub mod environment;
mod golden;
mod link;
pub mod live;
mod memory;
mod packet;
mod parse;
mod player;
mod script;
mod sim;
mod update;

pub use check::{Difference, Mismatch, broker_lines, check};
pub use golden::{Report, find, play_in, run, run_dir, run_dir_with, stored_in};
pub use link::Versions;
pub use live::{HostSide, Live};
pub use packet::{FieldValue, PacketField, PacketWords};
pub use parse::{parse, parse_with};
pub use player::{Output, Played, Player, play};
pub use script::{Expect, Expected, Input, ParseError, Script, Setup, Sizes, Step, StorageMode};
pub use sim::{PLAY_MODES, PlayMode, Sim};
pub use update::updated;
