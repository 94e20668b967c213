//! A host that is asked for raw bytes.

use super::data::Collector;
use super::dialect::{Command, Prompt};
use core::time::Duration;

/// A command that asked for raw bytes.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) prompt: &'static Prompt,
    /// How long the next byte may take.
    pub(super) limit: Option<Duration>,
    pub(super) collector: Collector,
    pub(super) command: &'static Command,
    /// Where on the line its values stand.
    pub(super) values: usize,
}
