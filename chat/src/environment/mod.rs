//! What surrounds a modem in virtual time, as every simulation needs it: input cut
//! into pieces, a disk of records, events of connections that are over, and the loop
//! that moves bytes and events until nothing moves any more.

mod disk;
mod feed;
mod settle;
mod stale;

pub use disk::{RecordDisk, WriteOutcome};
pub use feed::Feed;
pub use settle::{Disturbance, Environment, Notice, Sender, pass, settle, time_out};
pub use stale::{Stale, next_conn, previous_conn, report_stale};
