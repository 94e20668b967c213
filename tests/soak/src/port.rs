//! The host's side of a modem's port: lines out, lines in.

use std::collections::VecDeque;
use std::io::{ErrorKind, Result};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a modem that runs may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A port that is open.
pub struct Port {
    stream: TcpStream,
    input: Vec<u8>,
    /// Messages the modem sent by itself.
    pub reports: VecDeque<String>,
}

/// The final result of a command, with what was said before it.
#[derive(Debug)]
pub struct Answer {
    /// OK, else an error.
    pub ok: bool,
    /// What was said before; of an error also that.
    pub lines: Vec<String>,
}

/// What a modem says by itself begins like this.
const REPORTS: [&str; 7] = [
    "+MQTTPUBACK:",
    "+MQTTRECVIND:",
    "+MQTTCONNECTED:",
    "+MQTTDISCONNECTED:",
    "+MQTTPUBDROPPED:",
    "+MQTTRECVDROPPED:",
    "RDY",
];

impl Port {
    /// Opens it.
    pub async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            input: Vec::new(),
            reports: VecDeque::new(),
        })
    }

    /// Sends a command and does not wait for its answer.
    pub async fn send(&mut self, command: &str) -> Result<()> {
        self.stream
            .write_all(format!("{command}\r").as_bytes())
            .await
    }

    /// Sends a command and waits for its answer.
    pub async fn ask(&mut self, command: &str) -> Result<Answer> {
        self.send(command).await?;
        self.answer().await
    }

    /// The next final result.
    pub async fn answer(&mut self) -> Result<Answer> {
        timeout(PATIENCE, self.final_result()).await?
    }

    async fn final_result(&mut self) -> Result<Answer> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await?;
            let is_error = line == "ERROR" || line.starts_with("+CME ERROR:");
            if REPORTS.iter().any(|report| line.starts_with(report)) {
                self.reports.push_back(line);
            } else if line == "OK" || is_error {
                lines.extend(is_error.then_some(line));
                let ok = !is_error;
                return Ok(Answer { ok, lines });
            } else {
                lines.push(line);
            }
        }
    }

    /// Waits a while for something the modem says by itself.
    pub async fn listen(&mut self, pause: Duration) -> Result<()> {
        match timeout(pause, self.line()).await {
            Ok(line) => self.reports.push_back(line?),
            Err(_) => return Ok(()),
        }
        Ok(())
    }

    /// The next line that is not empty. May be dropped while it waits.
    async fn line(&mut self) -> Result<String> {
        loop {
            if let Some(end) = self.input.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.input.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line);
                let line = line.trim_end_matches(['\r', '\n']).to_owned();
                if line.is_empty() {
                    continue;
                }
                return Ok(line);
            }
            if self.stream.read_buf(&mut self.input).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }
}
