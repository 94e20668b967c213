//! A host at a modem: loads in AT lines.

use super::contest::{Sample, cpu_micros};
use super::programs::Programs;
use super::subscriber::{Subscriber, TOPIC};
use crate::server::{Server, connect, free_port, spawn};
use crate::sh::{self, Result};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_mins(2);
/// Tracked messages that are not yet acknowledged.
const WINDOW: usize = 20;

/// A message load: quality of service, how many, how long.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// 0, 1 or 2.
    pub qos: u8,
    /// Messages.
    pub n: usize,
    /// Bytes a message.
    pub bytes: usize,
}

impl Load {
    fn line(self) -> String {
        let payload = "x".repeat(self.bytes);
        format!("AT+MQTTPUB=\"{TOPIC}\",{},0,\"{payload}\"\r", self.qos)
    }
}

/// A command that runs a modem whose files are all in a folder of its own.
pub fn serve(programs: &Programs, folder: &str) -> Command {
    let home = sh::target().join("bench").join(folder);
    let _ = std::fs::remove_dir_all(&home);
    let mut command = Command::new(&programs.mqmodem);
    command.arg("serve");
    for name in ["HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env(name, &home);
    }
    command.stderr(Stdio::null());
    command
}

/// A host at the port of a modem, the modem connected to a broker.
pub struct Host {
    stream: TcpStream,
    answers: BufReader<TcpStream>,
    modem: Server,
}

impl Host {
    /// A modem on TCP that forgets, connected to the broker at this port.
    pub fn new(programs: &Programs, broker: u16) -> Result<Self> {
        let mut host = Self::unset(programs, "plain", &[])?;
        host.connect(broker, 1)?;
        Ok(host)
    }

    /// A modem on TCP as it is switched on, its files in a folder of this name.
    pub fn unset(programs: &Programs, folder: &str, words: &[&str]) -> Result<Self> {
        let port = free_port()?;
        let mut command = serve(programs, folder);
        command
            .args(["--tcp", &format!("127.0.0.1:{port}")])
            .args(words);
        let modem = spawn(command.stdout(Stdio::null()))?;
        let stream = connect(port)?;
        let set = stream.set_nodelay(true);
        set.and_then(|()| stream.set_read_timeout(Some(PATIENCE)))
            .map_err(|e| e.to_string())?;
        let answers = BufReader::new(stream.try_clone().map_err(|e| e.to_string())?);
        let mut host = Self {
            stream,
            answers,
            modem,
        };
        host.command("ATE0")?;
        Ok(host)
    }

    /// Connects to the broker at this port, as a client that no other modem is.
    pub fn connect(&mut self, broker: u16, clean: u8) -> Result {
        self.connect_to("127.0.0.1", broker, clean)
    }

    /// The same with the place as `AT+MQTTCONFIG` takes it.
    pub fn connect_to(&mut self, url: &str, broker: u16, clean: u8) -> Result {
        let client = self.modem.0.id();
        let line = format!("AT+MQTTCONFIG={url},{broker},bench-{client},{clean},60");
        self.command(&line)?;
        self.command("AT+MQTTCONNECT")
    }

    /// Has a line carried out.
    pub fn command(&mut self, line: &str) -> Result {
        self.write(format!("{line}\r").as_bytes())?;
        self.results(1).map_err(|why| format!("{line}: {why}"))
    }

    fn write(&mut self, bytes: &[u8]) -> Result {
        let written = self.stream.write_all(bytes);
        written.map_err(|e| format!("modem: {e}"))
    }

    /// Publishes a load, as fast as the modem takes the lines.
    pub fn publish(&mut self, load: Load, subscriber: &mut Subscriber) -> Result<Sample> {
        let line = load.line();
        let mut out = self.stream.try_clone().map_err(|e| e.to_string())?;
        let mut write = move || {
            let lines = line.repeat(64);
            let whole = (0..load.n / 64).try_for_each(|_| out.write_all(lines.as_bytes()));
            whole.and_then(|()| out.write_all(line.repeat(load.n % 64).as_bytes()))
        };
        self.measure(|host| {
            std::thread::scope(|scope| {
                let writer = scope.spawn(&mut write);
                // A broker that holds nothing waits for whoever does not read.
                let reader = scope.spawn(|| subscriber.wait(load.n, load.bytes));
                host.results(load.n)?;
                let written = writer.join().map_err(|_| "the writer panicked")?;
                written.map_err(|e| format!("modem: {e}"))?;
                reader.join().map_err(|_| "the reader panicked")??;
                Ok(Vec::new())
            })
        })
    }

