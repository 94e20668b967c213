//! `mqmodem chat record`

use super::attached::Attached;
use super::file::may_write;
use super::from_trace::{self, RecordedArguments};
use super::port::{Patience, attach};
use super::start::{bring, hung_up, is_final};
use crate::cli::dialect::dialect_parser;
use crate::cli::failure::ProgramFailure;
use crate::cli::output::print;
use crate::cli::runtime::runtime;
use clap::Args;
use mqmodem_chat::live::{Recording, pause, preamble, raw};
use mqmodem_chat::{Output, parse};
use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};
use tokio::time::Instant;

/// Write down a conversation as a chat.
///
/// First the modem is brought to where chats begin, by ATE1V1Q0+CMEE=0 or what a
/// dialect has of it. Lines of standard input are said to it, each once the one
/// before is answered. Behind a prompt a line is sent without its end; a line such
/// as >> 31\x1A sends exactly these bytes, one such as +2s only listens. What the
/// modem says is shown, and at the end of the input FILE is a chat that can be
/// played again.
///
/// With --from it is made of a trace of a modem, `--trace FILE.jsonl`: what host, broker and
/// network did is done again to a modem of ours in virtual time, and what that says is written
/// down, and compared with what was said then, in each direction. The chat plays without a
/// broker. Passwords and keys are not in a trace, so others stand in their place.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem chat record first.chat --port /dev/ttyUSB0
  printf 'AT\\nATI\\n' | mqmodem chat record first.chat --port 127.0.0.1:7000
  mqmodem chat record real.chat --port /dev/ttyUSB2 --dialect quectel:ec25
  mqmodem chat record field.chat --from x.jsonl --modem pump-7
  mqmodem chat record field.chat --from x.jsonl --around 4711 --anonymize
  mqmodem chat record other.chat --from x.jsonl --dialect quectel --compare")]
pub(super) struct ChatRecordArguments {
    /// Where the chat is written to; a file that is there is kept.
    file: PathBuf,

    /// Write over a file that is there.
    #[arg(long)]
    force: bool,

    /// The modem: a serial device or pseudo-terminal, a Unix socket, or a TCP port on
    /// loopback or HOST:PORT.
    #[arg(long, value_name = "DEVICE[,BAUD]|ADDRESS", conflicts_with = "from")]
    port: Option<OsString>,

    #[command(flatten)]
    recorded: RecordedArguments,

    #[command(flatten)]
    patience: Patience,

    /// The command set the modem speaks; `mqmodem commands --dialects` lists them.
    #[arg(long, value_name = "NAME[:MODEL]", value_parser = dialect_parser(), ignore_case = true)]
    dialect: Option<&'static Dialect>,
}

pub(super) fn run(arguments: &ChatRecordArguments) -> Result<ExitCode, ProgramFailure> {
    let ChatRecordArguments {
        file,
        force,
        dialect,
        ..
    } = arguments;
    let Some(port) = &arguments.port else {
        if !arguments.recorded.is_given() {
            return Err(ProgramFailure::new(
                "mqmodem chat record needs --port or --from, what is recorded; for example: mqmodem chat record first.chat --port /dev/ttyUSB0",
            )
            .of_usage());
        }
        may_write(file, *force)?;
        return from_trace::record(file, *dialect, &arguments.recorded);
    };
    let runtime = runtime(true)?;
    let done = runtime.block_on(record(arguments, port));
    // A read of standard input may still be waiting.
    runtime.shutdown_background();
    done.map(|()| ExitCode::SUCCESS)
}

