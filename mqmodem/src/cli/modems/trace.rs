//! Where the traffic is written.

use crate::cli::failure::Failure;
use crate::observe::trace::Trace;
use std::path::Path;
use std::sync::Arc;

/// Begins a trace, where one is wanted.
pub(in crate::cli) fn create(path: Option<&Path>) -> Result<Option<Arc<Trace>>, Failure> {
    let create = |path: &Path| {
        Trace::create(path).map_err(|error| {
            Failure::system(format_args!("cannot write {}", path.display()), &error)
        })
    };
    path.map(create)
        .transpose()
        .map(|trace| trace.map(Arc::new))
}
