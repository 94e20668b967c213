//! The state directory of `mqmodem serve`.

use crate::Setup;
use crate::cli::Failure;
use crate::store::{Disk, FILE, Kept, OpenError};
use mqmodem_core::Slot;
use mqmodem_core::mqtt::session::Record;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What modems keep, where they keep anything.
#[derive(Debug, Default)]
pub(in crate::cli) struct State {
    disk: Option<Disk>,
    kept: Kept,
    directory: Option<PathBuf>,
}

impl State {
    pub(in crate::cli) fn open(directory: Option<&Path>) -> Result<Self, Failure> {
        let Some(directory) = directory else {
            return Ok(Self::default());
        };
        let (disk, kept) = Disk::open(directory).map_err(|error| refusal(directory, &error))?;
        Ok(Self {
            disk: Some(disk),
            kept,
            directory: Some(directory.to_owned()),
        })
    }

    /// Looks again at what is kept, for modems that do not run.
    pub(in crate::cli) fn look(&mut self) -> Result<(), Failure> {
        if let (Some(disk), Some(directory)) = (&self.disk, &self.directory) {
            let kept = disk.look().unwrap_or_else(|| Kept::look(directory));
            self.kept = match kept {
                Err(OpenError::Io(error)) if error.kind() == ErrorKind::NotFound => Kept::default(),
                kept => kept.map_err(|error| refusal(directory, &error))?,
            };
        }
        Ok(())
    }

    /// Lets a modem keep under `name`, and gives back what it kept.
    pub(in crate::cli) fn give(&mut self, name: &str, setup: &mut Setup) {
        if let Some(disk) = &self.disk {
            setup.store = Box::new(disk.store(name));
            setup.kept = self.kept.take(name);
        }
    }

    /// Tells what is kept for modems that are not among these.
    pub(in crate::cli) fn tell_unserved(&self, served: impl IntoIterator<Item = String>) {
        let served: HashSet<String> = served.into_iter().collect();
        let mut unsent = 0;
        for (name, values) in self.kept.modems() {
            if !served.contains(name) {
                tracing::info!("kept for a modem that is not served: {name}");
                unsent += values.iter().filter(|(slot, _)| is_message(*slot)).count();
            }
        }
        if let Some(directory) = self.directory.as_deref().filter(|_| unsent > 0) {
            tracing::warn!(
                "accepted messages stay unsent, since their modems are not served: {unsent}; \
                 mqmodem state {} shows whose they are",
                directory.display()
            );
        }
    }

    /// Forgets what no modem asked for; it stays on disk.
    pub(in crate::cli) fn all_given(&mut self) {
        self.kept = Kept::default();
    }
}

fn is_message(slot: Slot) -> bool {
    matches!(slot, Slot::Session(_, Record::Outgoing(_)))
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
