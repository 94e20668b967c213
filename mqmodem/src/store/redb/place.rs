//! Where the database is, and whether it is still there.

use super::file::{self, FILE, FileIdentity, OpenFile};
use super::room::{self, Health};
use super::tables;
use crate::store::batch::StateContent;
use crate::store::error::OpenError;
use redb::Database;
use std::fmt;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a database is opened, again and again.
pub(in crate::store) trait DatabasePlace: Send {
    /// Opens it to write.
    fn open(&mut self) -> Result<Database, OpenError>;

    /// Why nobody would find what is written now.
    fn lost(&self) -> Option<String>;

    /// What is known of the file.
    fn health(&self) -> &Health;

    /// Holds room for changes that free some, and sees whether there is so much
    /// `more`. Fails only where the disk is full.
    fn reserve(&mut self, more: u64) -> Result<(), String>;

    /// Gives that room up, for such a change to be made.
    fn release(&mut self);
}

/// What the modems were given, and so what may be written over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    /// Nothing: it could not be read. What is found is given to them then.
    Nothing,
    /// What was read where nothing could be written: a hash of it.
    StateContent(u64),
    /// What is in this file.
    File(FileIdentity),
}

/// A state directory.
pub(in crate::store) struct Directory {
    path: PathBuf,
    given: Given,
    health: Arc<Health>,
    /// What holds the room.
    reserve: Option<File>,
}

impl Directory {
    pub(in crate::store) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            given: Given::Nothing,
            health: Arc::default(),
            reserve: None,
        }
    }

    /// The modems are given what was read without opening it to write.
    pub(in crate::store) fn give(&mut self, content: &StateContent) {
        self.given = Given::StateContent(hash(content));
    }

    fn open_file(&self) -> Result<OpenFile, OpenError> {
        match self.given {
            Given::Nothing => match file::open(&self.path, &self.health) {
                Err(OpenError::Damaged(why)) => self.replace_damaged(&why),
                opened => opened,
            },
            Given::StateContent(given) => {
                let opened = file::open_existing(&self.path, &self.health)?;
                let content = tables::content(&opened.database)?;
                let same = hash(&content) == given;
                same.then_some(opened).ok_or(OpenError::Changed)
            }
            Given::File(given) => {
                let metadata = self.path.join(FILE).metadata().map_err(OpenError::Io)?;
                if FileIdentity::of(&metadata) != given {
                    return Err(OpenError::Changed);
                }
                if self.health.is_doubtful() {
                    file::mark_doubtful(&self.path);
                }
                file::open_existing(&self.path, &self.health)
            }
        }
    }

    /// Puts a damaged file aside and makes a new one.
    fn replace_damaged(&self, why: &str) -> Result<OpenFile, OpenError> {
        let path = self.path.join(FILE);
        match file::put_aside(&self.path) {
            Ok(aside) => tracing::error!(
                "{} is damaged ({why}): it is now {}, and every modem starts without what it kept",
                path.display(),
                aside.display()
            ),
            Err(error) => {
                let what = format!("it is damaged ({why}) and cannot be put aside: {error}");
                return Err(OpenError::Io(io::Error::new(error.kind(), what)));
            }
        }
        file::open(&self.path, &self.health)
    }
}

impl DatabasePlace for Directory {
    fn open(&mut self) -> Result<Database, OpenError> {
        let opened = self.open_file()?;
        self.given = Given::File(opened.identity);
        Ok(opened.database)
    }

    fn lost(&self) -> Option<String> {
        let Given::File(given) = self.given else {
            return None;
        };
        let path = self.path.join(FILE);
        let what = match path.metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                "was removed, renamed or hidden".to_owned()
            }
            Err(error) => format!("is out of reach ({error})"),
            Ok(metadata) if FileIdentity::of(&metadata) != given => {
                "is another file now: it was replaced, or a disk was mounted over it".to_owned()
            }
            Ok(metadata) if metadata.len() != self.health.len() => "was cut".to_owned(),
            Ok(_) => return None,
        };
        let path = path.display();
        Some(format!("{path} {what}; put it back, or start again"))
    }

    fn health(&self) -> &Health {
        &self.health
    }

    fn reserve(&mut self, more: u64) -> Result<(), String> {
        let reserve = match self.reserve.take() {
            Some(reserve) => Ok(reserve),
            None => file::reserve(&self.path),
        };
        let held = reserve.and_then(|file| room::reserve_room(self.reserve.insert(file), more));
        match held {
            Err(error) if room::is_full(&error) => Err(error.to_string()),
            // A directory that takes no more files is no reason to keep nothing.
            _ => Ok(()),
        }
    }

    fn release(&mut self) {
        if let Some(reserve) = &self.reserve {
            // What is left of it is not missing elsewhere.
            let _ = reserve.set_len(0);
        }
    }
}

fn hash(content: &StateContent) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.values.hash(&mut hasher);
    content.records.hash(&mut hasher);
    hasher.finish()
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut directory = f.debug_struct("Directory");
        directory.field("path", &self.path).finish_non_exhaustive()
    }
}
