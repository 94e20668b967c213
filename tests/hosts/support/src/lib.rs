//! What the hosts written in Rust have in common: the port, and what they are told.

mod port;
mod stage;

pub use port::{halves, open};
pub use stage::Stage;
