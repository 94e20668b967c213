//! The modem from outside: what a host may do to it, and what it shows.

mod actions;
#[cfg(feature = "alloc")]
mod credentials;
mod hostile;
mod lines;
mod links;
#[cfg(feature = "alloc")]
mod memory;
#[cfg(feature = "alloc")]
mod received_properties;
#[cfg(feature = "alloc")]
mod received_size;
#[cfg(feature = "alloc")]
mod receiver;
#[cfg(feature = "alloc")]
mod rivals;
mod schema;
#[cfg(feature = "alloc")]
mod secrets;
#[cfg(feature = "alloc")]
mod waits;
