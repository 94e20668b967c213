//! The database file: made for its owner alone, opened, mended, put aside.

use super::room::{Health, Noted};
use super::tables;
use crate::store::batch::StateContent;
use crate::store::error::{OLDEST, OpenError, VERSION};
use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Builder, Database, StorageBackend};
use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of the file in the state directory.
pub const FILE: &str = "state.redb";

/// What a new file is called until it is whole: one of length 0 was not made so.
const DRAFT: &str = "state.redb.new";

/// Reserves room for changes that free some.
const RESERVE: &str = "state.redb.reserve";

/// Is beside the file from a failure to write until all of it was written again, if
/// necessary by the next process.
const DOUBTFUL: &str = "state.redb.doubtful";

/// The files of a state directory.
pub(crate) const FILES: [&str; 4] = [FILE, DRAFT, RESERVE, DOUBTFUL];

/// redb's page: files have a whole number of them.
const PAGE: u64 = 4096;

/// What redb may hold of the file in memory; its own default is a gigabyte.
const CACHE: usize = 1024 * 1024;

/// Bytes written at once when a whole file is written again.
const CHUNK: usize = 64 * 1024;

/// How often a file that another process writes is read again.
const READS: usize = 20;

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .set_cache_size(CACHE)
        .set_check_integrity_on_open(true);
    builder
}

/// What tells a file from any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct FileIdentity {
    device: u64,
    inode: u64,
}

impl FileIdentity {
    pub(in crate::store) fn of(metadata: &fs::Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

/// A file that is open to write.
pub(in crate::store) struct OpenFile {
    pub(in crate::store) database: Database,
    pub(in crate::store) identity: FileIdentity,
}

/// Opens the file in `directory` to write, both made where they are missing.
pub(in crate::store) fn open(
    directory: &Path,
    health: &Arc<Health>,
) -> Result<OpenFile, OpenError> {
    match open_existing(directory, health) {
        Err(OpenError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            make(directory, health)
        }
        opened => opened,
    }
}

/// Opens the file in `directory` to write, which is there.
pub(in crate::store) fn open_existing(
    directory: &Path,
    health: &Arc<Health>,
) -> Result<OpenFile, OpenError> {
    let file = writable(&directory.join(FILE), false).map_err(OpenError::Io)?;
    if file.metadata().map_err(OpenError::Io)?.len() == 0 {
        return Err(empty(&file));
    }
    let mark = directory.join(DOUBTFUL);
    if mark.exists() {
        health.set_doubtful(true);
    }
    let opened = open_file(&file, health)?;
    // All of it was written again by now, if that was necessary.
    drop(fs::remove_file(mark));
    Ok(opened)
}

/// Notes that all of the file has to be written again, if need be by another process.
pub(in crate::store) fn mark_doubtful(directory: &Path) {
    // As what is doubtful, the mark lasts until the system stops.
    drop(File::create(directory.join(DOUBTFUL)));
}

/// A file of length 0 was emptied: ours has its tables before it has its name.
fn empty(file: &File) -> OpenError {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => OpenError::InUse,
        _ => OpenError::Damaged("it is empty".to_owned()),
    }
}

/// Makes the file under another name first, so that it is whole or not there.
fn make(directory: &Path, health: &Arc<Health>) -> Result<OpenFile, OpenError> {
    let draft = directory.join(DRAFT);
    let make = || -> io::Result<File> {
        let mut directories = DirBuilder::new();
        directories.recursive(true).mode(0o700).create(directory)?;
        writable(&draft, true)
    };
    let file = make().map_err(OpenError::Io)?;
    let opened = match open_file(&file, health) {
        // What an end in the middle of this has left.
        Err(OpenError::Damaged(_)) => {
            file.set_len(0).map_err(OpenError::Io)?;
            open_file(&file, health)
        }
        opened => opened,
    }?;
    give_name(directory).map_err(|error| match error.kind() {
        // Another process was faster: what it has made counts.
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound => OpenError::InUse,
        _ => OpenError::Io(error),
    })?;
    Ok(opened)
}

/// The file that holds room for changes that free some; made where it is missing.
pub(in crate::store) fn reserve(directory: &Path) -> io::Result<File> {
    writable(&directory.join(RESERVE), true)
}

fn give_name(directory: &Path) -> io::Result<()> {
    let (draft, path) = (directory.join(DRAFT), directory.join(FILE));
    match renameat_with(CWD, &draft, CWD, &path, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS) => fs::rename(&draft, &path)?,
        renamed => renamed?,
    }
    // Else the file's name may be lost with the power.
    File::open(directory)?.sync_all()
}

