//! The state directory of the modems.

use crate::ModemSetup;
use crate::cli::failure::ProgramFailure;
use crate::store::{FILE, OpenError, StateDirectory, StoredState};
use mqmodem_core::Slot;
use mqmodem_core::mqtt::session::RecordKey;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What modems keep, where they keep anything.
#[derive(Debug, Default)]
pub(in crate::cli) struct State {
    disk: Option<StateDirectory>,
    /// What was found at the start, as far as no modem has it.
    found: Option<StoredState>,
    /// The modems that have begun: what they keep by now is only on disk.
    begun: HashSet<String>,
    directory: Option<PathBuf>,
}

impl State {
    pub(in crate::cli) fn open(directory: Option<&Path>) -> Result<Self, ProgramFailure> {
        let Some(directory) = directory else {
            return Ok(Self::default());
        };
        let (disk, kept) =
            StateDirectory::open(directory).map_err(|error| refusal(directory, &error))?;
        Ok(Self {
            found: Some(kept).filter(|_| disk.is_read()),
            disk: Some(disk),
            begun: HashSet::new(),
            directory: Some(directory.to_owned()),
        })
    }

    /// Everything that is kept now.
    fn look(&self) -> Result<StoredState, ProgramFailure> {
        let (Some(disk), Some(directory)) = (&self.disk, &self.directory) else {
            return Ok(StoredState::default());
        };
        match disk.look().unwrap_or_else(|| StoredState::look(directory)) {
            Err(OpenError::Io(error)) if error.kind() == ErrorKind::NotFound => {
                Ok(StoredState::default())
            }
            kept => kept.map_err(|error| refusal(directory, &error)),
        }
    }

    /// Lets a modem keep under `name`, and gives back what it kept: also to one that
    /// has run before.
    pub(in crate::cli) fn give(&mut self, name: &str, setup: &mut ModemSetup) {
        let Some(disk) = &self.disk else {
            return;
        };
        let is_new = self.begun.insert(name.to_owned());
        if let Some(found) = self.found.as_mut().filter(|_| is_new) {
            setup.stored = found.take(name);
            setup.store = Box::new(disk.store(name));
        } else {
            let (store, kept) = disk.load(name);
            setup.stored = kept;
            setup.store = Box::new(store);
        }
    }

    /// Tells what is kept for modems that are not among these.
    pub(in crate::cli) fn report_unserved(&self, served: impl IntoIterator<Item = String>) {
        let looked = match self.found {
            Some(_) => None,
            // What cannot be read is told where it is to be used.
            None => self.look().ok(),
        };
        let served: HashSet<String> = served.into_iter().collect();
        let mut unsent = 0;
        let kept = self.found.as_ref().or(looked.as_ref());
        for (name, values) in kept.into_iter().flat_map(StoredState::modems) {
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

    /// Forgets what was found at the start and no modem asked for; it stays on disk.
    pub(in crate::cli) fn all_given(&mut self) {
        self.found = None;
    }
}

fn is_message(slot: Slot) -> bool {
    matches!(slot, Slot::Session(_, RecordKey::Outgoing(_)))
}

/// Why a state directory is refused, and what to do about it.
pub(in crate::cli) fn refusal(directory: &Path, error: &OpenError) -> ProgramFailure {
    let path = directory.join(FILE);
    let hint = match error {
        OpenError::Io(error) => {
            return ProgramFailure::system(format_args!("cannot use {}", path.display()), error);
        }
        OpenError::InUse => "stop the other mqmodem, or choose another --state-dir",
        OpenError::Newer(_) => "use that version, or choose another --state-dir",
        OpenError::Changed => "start this program again",
        OpenError::Damaged(_) => "start mqmodem serve with it, which puts it aside",
    };
    ProgramFailure::new(format!("cannot use {}: {error}; {hint}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::{Label, stdio::Stdio};
    use crate::store::StoreChange;
    use mqmodem_core::LinkId;
    use std::future::poll_fn;

    #[tokio::test]
    async fn a_modem_that_begins_again_has_what_it_kept_last() {
        let name = format!("mqmodem-begins-again-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&directory);
        let mut state = State::open(Some(&directory)).unwrap();
        let mut begin = || {
            let mut setup = ModemSetup::new(Box::new(Stdio::new()), Label::new("one"));
            state.give("one", &mut setup);
            setup
        };
        let slot = Slot::Tls(LinkId(0));
        let mut first = begin();
        assert!(first.stored.is_empty());
        for bytes in [b"0", b"1"] {
            first.store.submit(StoreChange::Put { slot, bytes });
            assert!(poll_fn(|cx| first.store.poll_done(cx)).await.ok);
        }
        // As after a panic: nothing of it was ended in order.
        drop(first);
        assert_eq!(begin().stored, [(slot, b"1".to_vec())]);
        assert_eq!(begin().stored, [(slot, b"1".to_vec())]);
        drop(state);
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
