//! What the tasks of a verb run in.

use super::failure::ProgramFailure;

/// The runtime modems run in.
pub(super) fn runtime(single: bool) -> Result<tokio::runtime::Runtime, ProgramFailure> {
    let mut builder = if single {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let built = builder.enable_all().build();
    built.map_err(|error| ProgramFailure::system("cannot start", &error))
}
