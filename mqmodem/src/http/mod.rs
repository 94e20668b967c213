//! Serving HTTP to clients of whom nothing is known: bounded and timed.

mod refusal;
mod server;
mod wire;

pub(crate) use refusal::{HttpFields, HttpRefusal};
pub(crate) use server::{HttpService, serve};
