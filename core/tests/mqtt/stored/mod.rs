//! Sessions that are kept on disk: what waits for it, what comes back from it,
//! what is never taken back.

mod backlog;
mod disk;
mod giveup;
mod lives;
mod older;
mod order;
mod restore;
