//! What holds the records of all modems, below the store.

use super::batch::{Request, StateContent};
use super::error::OpenError;

/// Holds the records of all modems. One thread drives it.
///
/// * **Batches, in order**: a change of a modem counts only with those before it; the
///   last of a record counts.
/// * **Durable**: a request whose answer is `ok` when `write` returns outlives a power
///   cut.
/// * **Fenced**: nothing is written over what another process has written since the
///   modems were given what they keep; such a batch fails.
pub(super) trait Backend: Send {
    /// Makes a batch of changes durable and notes in each request what became of it.
    /// Fails where one that should have been made was not, with why.
    fn write(&mut self, batch: &mut [Request]) -> Result<(), String>;

    /// Everything that is kept; nothing where it cannot be opened to write.
    fn read_all(&mut self) -> Option<Result<StateContent, OpenError>>;

    /// What one modem keeps.
    fn read(&mut self, modem: &str) -> Result<StateContent, String>;

    /// Whether it could be opened when it was last tried.
    fn is_open(&self) -> bool;

    /// Whether it has no room, and so takes only what frees some.
    fn is_full(&self) -> bool;
}
