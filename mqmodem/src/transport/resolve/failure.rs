//! Why a name has no address.

use crate::transport::error::machine_lacks;
use mqmodem_core::NetError;
use std::io;
use std::net::SocketAddr;

/// The addresses of a name, without a port.
pub(super) type Addresses = Result<Vec<SocketAddr>, LookupFailure>;

/// Why a name has no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LookupFailure {
    /// Who should know says so.
    NotFound,
    /// Nobody could be asked.
    NoServer,
    /// This machine lacks something to ask with.
    Lacks(NetError),
}

impl From<LookupFailure> for NetError {
    fn from(failure: LookupFailure) -> Self {
        match failure {
            LookupFailure::NotFound => Self::NameNotFound,
            LookupFailure::NoServer => Self::NoNameServer,
            LookupFailure::Lacks(what) => what,
        }
    }
}

/// A file that is not there says nothing; one that cannot be opened for want of
/// a handle is told.
pub(super) fn lacks(error: &io::Error) -> Option<LookupFailure> {
    machine_lacks(error).map(LookupFailure::Lacks)
}
