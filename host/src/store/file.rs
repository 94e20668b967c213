//! The database file: made for its owner alone, opened, read, put aside.

use redb::backends::{FileBackend, InMemoryBackend};
use redb::{
    Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, StorageBackend,
    StorageError, TableDefinition, TableError,
};
use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The name of the file in the state directory.
pub const FILE: &str = "state.redb";

/// The form of what is in it; a newer one is refused.
pub(super) const VERSION: u64 = 1;

/// What modems keep, by modem and slot. Erased is kept as empty, so that a
/// default of the configuration does not come back.
pub(super) const VALUES: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("values");
const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
const VERSION_KEY: &str = "version";

/// What redb may hold of the file in memory; its own default is a gigabyte.
const CACHE: usize = 1024 * 1024;

/// How often a file that another process writes is read anew.
const READS: usize = 20;

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

/// One value: modem, name of the slot, bytes.
pub(super) type Value = (String, String, Vec<u8>);

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .set_cache_size(CACHE)
        .set_check_integrity_on_open(true);
    builder
}

/// Opens the file in `directory` to write, both made where they are missing.
pub(super) fn open(directory: &Path) -> Result<Database, OpenError> {
    let path = directory.join(FILE);
    let file = make(directory, &path).map_err(OpenError::Io)?;
    on(FileBackend::new(file)?)
}

/// A database on `backend`, of our version.
pub(super) fn on(backend: impl StorageBackend) -> Result<Database, OpenError> {
    let database = builder().create_with_backend(backend)?;
    match version(&database)? {
        Some(VERSION) => {}
        Some(newer) if newer > VERSION => return Err(OpenError::Newer(newer)),
        Some(other) => return Err(OpenError::Damaged(format!("it has version {other}"))),
        None => mark(&database)?,
    }
    Ok(database)
}

fn make(directory: &Path, path: &Path) -> io::Result<File> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let is_new = !path.exists();
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    if is_new {
        // Else the file's name may be lost with the power.
        File::open(directory)?.sync_all()?;
    } else if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

fn version(database: &Database) -> Result<Option<u64>, OpenError> {
    let read = database.begin_read().map_err(redb::Error::from)?;
    let meta = match read.open_table(META) {
        Ok(meta) => meta,
        Err(TableError::TableDoesNotExist(_)) => return Ok(None),
        Err(error) => return Err(redb::Error::from(error).into()),
    };
    Ok(meta.get(VERSION_KEY)?.map(|version| version.value()))
}

/// Makes the tables of a new database.
fn mark(database: &Database) -> Result<(), redb::Error> {
    let write = database.begin_write()?;
    write.open_table(META)?.insert(VERSION_KEY, VERSION)?;
    write.open_table(VALUES)?;
    write.commit()?;
    Ok(())
}

/// Everything that is kept.
pub(super) fn values(database: &Database) -> Result<Vec<Value>, OpenError> {
    let read = database.begin_read().map_err(redb::Error::from)?;
    let table = read.open_table(VALUES).map_err(redb::Error::from)?;
    let mut values = Vec::new();
    for entry in table.iter()? {
        let (key, value) = entry?;
        let (modem, slot) = key.value();
        values.push((modem.to_owned(), slot.to_owned(), value.value().to_vec()));
    }
    Ok(values)
}

/// Everything that is kept, read without touching the file or its lock: it may
/// be in use, or not be ours to write.
pub(super) fn look(directory: &Path) -> Result<Vec<Value>, OpenError> {
    let bytes = steady(&directory.join(FILE)).map_err(OpenError::Io)?;
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let memory = InMemoryBackend::new();
    let copied = memory
        .set_len(bytes.len() as u64)
        .and_then(|()| memory.write(0, &bytes));
    copied.map_err(|error| OpenError::Damaged(error.to_string()))?;
    values(&on(memory)?)
}

/// The content of a file between two writes of another process.
fn steady(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = fs::read(path)?;
    for _ in 0..READS {
        let again = fs::read(path)?;
        if again == bytes {
            break;
        }
        bytes = again;
    }
    Ok(bytes)
}

/// Renames a damaged file, so that a new one can be made; its new name.
pub(super) fn put_aside(directory: &Path) -> io::Result<PathBuf> {
    let free = (1..1000)
        .map(|n| directory.join(format!("{FILE}.damaged-{n}")))
        .find(|path| !path.exists());
    let aside = free.ok_or(io::ErrorKind::AlreadyExists)?;
    fs::rename(directory.join(FILE), &aside)?;
    Ok(aside)
}
