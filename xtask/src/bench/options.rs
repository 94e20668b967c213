//! What can be asked of a row.

/// What the words behind `bench` ask for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How often each client has its turn.
    pub repeats: usize,
    /// Messages in each turn, where it is not what the bench thinks right.
    pub messages: Option<usize>,
}

impl Options {
    /// The messages asked for, or as many as usual.
    pub fn messages(&self, usual: usize) -> usize {
        self.messages.unwrap_or(usual)
    }
}
