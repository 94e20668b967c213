//! Where a trace goes.

use rustix::fs::OFlags;
use rustix::io::Errno;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Opens a new trace at `path`. A regular file is made private, also where it was
/// there: topics and user names are in it. What a link points to, a device or a
/// FIFO keeps the mode its owner gave it.
pub(super) fn open(path: &Path) -> io::Result<File> {
    match options(path, OFlags::NOFOLLOW).open(path) {
        Err(error) if Errno::from_io_error(&error) == Some(Errno::LOOP) => {
            options(path, OFlags::empty()).open(path)
        }
        Err(error) => Err(error),
        Ok(file) => {
            if file.metadata()?.is_file() {
                file.set_permissions(PermissionsExt::from_mode(0o600))?;
            }
            Ok(file)
        }
    }
}

/// A trace cannot be written.
pub(super) fn report_failure(error: &io::Error) {
    tracing::error!("lines of the trace are lost, it cannot be written: {error}");
}

fn options(path: &Path, flags: OFlags) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    // Opening one for writing alone would wait for its reader.
    let fifo = path.metadata().is_ok_and(|it| it.file_type().is_fifo());
    options.read(fifo);
    // A terminal that is traced to stays a terminal and nothing more.
    let flags = flags | OFlags::NOCTTY;
    options.custom_flags(flags.bits().cast_signed());
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::io::Write;
    use std::path::PathBuf;

    fn scratch(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("mqmodem-{}-{name}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    fn make(path: &Path, mode: u32) {
        std::fs::write(path, "before").unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_private_also_where_it_was_there() {
        let path = scratch("trace-old");
        make(&path, 0o644);
        open(&path).unwrap();
        assert_eq!(
            (mode(&path), std::fs::read(&path).unwrap().len()),
            (0o600, 0)
        );
        std::fs::remove_file(&path).unwrap();
        open(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn what_a_link_points_to_keeps_its_mode() {
        let (path, link) = (scratch("trace-target"), scratch("trace-link"));
        make(&path, 0o664);
        std::os::unix::fs::symlink(&path, &link).unwrap();
        open(&link).unwrap().write_all(b"traced").unwrap();
        assert_eq!(mode(&path), 0o664);
        assert_eq!(std::fs::read(&path).unwrap(), b"traced");
        for file in [path, link] {
            std::fs::remove_file(file).unwrap();
        }
    }

    #[test]
    fn a_fifo_keeps_its_mode_and_its_reader_is_not_waited_for() {
        let path = scratch("trace-fifo");
        let all = Mode::from_raw_mode(0o644);
        mknodat(CWD, &path, FileType::Fifo, all, 0).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        open(&path).unwrap().write_all(b"traced").unwrap();
        assert_eq!(mode(&path), 0o644);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_device_keeps_its_mode() {
        let before = mode(Path::new("/dev/null"));
        open(Path::new("/dev/null")).unwrap();
        assert_eq!(mode(Path::new("/dev/null")), before);
    }
}
