//! Serving HTTP to clients of whom nothing is known: bounded and timed.

mod refusal;
mod server;
mod wire;

#[cfg(feature = "inspector")]
pub(crate) use refusal::HttpFields;
pub(crate) use refusal::HttpRefusal;
pub(crate) use server::{HttpService, serve};
