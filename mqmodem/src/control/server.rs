//! Who asks modems by lines.

use super::ask::{ask, named, words};
use super::line::{ControlAsk, ControlLine};
use crate::driver::{ControlAnswer, FaultDesk};
use crate::observe::{EventReader, LiveEvents};
use crate::port::unix::File;
use crate::runtime::bounded_tasks::{BoundedTasks, Welcome};
use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;

/// Who may be connected at once; one more sends away who came first.
const CLIENTS: usize = 32;
/// The longest line, in bytes.
const LONGEST: u64 = 8 * 1024;
/// How long a client may take to read an answer.
const READS: Duration = Duration::from_secs(10);
/// How long to wait after a failed accept, which mostly is a lack of descriptors.
const PAUSE: Duration = Duration::from_secs(1);

/// How often who asks for events is given what is new.
const PAUSE_OF_EVENTS: Duration = Duration::from_millis(10);

/// A socket in the file system that takes lines and answers each.
#[derive(Debug)]
pub(crate) struct ControlSocket {
    file: File,
    asked: Arc<ControlDesk>,
}

/// What can be asked for.
#[derive(Debug)]
struct ControlDesk {
    modems: Arc<FaultDesk>,
    live: Option<Arc<LiveEvents>>,
}

/// What a line is answered.
enum ControlReply {
    Said(ControlAnswer),
    /// Lines without end.
    Events(EventReader),
}

impl ControlSocket {
    /// Listens at `path`, for nobody but its owner. A socket that nobody listens at any
    /// more is replaced; ours is removed at the end.
    pub(crate) fn bind(
        path: &Path,
        modems: Arc<FaultDesk>,
        live: Option<Arc<LiveEvents>>,
    ) -> io::Result<Self> {
        let file = File::bind_private(path)?;
        let asked = Arc::new(ControlDesk { modems, live });
        Ok(Self { file, asked })
    }

    /// Answers for ever.
    pub(crate) async fn serve(self) -> Infallible {
        let mut clients = BoundedTasks::new(CLIENTS);
        loop {
            tokio::select! {
                accepted = self.file.accept() => match accepted {
                    Ok(stream) => {
                        let welcome = Welcome::default();
                        let task = answer_each(stream, self.asked.clone(), welcome.clone());
                        clients.admit_maybe_welcome(task, welcome);
                    }
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
async fn answer_each(
    stream: UnixStream,
    asked: Arc<ControlDesk>,
    welcome: Welcome,
) -> io::Result<()> {
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
        let reply = match std::str::from_utf8(&line) {
            _ if !whole => ControlReply::wrong(format!("a line has {LONGEST} bytes at most")),
            Ok(text) => asked.reply(text).await,
            Err(_) => ControlReply::wrong("the line is no UTF-8".to_owned()),
        };
        let text = match &reply {
            ControlReply::Said(answer) => words(answer),
            ControlReply::Events(_) => words(&Ok(String::new())),
        };
        let written = tokio::time::timeout(READS, write.write_all(text.as_bytes())).await;
        written.map_err(io::Error::other)??;
        if let ControlReply::Events(events) = reply {
            // Silent clients that come after it do not send it away.
            welcome.give();
            return tell(events, write).await;
        }
        if !whole {
            return Ok(());
        }
    }
}

/// Tells events until the client is gone.
async fn tell(mut events: EventReader, mut write: OwnedWriteHalf) -> io::Result<()> {
    loop {
        write.write_all(events.next().await.as_bytes()).await?;
    }
}

impl ControlReply {
    fn wrong(why: String) -> Self {
        Self::Said(Err(why))
    }
}

impl ControlDesk {
    async fn reply(&self, text: &str) -> ControlReply {
        match ControlLine::parse(text) {
            Err(why) => ControlReply::wrong(why),
            Ok(ControlLine {
                modem,
                what: ControlAsk::Events(from),
            }) => match (named(modem, &self.modems), &self.live) {
                (Ok(modem), Some(live)) => {
                    ControlReply::Events(live.read(&modem, from, PAUSE_OF_EVENTS))
                }
                (Ok(_), None) => ControlReply::wrong("no events are kept".to_owned()),
                (Err(why), _) => ControlReply::wrong(why),
            },
            Ok(line) => ControlReply::Said(ask(line, &self.modems).await),
        }
    }
}
