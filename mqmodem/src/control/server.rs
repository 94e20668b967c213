//! Who asks modems by lines.

use super::line::{ControlLine, parse};
use crate::driver::{ControlAnswer, ControlRequest, FaultDesk};
use crate::port::unix::File;
use crate::runtime::bounded_tasks::BoundedTasks;
use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::oneshot;

/// Who may be connected at once; one more sends away who came first.
const CLIENTS: usize = 32;
/// The longest line, in bytes.
const LONGEST: u64 = 8 * 1024;
/// How long a modem may take for what it does at once.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a client may take to read an answer.
const READS: Duration = Duration::from_secs(10);
/// How long to wait after a failed accept, which mostly is a lack of descriptors.
const PAUSE: Duration = Duration::from_secs(1);
/// Modems that are named where one is to be chosen.
const NAMED: usize = 10;

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
            Ok(text) => answer(text, &desk).await,
            Err(_) => Err("the line is no UTF-8".to_owned()),
        };
        let text = match answer {
            Ok(text) if text.is_empty() => "ok\n".to_owned(),
            Ok(text) => format!("ok {text}\n"),
            Err(why) => format!("error {why}\n"),
        };
        let written = tokio::time::timeout(READS, write.write_all(text.as_bytes())).await;
        written.map_err(io::Error::other)??;
        if !whole {
            return Ok(());
        }
    }
}

async fn answer(text: &str, desk: &FaultDesk) -> ControlAnswer {
    let ControlLine {
        modem,
        wish,
        within,
    } = parse(text)?;
    let name = match modem {
        Some(name) => name,
        None => only(desk)?,
    };
    let way = desk.sender_to(&name).ok_or_else(|| nobody(&name, desk))?;
    let gone = || format!("the modem \"{name}\" has ended");
    let (reply, answered) = oneshot::channel();
    let request = ControlRequest {
        what: wish,
        answer: reply,
    };
    let patience = within.unwrap_or(PATIENCE);
    let answered = async {
        way.send(request).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    };
    let late = match within {
        Some(_) => "it has not acted in that time",
        None => "the modem did not answer in time",
    };
    let answered = tokio::time::timeout(patience, answered).await;
    answered.unwrap_or_else(|_| Err(late.to_owned()))
}

/// The one modem there is.
fn only(desk: &FaultDesk) -> Result<String, String> {
    let names = desk.names();
    match names.as_slice() {
        [name] => Ok(name.clone()),
        [] => Err("no modem runs".to_owned()),
        _ => Err(format!(
            "write `modem NAME` before it; there are {}",
            listed(&names)
        )),
    }
}

fn nobody(name: &str, desk: &FaultDesk) -> String {
    match desk.names().as_slice() {
        [] => "no modem runs".to_owned(),
        names => format!("no modem \"{name}\" runs; there are {}", listed(names)),
    }
}

/// Names, as they are written behind `modem`.
fn listed(names: &[String]) -> String {
    let quoted = names.iter().take(NAMED).map(|name| {
        if name.contains(' ') {
            format!("\"{name}\"")
        } else {
            name.clone()
        }
    });
    let mut all: Vec<_> = quoted.collect();
    if names.len() > NAMED {
        all.push(format!("and {} more", names.len() - NAMED));
    }
    all.join(", ")
}
