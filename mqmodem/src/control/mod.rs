//! The control socket: lines that make things go wrong with modems, and ask how they are.

mod ask;
mod line;
mod server;

#[cfg(feature = "inspector")]
pub(crate) use ask::{ask, words};
#[cfg(feature = "inspector")]
pub(crate) use line::ControlLine;
pub(crate) use server::ControlSocket;
