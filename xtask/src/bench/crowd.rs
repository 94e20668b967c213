//! Many clients in one process: a fleet of modems whose hosts are inside it, or as
//! many clients of the rumqttc crate.

use super::contest::cpu_micros;
use super::host::Load;
use super::peers;
use super::programs::Programs;
use crate::server::{self, Server};
use crate::sh::{self, Result};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::str::FromStr;
use std::time::{Duration, Instant};

/// How long all may take to connect.
const PATIENCE: Duration = Duration::from_mins(5);
/// Connects begun in a second.
pub const RATE: usize = 500;

const SETUP: &str = "> ATE0\n< OK\necho off\n> AT+MQTTOPT=\"reconnect\",1\n< OK\n\
    > AT+MQTTCONNECT\n< +MQTTCONNECT:0\n< OK\n";
const ROUND: &str = "echo off\n> AT+MQTTPUB=\"bench\",1,0,\"37\"\n< OK\n";

/// What the modems of a fleet are made of.
pub struct Template {
    program: PathBuf,
    dir: PathBuf,
    persistent: bool,
}

impl Template {
    /// Modems for the broker at this port, which has this root where it has TLS.
    pub fn new(programs: &Programs, broker: u16, root: Option<&Path>) -> Result<Self> {
        let dir = sh::target().join("bench/fleet");
        sh::write(&dir.join("setup.chat"), SETUP.as_bytes())?;
        sh::write(&dir.join("round.chat"), ROUND.as_bytes())?;
        let tls = root.map_or(String::new(), |root| {
            format!("tls = {{ root = \"{}\" }}\n", root.display())
        });
        let text = format!(
            "[broker]\nhost = \"127.0.0.1\"\nport = {broker}\nkeepalive = 1200\nclean_session = false\nclient_id = \"{{name}}\"\n{tls}"
        );
        sh::write(&dir.join("mqmodem.toml"), text.as_bytes())?;
        let program = programs.mqmodem.clone();
        let persistent = false;
        Ok(Self {
            program,
            dir,
            persistent,
        })
    }

    /// With persistent sessions, on disk if so said.
    pub fn persistent(self, persistent: bool) -> Self {
        Self { persistent, ..self }
    }

    /// So many modems, which say nothing, or where a period is given a message of
    /// QoS 1 in each.
    pub fn start(&self, modems: usize, every: Option<f64>) -> Result<Crowd> {
        let metrics = server::free_port()?;
        let mut command = Command::new(&self.program);
        command.args(["fleet", "--config", "mqmodem.toml", "--setup", "setup.chat"]);
        command.args(["--modems", &modems.to_string(), "--rate", &RATE.to_string()]);
        command.args(["--metrics", &metrics.to_string()]);
        if let Some(every) = every {
            command.args(["--script", "round.chat", "--every", &every.to_string()]);
        }
        if self.persistent {
            let state = self.dir.join("state");
            let _ = std::fs::remove_dir_all(&state);
            command.arg("--state-dir").arg(state);
        }
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let process = server::spawn(command.current_dir(&self.dir))?;
        drop(server::connect(metrics)?);
        let count = Count::Metrics(metrics);
        Ok(Crowd { process, count })
    }
}

/// So many clients of rumqttc for the broker at this port.
pub fn rumqttc(programs: &Programs, broker: u16, n: usize) -> Result<Crowd> {
    let load = Load {
        qos: 0,
        n,
        // There the clients begun in a second.
        bytes: RATE,
    };
    let (mut command, _) = peers::rumqttc(programs, "fleet", broker, load, false);
    let mut process = server::spawn(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
    let stdout = process.0.stdout.take().ok_or("no pipe to rumqttc")?;
    let count = Count::Said(BufReader::new(stdout));
    Ok(Crowd { process, count })
}

/// Clients in a process.
pub struct Crowd {
    process: Server,
    count: Count,
}

/// How one learns how many are connected.
enum Count {
    /// From the metrics at this port.
    Metrics(u16),
    /// It says so now and then.
    Said(BufReader<ChildStdout>),
}

impl Crowd {
    /// Waits until so many are connected; how long that took.
    pub fn wait_for(&mut self, wanted: usize) -> Result<Duration> {
        let begin = Instant::now();
        loop {
            let connected = self.connected()?;
            if connected == wanted {
                return Ok(begin.elapsed());
            }
            if begin.elapsed() > PATIENCE {
                return Err(format!("{connected} of {wanted} after {PATIENCE:?}"));
            }
        }
    }

    fn connected(&mut self) -> Result<usize> {
        let number = match &mut self.count {
            Count::Metrics(_) => {
                std::thread::sleep(Duration::from_millis(50));
                return self.metric("mqmodem_connections");
            }
            Count::Said(lines) => {
                let mut line = String::new();
                lines.read_line(&mut line).map_err(|e| e.to_string())?;
                line.trim().parse().ok()
            }
        };
        number.ok_or_else(|| "it does not tell the connections".to_owned())
    }

    /// Messages a second of a fleet that are acknowledged from now on, and the
    /// microseconds of processor each takes.
    pub fn publishes(&self, window: Duration) -> Result<(f64, f64)> {
        let done = || self.metric::<f64>("mqmodem_publish_seconds_count");
        let (before, cpu) = (done()?, cpu_micros(self.process.0.id())?);
        std::thread::sleep(window);
        let cpu = cpu_micros(self.process.0.id())? - cpu;
        let messages = done()? - before;
        Ok((messages / window.as_secs_f64(), cpu / messages.max(1.0)))
    }

    /// A number of the metrics of a fleet.
    fn metric<T: FromStr>(&self, name: &str) -> Result<T> {
        let Count::Metrics(port) = self.count else {
            return Err("only a fleet has metrics".to_owned());
        };
        let page = page(port).map_err(|error| format!("metrics: {error}"))?;
        let number = page.lines().find_map(|line| {
            let value = line.strip_prefix(name)?.strip_prefix(' ')?;
            value.parse().ok()
        });
        number.ok_or_else(|| format!("the metrics do not tell {name}"))
    }

    /// Bytes of memory the process has.
    pub fn resident(&self) -> Result<usize> {
        let status = format!("/proc/{}/status", self.process.0.id());
        let status = sh::read(Path::new(&status))?;
        let mut lines = status.lines();
        let line = lines.find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
        Ok(kib.ok_or("the kernel does not tell its memory")? * 1024)
    }

    /// Ends it in order; how long that took.
    pub fn end(mut self) -> Result<Duration> {
        let begin = Instant::now();
        sh::run(Command::new("kill").arg(self.process.0.id().to_string()))?;
        self.process.0.wait().map_err(|error| error.to_string())?;
        Ok(begin.elapsed())
    }
}

fn page(port: u16) -> std::io::Result<String> {
    let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    client.write_all(b"GET /metrics HTTP/1.0\r\n\r\n")?;
    let mut page = String::new();
    client.read_to_string(&mut page)?;
    Ok(page)
}
