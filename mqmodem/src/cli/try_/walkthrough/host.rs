//! A host at a PTY, as any terminal program is one.

use crate::cli::failure::ProgramFailure;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// A host that sends lines and reads answers.
pub(crate) struct PtyHost {
    device: File,
    /// Bytes that came and are not used yet.
    came: Vec<u8>,
    /// The echo of the last line is still to come, up to its CR.
    echo: bool,
}

impl PtyHost {
    /// Opens the device.
    pub(crate) fn open(path: &Path) -> Result<Self, ProgramFailure> {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        options.custom_flags(OFlags::NOCTTY.bits().cast_signed());
        let device = options.open(path).map_err(|error| {
            ProgramFailure::system(format_args!("cannot open {}", path.display()), &error)
        })?;
        Ok(Self {
            device,
            came: Vec::new(),
            echo: false,
        })
    }

    /// Types a line; the modem echoes it.
    pub(crate) fn send(&mut self, line: &str) -> Result<(), ProgramFailure> {
        self.echo = true;
        self.type_in(line)
    }

    /// Types a line that is not echoed.
    pub(crate) fn type_in(&mut self, line: &str) -> Result<(), ProgramFailure> {
        let line = [line.as_bytes(), b"\r"].concat();
        let written = self.device.write_all(&line);
        written.map_err(|error| ProgramFailure::system("cannot write to the modem", &error))
    }

    /// The next line that is not empty. Where none comes: why.
    pub(crate) fn next_line(&mut self, patience: Duration) -> Result<String, String> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(line) = self.take_line() {
                return Ok(line);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err("nothing came".to_owned());
            }
            self.wait(left).map_err(|error| error.to_string())?;
        }
    }

    /// Whether the next line could be had without waiting longer than this.
    pub(crate) fn poll_line(&mut self, patience: Duration) -> Result<Option<String>, String> {
        if let Some(line) = self.take_line() {
            return Ok(Some(line));
        }
        self.wait(patience).map_err(|error| error.to_string())?;
        Ok(self.take_line())
    }

    /// Another descriptor of the same open device.
    pub(crate) fn clone(&self) -> Result<Self, ProgramFailure> {
        let device = self.device.try_clone();
        Ok(Self {
            device: device
                .map_err(|error| ProgramFailure::system("cannot open it twice", &error))?,
            came: Vec::new(),
            echo: false,
        })
    }

    fn wait(&mut self, patience: Duration) -> std::io::Result<()> {
        let patience = Timespec::try_from(patience).ok();
        let mut fds = [PollFd::new(&self.device, PollFlags::IN)];
        if poll(&mut fds, patience.as_ref())? == 0 {
            return Ok(());
        }
        let mut buf = [0; 4096];
        match self.device.read(&mut buf)? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            n => {
                self.came.extend_from_slice(&buf[..n]);
                Ok(())
            }
        }
    }

    fn take_line(&mut self) -> Option<String> {
        if self.echo {
            let end = self.came.iter().position(|&b| b == b'\r')?;
            self.came.drain(..=end);
            self.echo = false;
        }
        loop {
            let end = self.came.windows(2).position(|two| two == b"\r\n")?;
            let line: Vec<u8> = self.came.drain(..end + 2).take(end).collect();
            if !line.is_empty() {
                return Some(String::from_utf8_lossy(&line).into_owned());
            }
        }
    }
}
