//! Serving HTTP to clients of whom nothing is known: bounded and timed.

mod refusal;
mod server;

pub(crate) use refusal::HttpRefusal;
pub(crate) use server::serve;
