//! Where the traffic is written.

use crate::cli::failure::ProgramFailure;
use crate::observe::trace::Trace;
use std::path::Path;
use std::sync::Arc;

/// Begins a trace, where one is wanted.
pub(in crate::cli) fn create(path: Option<&Path>) -> Result<Option<Arc<Trace>>, ProgramFailure> {
    let create = |path: &Path| {
        Trace::create(path).map_err(|error| {
            ProgramFailure::system(format_args!("cannot write {}", path.display()), &error)
        })
    };
    path.map(create)
        .transpose()
        .map(|trace| trace.map(Arc::new))
}
