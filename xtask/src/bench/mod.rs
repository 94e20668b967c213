//! `cargo xtask bench`: numbers to quote. Nothing here depends on how fast the
//! machine happens to be, or it is printed as a ratio.

pub mod durable;
pub mod parse;
pub mod publish;

mod contest;
mod subscriber;