async fn record(arguments: &ChatRecordArguments, port: &OsStr) -> Result<(), ProgramFailure> {
    let file = &arguments.file;
    may_write(file, arguments.force)?;
    let title = format!("Recorded on {}", port.to_string_lossy());
    let mut port = attach(port).await?;
    let dialect = arguments.dialect.unwrap_or(dialect::DEFAULT);
    let begun = bring(&mut port, &preamble(dialect, true), arguments.patience).await;
    begun.map_err(|error| ProgramFailure::system("the modem cannot be spoken to", &error))?;
    let mut recorder = Recorder {
        port,
        patience: arguments.patience,
        recording: Recording::new(&title, dialect),
        prompt: dialect.framing.prompt.trim(),
        is_asked: false,
        received: Vec::new(),
        since: Instant::now(),
    };
    let ended = tokio::select! {
        ended = recorder.converse() => ended,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    let kept = keep(&recorder.recording, file);
    ended.map_err(|error| ProgramFailure::system("the recording ends early", &error))?;
    kept
}

/// Writes the chat to `file`, if something was said.
fn keep(recording: &Recording, file: &Path) -> Result<(), ProgramFailure> {
    if recording.is_empty() {
        return Err(ProgramFailure::new(format!(
            "nothing was said, so {} is not written; type commands, or send them to standard input",
            file.display()
        )));
    }
    let text = recording.text();
    std::fs::write(file, &text).map_err(|error| {
        ProgramFailure::system(format_args!("cannot write {}", file.display()), &error)
    })?;
    report_where_it_plays(file, &text)
}

/// What a broker said is not heard on a port, and virtual time has no broker but the
/// one that is written down.
fn report_where_it_plays(file: &Path, text: &str) -> Result<(), ProgramFailure> {
    let name = file.display().to_string();
    let Ok(script) = parse(&name, text) else {
        return print(&format!("{name} contains no conversation\n"));
    };
    match mqmodem_chat::run(&script) {
        Ok(()) => print(&format!("{name} plays on a port and in virtual time\n")),
        Err(wrong) => print(&format!(
            "{name} plays on a port; in virtual time line {} goes another way until the chat says what broker and network do (mqmodem chat --format)\n",
            wrong.line
        )),
    }
}

struct Recorder {
    port: Attached,
    patience: Patience,
    recording: Recording,
    /// What asks for data, and whether that came last.
    prompt: &'static str,
    is_asked: bool,
    /// What came and is not written down yet.
    received: Vec<u8>,
    /// When the last thing was written down.
    since: Instant,
}

impl Recorder {
    async fn converse(&mut self) -> io::Result<()> {
        let mut lines = BufReader::new(tokio::io::stdin()).lines();
        while let Some(line) = self.next_line(&mut lines).await? {
            match pause(&line) {
                Some(by) => self.listen(by).await?,
                None => self.ask(&line).await?,
            }
        }
        self.settle().await
    }

    /// Waits for a line of the user; what comes meanwhile comes by itself.
    async fn next_line(
        &mut self,
        lines: &mut Lines<BufReader<Stdin>>,
    ) -> io::Result<Option<String>> {
        loop {
            tokio::select! {
                line = lines.next_line() => return line,
                heard = receive(&mut self.port, &mut self.received) => heard?,
            }
            self.settle().await?;
        }
    }

    async fn ask(&mut self, line: &str) -> io::Result<()> {
        let exact = match raw(line) {
            Some(bytes) => Some(bytes.map_err(io::Error::other)?),
            None => self.is_asked.then(|| line.as_bytes().to_vec()),
        };
        let typed = || format!("{line}\r").into_bytes();
        self.exchange(&exact.clone().unwrap_or_else(typed)).await?;
        let heard = self.heard();
        self.is_asked = asks_for_data(&heard.host, self.prompt);
        match exact {
            Some(bytes) => self.recording.sent(&bytes, &heard),
            None => self.recording.typed(line, &heard),
        }
        self.since = Instant::now();
        Ok(())
    }

    /// Sends these bytes, and receives the answer.
    async fn exchange(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let said = self.port.write(rest).await?;
            rest = rest.get(said..).unwrap_or_default();
        }
        let deadline = Instant::now() + self.patience.within;
        while !is_final(&self.received) && self.receive_until(deadline).await? {}
        while self
            .receive_until(Instant::now() + self.patience.quiet)
            .await?
        {}
        Ok(())
    }

    async fn listen(&mut self, by: Duration) -> io::Result<()> {
        let until = Instant::now() + by;
        while self.receive_until(until).await? {}
        let heard = self.heard();
        self.recording.passed(by, &heard);
        self.since = Instant::now();
        Ok(())
    }

    /// Writes down what came by itself, once no more does.
    async fn settle(&mut self) -> io::Result<()> {
        while self
            .receive_until(Instant::now() + self.patience.quiet)
            .await?
        {}
        if !self.received.is_empty() {
            let heard = self.heard();
            self.recording.passed(self.since.elapsed(), &heard);
            self.since = Instant::now();
        }
        Ok(())
    }

    /// What came and is not written down yet.
    fn heard(&mut self) -> Output {
        Output {
            host: std::mem::take(&mut self.received),
            ..Output::default()
        }
    }

    /// Whether something came until then.
    async fn receive_until(&mut self, until: Instant) -> io::Result<bool> {
        let heard = receive(&mut self.port, &mut self.received);
        match tokio::time::timeout_at(until, heard).await {
            Ok(heard) => heard.map(|()| true),
            Err(_) => Ok(false),
        }
    }
}

/// Whether what came last is this prompt, or the word before a file.
fn asks_for_data(heard: &[u8], prompt: &str) -> bool {
    let heard = heard.trim_ascii_end();
    let last = heard.rsplit(|byte| *byte == b'\n').next();
    last == Some(b"CONNECT") || !prompt.is_empty() && heard.ends_with(prompt.as_bytes())
}

/// Takes what the modem says, and shows it.
async fn receive(port: &mut Attached, received: &mut Vec<u8>) -> io::Result<()> {
    let mut buf = [0; 4096];
    let n = port.read(&mut buf).await?;
    let bytes = buf.get(..n).unwrap_or_default();
    if bytes.is_empty() {
        return Err(hung_up());
    }
    // That no one reads it is no reason to stop.
    let _ = print(&String::from_utf8_lossy(bytes));
    received.extend_from_slice(bytes);
    Ok(())
}
