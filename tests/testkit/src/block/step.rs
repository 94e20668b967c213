//! What a disk was asked to do.

/// One thing the disk was asked to do.
#[derive(Clone, Debug)]
pub enum DiskStep {
    /// Bytes are written at this place.
    Write(u64, Vec<u8>),
    /// The file gets this length.
    Resize(u64),
    /// Room was set aside.
    Reserve,
    /// What was written is durable.
    Sync,
    /// What was not synced is read as before but never reaches the medium.
    FailedSync,
}

impl DiskStep {
    /// Does it to these bytes.
    pub(super) fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(at, data) => put(bytes, usize::try_from(*at).unwrap(), data),
            Self::Resize(len) => bytes.resize(usize::try_from(*len).unwrap(), 0),
            Self::Reserve | Self::Sync | Self::FailedSync => {}
        }
    }
}

/// Writes bytes at a place, behind which there may be nothing yet.
pub(super) fn put(bytes: &mut Vec<u8>, at: usize, data: &[u8]) {
    let end = at + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[at..end].copy_from_slice(data);
}
