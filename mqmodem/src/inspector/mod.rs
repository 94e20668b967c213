//! The inspector: a page in a browser that shows what modems, hosts and brokers say, and
//! makes things go wrong.
//!
//! Files of the page hold no data and are for everybody. All below `/api/` wants a token.

mod about;
mod access;
mod body;
mod control;
mod convert;
mod events;
mod fields;
mod files;
mod guard;
mod json;
mod modems;
mod router;
mod service;
mod state;

pub(crate) use access::{Access, Token};
pub(crate) use service::serve;
pub(crate) use state::Inspector;
