//! How far the host's present line is, and what earlier ones have still under way.

pub(super) mod accepts;
pub(super) mod answer;
pub(super) mod notes;
pub(super) mod pending;
pub(super) mod properties;
pub(super) mod run;
pub(super) mod scratch;
pub(super) mod tasks;
