//! Where a modem keeps what outlives it.
//!
//! A modem's driver gives its changes to a [`Store`]. Those of a [`StateDirectory`] go to one
//! thread, which writes all that wait as one batch to a backend.

mod api;
mod backend;
mod batch;
mod disk;
mod error;
mod kept;
mod name;
mod persistence;
mod redb;
mod sessions;
mod summary;
mod writer;

#[cfg(test)]
mod tests;

pub use api::{Done, Forgetful, Store, StoreChange};
pub use disk::{DiskStore, StateDirectory};
pub use error::OpenError;
pub use kept::StoredState;
pub use redb::file::FILE;
pub(crate) use redb::file::FILES;
pub use summary::summary;
