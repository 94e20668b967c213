//! Why what modems keep cannot be used.

use redb::{DatabaseError, StorageError};
use std::{fmt, io};

/// The form of what is in the file; a newer one is refused. In 2 the records of sessions
/// begin with their form, which a program that knows 1 would leave out.
pub(super) const VERSION: u64 = 2;
/// The oldest form that is read. The first change makes it the present one.
pub(super) const OLDEST: u64 = 1;

/// Why a state directory cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has it.
    InUse,
    /// It was written by a newer version, of this number.
    Newer(u64),
    /// It is not a database, or one that cannot be repaired.
    Damaged(String),
    /// Another file is in its place, with what the modems were not given.
    Changed,
    /// The system does not let us.
    Io(io::Error),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse => f.write_str("it is in use by another process"),
            Self::Newer(version) => write!(
                f,
                "a newer mqmodem wrote it (form {version}, this one knows {VERSION})"
            ),
            Self::Damaged(why) => write!(f, "it is damaged: {why}"),
            Self::Changed => {
                f.write_str("it is another one than the modems began with; start them again")
            }
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<DatabaseError> for OpenError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::DatabaseAlreadyOpen => Self::InUse,
            DatabaseError::Storage(error) => error.into(),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<StorageError> for OpenError {
    fn from(error: StorageError) -> Self {
        let damage = [io::ErrorKind::InvalidData, io::ErrorKind::UnexpectedEof];
        match error {
            StorageError::Io(error) if !damage.contains(&error.kind()) => Self::Io(error),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<redb::Error> for OpenError {
    fn from(error: redb::Error) -> Self {
        match error {
            redb::Error::Io(error) => StorageError::Io(error).into(),
            other => Self::Damaged(other.to_string()),
        }
    }
}