    /// Publishes a load, each message once the one before is answered.
    pub fn trips(&mut self, load: Load) -> Result<Sample> {
        let line = load.line();
        self.repeat(load.n, |host| {
            host.write(line.as_bytes())?;
            host.results(1)
        })
    }

    /// Connects so often, and says what each took.
    pub fn connects(&mut self, n: usize) -> Result<Sample> {
        self.command("AT+MQTTDISCONNECT")?;
        let mut trips = Vec::with_capacity(n);
        let mut sample = self.measure(|host| {
            for _ in 0..n {
                let begin = Instant::now();
                host.command("AT+MQTTCONNECT")?;
                trips.push(nanos(begin));
                host.command("AT+MQTTDISCONNECT")?;
            }
            Ok(trips)
        })?;
        self.command("AT+MQTTCONNECT")?;
        // What lies between is the disconnecting.
        sample.seconds = sample.trips.iter().sum::<u64>() as f64 / 1e9;
        Ok(sample)
    }

    fn repeat(&mut self, n: usize, mut once: impl FnMut(&mut Self) -> Result) -> Result<Sample> {
        self.measure(|host| {
            let mut trips = Vec::with_capacity(n);
            for _ in 0..n {
                let begin = Instant::now();
                once(host)?;
                trips.push(nanos(begin));
            }
            Ok(trips)
        })
    }

    /// Publishes a tracked load with [`WINDOW`] messages on their way.
    pub fn tracked(&mut self, load: Load) -> Result<Sample> {
        self.command("AT+MQTTOPT=\"pubmode\",1")?;
        let line = load.line();
        let sample = self.measure(|host| {
            let (mut sent, mut done, mut text) = (0, 0, String::new());
            while done < load.n {
                // What has come is read before more is written.
                if host.answers.buffer().is_empty() {
                    let more = (WINDOW + done - sent).min(load.n - sent);
                    host.write(line.repeat(more).as_bytes())?;
                    sent += more;
                }
                text.clear();
                let read = host.answers.read_line(&mut text);
                match (read, text.trim()) {
                    (Ok(1..), said) if said.starts_with("+MQTTPUBACK:") => {
                        if !said.ends_with(",0") {
                            return Err(said.to_owned());
                        }
                        done += 1;
                    }
                    (Ok(1..), said) if !said.contains("ERROR") => {}
                    (read, said) => return Err(format!("modem: {said} {read:?}")),
                }
            }
            Ok(Vec::new())
        });
        self.results_of_last()?;
        self.command("AT+MQTTOPT=\"pubmode\",0")?;
        sample
    }

    /// Nothing of the last load is still to be said.
    fn results_of_last(&mut self) -> Result {
        self.write(b"AT+CFUN?\r")?;
        let mut line = String::new();
        while !line.starts_with("+CFUN") {
            line.clear();
            let read = self.answers.read_line(&mut line);
            read.map_err(|e| format!("no answer: {e}"))?;
        }
        self.results(1)
    }

    /// Takes a load that `begin` makes somebody publish.
    pub fn receive(&mut self, load: Load, begin: impl FnOnce() -> Result) -> Result<Sample> {
        let Load { qos, n, bytes } = load;
        let head = format!("\r\n+MQTTRECV:\"{TOPIC}\",{qos},0,{bytes},");
        let mut left = n * (head.len() + bytes + 2);
        let mut buffer = vec![0; 256 * 1024];
        self.measure(|host| {
            begin()?;
            while left > 0 {
                match host.answers.read(&mut buffer) {
                    Ok(0) => return Err("the modem hung up".to_owned()),
                    Ok(read) => left = left.saturating_sub(read),
                    Err(e) => return Err(format!("{left} bytes are missing: {e}")),
                }
            }
            Ok(Vec::new())
        })
    }

    /// What the modem used, and how long it took.
    fn measure(&mut self, run: impl FnOnce(&mut Self) -> Result<Vec<u64>>) -> Result<Sample> {
        let pid = self.modem.0.id();
        let (begin, cpu) = (Instant::now(), cpu_micros(pid)?);
        let trips = run(self)?;
        Ok(Sample {
            seconds: begin.elapsed().as_secs_f64(),
            cpu_micros: cpu_micros(pid)? - cpu,
            trips,
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

fn nanos(begin: Instant) -> u64 {
    u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
