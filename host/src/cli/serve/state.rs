//! The state directory of `mqmodem serve`.

use crate::Setup;
use crate::cli::Failure;
use crate::store::{Disk, FILE, Kept, OpenError};
use std::path::Path;

/// What modems keep, where they keep anything.
#[derive(Debug, Default)]
pub(super) struct State {
    disk: Option<Disk>,
    kept: Kept,
}

impl State {
    pub(super) fn open(directory: Option<&Path>) -> Result<Self, Failure> {
        let Some(directory) = directory else {
            return Ok(Self::default());
        };
        let (disk, kept) = Disk::open(directory).map_err(|error| refusal(directory, &error))?;
        let disk = Some(disk);
        Ok(Self { disk, kept })
    }

    /// Lets a modem keep under `name`, and gives back what it kept.
    pub(super) fn give(&mut self, name: &str, setup: &mut Setup) {
        if let Some(disk) = &self.disk {
            setup.store = Box::new(disk.store(name));
            setup.kept = self.kept.take(name);
        }
    }

    /// Forgets what no modem asked for; it stays on disk.
    pub(super) fn all_given(&mut self) {
        for (name, _) in self.kept.modems() {
            tracing::info!("kept for a modem that is not served: {name}");
        }
        self.kept = Kept::default();
    }
}

/// Why a state directory is refused, and what to do about it.
pub(in crate::cli) fn refusal(directory: &Path, error: &OpenError) -> Failure {
    let path = directory.join(FILE);
    let hint = match error {
        OpenError::Io(error) => {
            return Failure::system(format_args!("cannot use {}", path.display()), error);
        }
        OpenError::InUse => "stop the other mqmodem, or choose another --state-dir",
        OpenError::Newer(_) => "use that version, or choose another --state-dir",
        OpenError::Damaged(_) => "start mqmodem serve with it, which puts it aside",
    };
    Failure::new(format!("cannot use {}: {error}; {hint}", path.display()))
}