/// Opens a file that nobody else may read.
fn writable(path: &Path, create: bool) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(create)
        .truncate(false)
        .mode(0o600)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

fn open_file(file: &File, health: &Arc<Health>) -> Result<OpenFile, OpenError> {
    let metadata = file.metadata().map_err(OpenError::Io)?;
    let len = metadata.len();
    let opened = open_mended(len, |wanted| {
        if wanted != len {
            file.set_len(wanted).map_err(OpenError::Io)?;
        }
        let backend = FileBackend::new(file.try_clone().map_err(OpenError::Io)?)?;
        on_noted(
            Noted::new(backend, health.clone()).map_err(OpenError::Io)?,
            health,
        )
    });
    if let Err(OpenError::Damaged(_)) = &opened {
        // Whoever looks into it is to find it as it was.
        file.set_len(len).map_err(OpenError::Io)?;
    }
    Ok(OpenFile {
        database: opened?,
        identity: FileIdentity::of(&metadata),
    })
}

/// A database on a backend, written again in full if that had failed to write.
pub(in crate::store) fn on_noted<B: StorageBackend>(
    backend: Noted<B>,
    health: &Health,
) -> Result<Database, OpenError> {
    if health.is_doubtful() {
        renew(&backend, health).map_err(OpenError::Io)?;
    }
    on(backend)
}

/// Writes what is there once more. After a sync that failed, what is read may be
/// in the system's memory alone, where no later sync looks for it. The part at which
/// that failed last is tried first: as long as it fails, no more is written.
fn renew(backend: &impl StorageBackend, health: &Health) -> io::Result<()> {
    let len = backend.len()?;
    let mut chunk = vec![0; CHUNK];
    let mut again = |at: u64| -> io::Result<u64> {
        health.set_obstacle(at);
        let n = chunk.len().min(usize::try_from(len - at).unwrap_or(CHUNK));
        let (part, _) = chunk.split_at_mut(n);
        backend.read(at, part)?;
        backend.write(at, part)?;
        Ok(at + n as u64)
    };
    let obstacle = health.obstacle();
    again(if obstacle < len { obstacle } else { 0 })?;
    backend.sync_data()?;
    let mut at = 0;
    while at < len {
        at = again(at)?;
    }
    health.set_obstacle(0);
    backend.sync_data()?;
    health.set_doubtful(false);
    Ok(())
}

/// A database on `backend`, of a version we read.
pub(in crate::store) fn on(backend: impl StorageBackend) -> Result<Database, OpenError> {
    let database = builder().create_with_backend(backend)?;
    match tables::version(&database)? {
        Some(OLDEST..=VERSION) => {}
        Some(newer) if newer > VERSION => return Err(OpenError::Newer(newer)),
        Some(other) => return Err(OpenError::Damaged(format!("it has version {other}"))),
        None => tables::create(&database)?,
    }
    Ok(database)
}

/// Opens a file of this length. A file that was cut is refused by redb; made
/// longer again it is intact, unless what is missing was in use.
pub(in crate::store) fn open_mended(
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

/// Everything that is kept, read without touching the file or its lock: it may
/// be in use, or not be ours to write.
pub(in crate::store) fn look(directory: &Path) -> Result<StateContent, OpenError> {
    let bytes = steady(&directory.join(FILE)).map_err(OpenError::Io)?;
    if bytes.is_empty() {
        return Err(OpenError::Damaged("it is empty".to_owned()));
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
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
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
pub(in crate::store) fn put_aside(directory: &Path) -> io::Result<PathBuf> {
    let free = (1..1000)
        .map(|n| directory.join(format!("{FILE}.damaged-{n}")))
        .find(|path| !path.exists());
    let aside = free.ok_or(io::ErrorKind::AlreadyExists)?;
    fs::rename(directory.join(FILE), &aside)?;
    Ok(aside)
}
