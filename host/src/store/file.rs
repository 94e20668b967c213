//! The database file: made for its owner alone, opened, mended, put aside.

use super::tables::{self, Content, VERSION};
use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Builder, Database, DatabaseError, StorageBackend, StorageError};
use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The name of the file in the state directory.
pub const FILE: &str = "state.redb";

/// Stands beside the file from a failure to write until all of it was written
/// anew, if need be by the next process.
const DOUBTFUL: &str = "state.redb.doubtful";

/// redb's page: files have a whole number of them.
const PAGE: u64 = 4096;

/// What redb may hold of the file in memory; its own default is a gigabyte.
const CACHE: usize = 1024 * 1024;

/// Bytes written at once where a file is written anew.
const CHUNK: usize = 64 * 1024;

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

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .set_cache_size(CACHE)
        .set_check_integrity_on_open(true);
    builder
}

/// Opens the file in `directory` to write, both made where they are missing.
pub(super) fn open(directory: &Path) -> Result<Database, OpenError> {
    let file = make(directory, &directory.join(FILE)).map_err(OpenError::Io)?;
    let mark = directory.join(DOUBTFUL);
    let on = if mark.exists() { on_doubtful } else { on };
    let len = file.metadata().map_err(OpenError::Io)?.len();
    let opened = open_mended(len, |wanted| {
        if wanted != len {
            file.set_len(wanted).map_err(OpenError::Io)?;
        }
        on(FileBackend::new(file.try_clone().map_err(OpenError::Io)?)?)
    });
    match &opened {
        Ok(_) => drop(fs::remove_file(mark)),
        // Whoever looks into it is to find it as it was.
        Err(OpenError::Damaged(_)) => file.set_len(len).map_err(OpenError::Io)?,
        Err(_) => {}
    }
    opened
}

/// Opens the file again after it could not be written.
pub(super) fn open_again(directory: &Path) -> Result<Database, OpenError> {
    // As what is doubtful, the mark lasts until the system stops.
    drop(File::create(directory.join(DOUBTFUL)));
    open(directory)
}

/// A database on a backend that failed to write.
pub(super) fn on_doubtful(backend: impl StorageBackend) -> Result<Database, OpenError> {
    renew(&backend).map_err(OpenError::Io)?;
    on(backend)
}

/// Writes what is there once more. After a sync that failed, what is read may be
/// in the system's memory alone, where no later sync looks for it.
fn renew(backend: &impl StorageBackend) -> io::Result<()> {
    let len = backend.len()?;
    let mut chunk = vec![0; CHUNK];
    let mut at = 0;
    while at < len {
        let n = chunk.len().min(usize::try_from(len - at).unwrap_or(CHUNK));
        let (part, _) = chunk.split_at_mut(n);
        backend.read(at, part)?;
        backend.write(at, part)?;
        at += n as u64;
    }
    backend.sync_data()
}

/// A database on `backend`, of our version.
pub(super) fn on(backend: impl StorageBackend) -> Result<Database, OpenError> {
    let database = builder().create_with_backend(backend)?;
    match tables::version(&database)? {
        Some(VERSION) => {}
        Some(newer) if newer > VERSION => return Err(OpenError::Newer(newer)),
        Some(other) => return Err(OpenError::Damaged(format!("it has version {other}"))),
        None => tables::create(&database)?,
    }
    Ok(database)
}

/// Opens a file of this length. A file that was cut is refused by redb; made
/// longer again it is intact, unless what is missing was in use.
pub(super) fn open_mended(
    len: u64,
    mut open: impl FnMut(u64) -> Result<Database, OpenError>,
) -> Result<Database, OpenError> {
    let whole = open(len);
    let Err(OpenError::Damaged(why)) = whole else {
        return whole;
    };
    let pages = len.next_multiple_of(PAGE);
    for longer in [pages, pages * 2] {
        let mended = open(longer);
        if mended.is_ok() {
            tracing::error!(
                "{FILE} was cut at {len} bytes ({why}): what was written last may be missing"
            );
        }
        if !matches!(mended, Err(OpenError::Damaged(_))) {
            return mended;
        }
    }
    Err(OpenError::Damaged(why))
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

/// Everything that is kept, read without touching the file or its lock: it may
/// be in use, or not be ours to write.
pub(super) fn look(directory: &Path) -> Result<Content, OpenError> {
    let bytes = steady(&directory.join(FILE)).map_err(OpenError::Io)?;
    if bytes.is_empty() {
        return Ok(Content::default());
    }
    let database = open_mended(bytes.len() as u64, |len| {
        let memory = InMemoryBackend::new();
        let copied = memory.set_len(len).and_then(|()| memory.write(0, &bytes));
        copied.map_err(|error| OpenError::Damaged(error.to_string()))?;
        on(memory)
    })?;
    tables::content(&database)
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
