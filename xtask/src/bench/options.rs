//! What can be asked of a row.

use std::path::PathBuf;

/// What the words behind `bench` ask for.
#[derive(Clone, Debug)]
pub struct Options {
    /// How often each client has its turn.
    pub repeats: usize,
    /// Messages in each turn, where it is not what the bench thinks right.
    pub messages: Option<usize>,
    /// Another build of mqmodem that takes turns with the one of this checkout.
    pub beside: Option<PathBuf>,
}

impl Options {
    /// The messages asked for, or as many as usual.
    pub fn messages(&self, usual: usize) -> usize {
        self.messages.unwrap_or(usual)
    }
}
