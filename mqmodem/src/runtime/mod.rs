//! What the rest runs on: the clock, threads for work that blocks, tasks of a
//! bounded number, values that tasks wait for, bytes that wait to be taken,
//! lists that mostly have one thing.

pub(crate) mod board;
pub(crate) mod bounded_tasks;
pub(crate) mod clock;
pub(crate) mod leftover;
pub(crate) mod short_list;
pub(crate) mod threads;
