//! What the tasks of a verb run in.

use super::failure::Failure;

/// The runtime modems run in.
pub(super) fn runtime(single: bool) -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = if single {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let built = builder.enable_all().build();
    built.map_err(|error| Failure::system("cannot start", &error))
}
