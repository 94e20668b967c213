//! What is written for people while modems run: lines that wait for no reader, and
//! lines that are written once a second with a count.

#[cfg(test)]
pub(crate) mod capture;
pub(crate) mod outlet;
pub(crate) mod rate;
pub(crate) mod seldom;
