//! What the page shows, and who may see it.

use super::access::Access;
use crate::driver::FaultDesk;
use crate::observe::LiveEvents;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Streams of events at once: two for each of eight pages.
const STREAMS: usize = 16;

/// What the page shows, and who may see it.
#[derive(Debug)]
pub(crate) struct Inspector {
    pub(super) access: Access,
    pub(super) live: Arc<LiveEvents>,
    pub(super) desk: Arc<FaultDesk>,
    /// Nothing is done to modems.
    pub(super) read_only: bool,
    pub(super) fleet: bool,
    pub(super) streams: Arc<Semaphore>,
}

impl Inspector {
    pub(crate) fn new(
        access: Access,
        live: Arc<LiveEvents>,
        desk: Arc<FaultDesk>,
        (read_only, fleet): (bool, bool),
    ) -> Self {
        Self {
            access,
            live,
            desk,
            read_only,
            fleet,
            streams: Arc::new(Semaphore::new(STREAMS)),
        }
    }
}
