//! Opens the file of a state directory, or what can be had of it.

use super::RedbBackend;
use super::file::{self, FILE};
use super::place::{DatabasePlace, Directory};
use super::tables;
use crate::store::batch::StateContent;
use crate::store::error::OpenError;
use redb::Database;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a directory may still be in use.
const PATIENCE: Duration = Duration::from_secs(1);

impl RedbBackend {
    /// Opens a state directory, made where it is missing, and reads what is there;
    /// nothing where it cannot be read. What is damaged is put aside. Fails only where
    /// another process has it, or a newer version wrote it.
    pub(in crate::store) fn open(
        directory: &Path,
    ) -> Result<(Self, Option<StateContent>), OpenError> {
        let mut place = Directory::new(directory);
        let (database, content) = match open(&mut place) {
            Ok((database, content)) => (Some(database), Some(content)),
            Err(refused @ (OpenError::InUse | OpenError::Newer(_))) => return Err(refused),
            Err(error) => (None, without_writing(directory, &error)?),
        };
        if let Some(content) = content.as_ref().filter(|_| database.is_none()) {
            place.give(content);
        }
        Ok((Self::new(Box::new(place), database), content))
    }
}

/// Opens the file; a process that is just ending may have it for a moment yet.
fn open(place: &mut Directory) -> Result<(Database, StateContent), OpenError> {
    let begin = Instant::now();
    let mut opened = place.open();
    while matches!(opened, Err(OpenError::InUse)) && begin.elapsed() < PATIENCE {
        std::thread::sleep(PATIENCE / 20);
        opened = place.open();
    }
    let database = opened?;
    let content = tables::content(&database)?;
    Ok((database, content))
}

/// Reads what is there where it cannot be written; nothing if it cannot be read.
fn without_writing(directory: &Path, error: &OpenError) -> Result<Option<StateContent>, OpenError> {
    let shown = directory.join(FILE);
    let shown = shown.display();
    match file::look(directory) {
        Ok(content) => {
            tracing::error!(
                "cannot write to {shown}: {error}; commands that change settings will fail"
            );
            Ok(Some(content))
        }
        Err(newer @ OpenError::Newer(_)) => Err(newer),
        Err(_) => {
            tracing::error!(
                "cannot read {shown}: {error}; until it can be read, modems connect nowhere and \
                 commands that want what is kept fail"
            );
            Ok(None)
        }
    }
}
