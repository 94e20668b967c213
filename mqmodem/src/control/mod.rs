//! The control socket: lines that make things go wrong with modems, and ask how they are.

mod line;
mod server;

pub(crate) use server::ControlSocket;
