//! What the rest runs on: the clock, threads for work that blocks, tasks of a
//! bounded number, bytes that wait to be taken.

pub(crate) mod bounded_tasks;
pub(crate) mod clock;
pub(crate) mod leftover;
pub(crate) mod threads;
