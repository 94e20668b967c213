//! Who asks modems by lines.

use super::ask::{ask, words};
use super::line::ControlLine;
use crate::driver::FaultDesk;
use crate::port::unix::File;
use crate::runtime::bounded_tasks::BoundedTasks;
use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

/// Who may be connected at once; one more sends away who came first.
const CLIENTS: usize = 32;
/// The longest line, in bytes.
const LONGEST: u64 = 8 * 1024;
/// How long a client may take to read an answer.
const READS: Duration = Duration::from_secs(10);
/// How long to wait after a failed accept, which mostly is a lack of descriptors.
const PAUSE: Duration = Duration::from_secs(1);

/// A socket in the file system that takes lines and answers each.
#[derive(Debug)]
pub(crate) struct ControlSocket {
    file: File,
    desk: Arc<FaultDesk>,
}

impl ControlSocket {
    /// Listens at `path`, for nobody but its owner. A socket that nobody listens at any
    /// more is replaced; ours is removed at the end.
    pub(crate) fn bind(path: &Path, desk: Arc<FaultDesk>) -> io::Result<Self> {
        let file = File::bind_private(path)?;
        Ok(Self { file, desk })
    }

    /// Answers for ever.
    pub(crate) async fn serve(self) -> Infallible {
        let mut clients = BoundedTasks::new(CLIENTS);
        loop {
            tokio::select! {
                accepted = self.file.accept() => match accepted {
                    Ok(stream) => clients.admit(answer_each(stream, self.desk.clone())),
                    Err(error) => {
                        tracing::error!("cannot accept who wants control: {error}");
                        tokio::time::sleep(PAUSE).await;
                    }
                },
                Some(_) = clients.next() => {}
            }
        }
    }
}

/// Answers a client, line by line: it may send the next before it has read the last.
async fn answer_each(stream: UnixStream, desk: Arc<FaultDesk>) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut part = (&mut read).take(LONGEST);
        if part.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let whole = line.len() < LONGEST as usize;
        let answer = match std::str::from_utf8(&line) {
            _ if !whole => Err(format!("a line has {LONGEST} bytes at most")),
            Ok(text) => match ControlLine::parse(text) {
                Ok(line) => ask(line, &desk).await,
                Err(why) => Err(why),
            },
            Err(_) => Err("the line is no UTF-8".to_owned()),
        };
        let text = words(&answer);
        let written = tokio::time::timeout(READS, write.write_all(text.as_bytes())).await;
        written.map_err(io::Error::other)??;
        if !whole {
            return Ok(());
        }
    }
}
