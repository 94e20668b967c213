//! The clients that publish into one Mosquitto, and what each of them costs.

use super::subscriber::{Subscriber, TOPIC};
use crate::server::{Server, connect, spawn};
use crate::sh::{self, Result};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The clock ticks of /proc: 100 a second on every Linux.
const TICK_MICROS: f64 = 10_000.0;
const PATIENCE: Duration = Duration::from_secs(120);

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// From the first message to the last answered and delivered.
    pub seconds: f64,
    /// Processor time of the client, user and system.
    pub cpu_micros: f64,
}

/// A message load: quality of service, how many, how long.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// 0 or 1.
    pub qos: u8,
    /// Messages.
    pub n: usize,
    /// Bytes a message.
    pub bytes: usize,
}

/// Starts a modem on a TCP port.
pub fn modem(program: &Path, port: u16) -> Result<Server> {
    let state = sh::target().join("xtask/state");
    let _ = std::fs::remove_dir_all(&state);
    let mut command = Command::new(program);
    command.args(["serve", "--tcp", &format!("127.0.0.1:{port}")]);
    // Whatever it keeps on disk is to be found there and nowhere else.
    for name in ["HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env(name, &state);
    }
    spawn(command.stdout(Stdio::null()).stderr(Stdio::null()))
}

/// A host at the modem's port.
pub struct Host {
    stream: TcpStream,
    answers: BufReader<TcpStream>,
    pid: u32,
}

impl Host {
    /// Connects to the modem and the modem to the broker.
    pub fn new(modem: &Server, port: u16, broker: u16) -> Result<Self> {
        let stream = connect(port)?;
        stream.set_nodelay(true).map_err(|e| e.to_string())?;
        stream
            .set_read_timeout(Some(PATIENCE))
            .map_err(|e| e.to_string())?;
        let answers = BufReader::new(stream.try_clone().map_err(|e| e.to_string())?);
        let mut host = Self {
            stream,
            answers,
            pid: modem.0.id(),
        };
        host.command("ATE0")?;
        host.command(&format!(
            "AT+MQTTCONFIG=127.0.0.1,{broker},bench-modem,1,60"
        ))?;
        host.command("AT+MQTTCONNECT")?;
        Ok(host)
    }

    fn command(&mut self, line: &str) -> Result {
        write!(self.stream, "{line}\r").map_err(|e| format!("modem: {e}"))?;
        self.results(1).map_err(|why| format!("{line}: {why}"))
    }

    /// Publishes a load through the modem, as fast as it takes the lines.
    pub fn publish(&mut self, load: Load, subscriber: &mut Subscriber) -> Result<Sample> {
        let payload = "x".repeat(load.bytes);
        let line = format!("AT+MQTTPUB=\"{TOPIC}\",{},0,\"{payload}\"\r", load.qos);
        let mut out = self.stream.try_clone().map_err(|e| e.to_string())?;
        let (begin, cpu) = (Instant::now(), cpu_micros(self.pid)?);
        let writer = std::thread::spawn(move || {
            let lines = line.repeat(64);
            let whole = (0..load.n / 64).try_for_each(|_| out.write_all(lines.as_bytes()));
            whole.and_then(|()| out.write_all(line.repeat(load.n % 64).as_bytes()))
        });
        self.results(load.n)?;
        subscriber.wait(load.n, load.bytes)?;
        let seconds = begin.elapsed().as_secs_f64();
        let cpu_micros = cpu_micros(self.pid)? - cpu;
        let written = writer.join().map_err(|_| "the writer panicked")?;
        written.map_err(|e| format!("modem: {e}"))?;
        Ok(Sample {
            seconds,
            cpu_micros,
        })
    }

    /// Waits for `n` times OK.
    fn results(&mut self, n: usize) -> Result {
        let (mut line, mut left) = (String::new(), n);
        while left > 0 {
            line.clear();
            let read = self.answers.read_line(&mut line);
            match (read, line.trim()) {
                (Err(e), _) => return Err(format!("no answer: {e}")),
                (Ok(0), _) => return Err("the modem hung up".to_owned()),
                (_, "OK") => left -= 1,
                (_, text) if text.contains("ERROR") => return Err(text.to_owned()),
                _ => {}
            }
        }
        Ok(())
    }
}

/// `mosquitto_pub -l` and what it reads.
pub fn mosquitto_pub(broker: u16, load: Load) -> Result<(Command, String)> {
    let program = sh::need("mosquitto_pub", "Get it: cargo xtask setup")?;
    let (port, qos) = (broker.to_string(), load.qos.to_string());
    let mut command = Command::new(program);
    command.args([
        "-h",
        "127.0.0.1",
        "-p",
        &port,
        "-q",
        &qos,
        "-t",
        TOPIC,
        "-l",
    ]);
    let line = format!("{}\n", "x".repeat(load.bytes));
    Ok((command, line.repeat(load.n)))
}

/// A client of the rumqttc crate. It reads nothing.
pub fn rumqttc(program: &Path, broker: u16, load: Load) -> (Command, String) {
    let Load { qos, n, bytes } = load;
    let mut command = Command::new(program);
    command.args([
        broker.to_string(),
        qos.to_string(),
        n.to_string(),
        bytes.to_string(),
    ]);
    (command, String::new())
}

/// Runs a client that publishes a load and ends by itself.
pub fn run(
    (mut command, input): (Command, String),
    load: Load,
    subscriber: &mut Subscriber,
) -> Result<Sample> {
    let begin = Instant::now();
    let mut server = spawn(command.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
    let child = &mut server.0;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let writer = std::thread::spawn(move || stdin.map(|mut pipe| pipe.write_all(input.as_bytes())));
    let delivered = subscriber.wait(load.n, load.bytes);
    // The end of its output is the end of the client, and as long as nobody has
    // waited for it, /proc still tells what it used.
    let mut said = String::new();
    stdout.map(|mut pipe| pipe.read_to_string(&mut said));
    let seconds = begin.elapsed().as_secs_f64();
    let cpu_micros = cpu_micros(child.id());
    let status = child.wait().map_err(|e| e.to_string())?;
    let _ = writer.join();
    if !status.success() {
        return Err(format!(
            "`{}` ended with {status}: {said}",
            sh::line(&command)
        ));
    }
    delivered.map_err(|why| format!("`{}`: {why}", sh::line(&command)))?;
    Ok(Sample {
        seconds,
        cpu_micros: cpu_micros?,
    })
}

/// User and system time a process has used so far.
fn cpu_micros(pid: u32) -> Result<f64> {
    let stat = sh::read(Path::new(&format!("/proc/{pid}/stat")))?;
    // Behind the name, which may hold anything, the 12th and 13th field.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let ticks = |n| {
        fields
            .split(' ')
            .nth(n)
            .and_then(|field| field.parse::<f64>().ok())
    };
    let used = ticks(11)
        .zip(ticks(12))
        .map(|(user, system)| (user + system) * TICK_MICROS);
    used.ok_or_else(|| format!("/proc/{pid}/stat: {stat}"))
}
