//! `cargo xtask bench fleet [--modems N] [--tls]`: what a modem of a fleet costs that
//! is idle and connected, how long all take to connect, and to come back after the
//! broker was gone. Hosts are inside the process, the broker is a Mosquitto.

use crate::server::{self, Server};
use crate::sh::{self, Result, cargo};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long all may take to connect.
const PATIENCE: Duration = Duration::from_secs(300);
/// A fleet so small that what it takes is the program's own.
const FEW: usize = 10;
/// Connects begun in a second.
const RATE: usize = 500;

/// What is measured, and where.
struct Stage {
    program: PathBuf,
    dir: PathBuf,
    broker: u16,
    tls: bool,
}

/// A fleet that runs, and where its metrics are.
struct Fleet {
    process: Server,
    metrics: u16,
}

/// Measures a fleet of so many modems.
pub fn run(words: &[&str]) -> Result {
    let (mut modems, mut tls) = (10_000, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--tls" => tls = true,
            "--modems" => {
                let number = words.next().and_then(|number| number.parse().ok());
                modems = number.ok_or("--modems takes a number")?;
            }
            other => return Err(format!("bench fleet: no such option: {other}")),
        }
    }
    measure(&stage(tls)?, modems)
}

fn stage(tls: bool) -> Result<Stage> {
    let release = ["build", "--quiet", "--release", "--package", "mqmodem"];
    sh::run(&mut cargo(release))?;
    let dir = sh::target().join("xtask/fleet");
    let stage = Stage {
        program: sh::target().join("release/mqmodem"),
        broker: server::free_port()?,
        tls,
        dir,
    };
    let setup = "> ATE0\n< OK\necho off\n> AT+MQTTOPT=\"reconnect\",1\n< OK\n\
        > AT+MQTTCONNECT\n< +MQTTCONNECT:0\n< OK\n";
    sh::write(&stage.dir.join("setup.chat"), setup.as_bytes())?;
    let tls = if tls {
        "tls = { root = \"broker.pem\" }\n"
    } else {
        ""
    };
    let broker = format!(
        "[broker]\nhost = \"127.0.0.1\"\nport = {}\nkeepalive = 1200\nclient_id = \"{{name}}\"\n{tls}",
        stage.broker
    );
    sh::write(&stage.dir.join("mqmodem.toml"), broker.as_bytes())?;
    Ok(stage)
}

fn measure(stage: &Stage, modems: usize) -> Result {
    let mosquitto = stage.mosquitto()?;
    let few = stage.fleet(FEW)?;
    few.wait_for(FEW)?;
    let own = few.resident()?;
    drop(few);
    let begin = Instant::now();
    let fleet = stage.fleet(modems)?;
    fleet.wait_for(modems)?;
    let connected = begin.elapsed();
    let all = fleet.resident()?;
    let kib = |bytes: usize| bytes / 1024;
    let each = all.saturating_sub(own) / modems.saturating_sub(FEW).max(1);
    let how = if stage.tls { "TLS" } else { "TCP" };
    println!("{modems} modems over {how}, idle and connected");
    println!(
        "resident: {} KiB, the program's own {} KiB",
        kib(all),
        kib(own)
    );
    println!("a modem:  {}.{} KiB", kib(each), each % 1024 * 10 / 1024);
    println!(
        "all connected after {:.1} s, {RATE} a second begun",
        connected.as_secs_f64()
    );
    drop(mosquitto);
    fleet.wait_for(0)?;
    let begin = Instant::now();
    let _mosquitto = stage.mosquitto()?;
    fleet.wait_for(modems)?;
    let back = begin.elapsed().as_secs_f64();
    println!("all back {back:.1} s after the broker was");
    println!("resident then: {} KiB", kib(fleet.resident()?));
    let begin = Instant::now();
    fleet.end()?;
    println!("all ended after {:.1} s", begin.elapsed().as_secs_f64());
    Ok(())
}

impl Stage {
    fn mosquitto(&self) -> Result<Server> {
        if !self.tls {
            return server::mosquitto(self.broker);
        }
        let file = |name: &str| self.dir.join(name).display().to_string();
        let (key, certificate) = (file("broker.key"), file("broker.pem"));
        if !Path::new(&certificate).exists() {
            let words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \
                -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
                -addext basicConstraints=critical,CA:FALSE";
            let mut openssl = Command::new("openssl");
            openssl.args(words.split_whitespace());
            openssl.args(["-keyout", &key, "-out", &certificate]);
            sh::run(openssl.stderr(Stdio::null()))?;
        }
        // Started as root it would else become a user that may not read the key.
        let user = sh::output(Command::new("id").arg("-un"))?;
        let lines = format!("certfile {certificate}\nkeyfile {key}\nuser {user}");
        server::mosquitto_with(self.broker, &lines)
    }

    fn fleet(&self, modems: usize) -> Result<Fleet> {
        let metrics = server::free_port()?;
        let mut command = Command::new(&self.program);
        command.args(["fleet", "--config", "mqmodem.toml", "--setup", "setup.chat"]);
        command.args(["--modems", &modems.to_string(), "--rate", &RATE.to_string()]);
        command.args(["--metrics", &metrics.to_string()]);
        let process = server::spawn(command.current_dir(&self.dir))?;
        drop(server::connect(metrics)?);
        Ok(Fleet { process, metrics })
    }
}

impl Fleet {
    /// Waits until so many are connected.
    fn wait_for(&self, modems: usize) -> Result {
        let begin = Instant::now();
        let mut connected = self.connected()?;
        while connected != modems {
            if begin.elapsed() > PATIENCE {
                return Err(format!(
                    "{connected} of {modems} are connected after {PATIENCE:?}"
                ));
            }
            std::thread::sleep(Duration::from_millis(100));
            connected = self.connected()?;
        }
        Ok(())
    }

    fn connected(&self) -> Result<usize> {
        let page = self.page().map_err(|error| format!("metrics: {error}"))?;
        let mut lines = page.lines();
        let count = lines.find_map(|line| line.strip_prefix("mqmodem_connections "));
        count
            .and_then(|count| count.parse().ok())
            .ok_or_else(|| "the metrics do not tell the connections".to_owned())
    }

    fn page(&self) -> std::io::Result<String> {
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, self.metrics))?;
        client.write_all(b"GET /metrics HTTP/1.0\r\n\r\n")?;
        let mut page = String::new();
        client.read_to_string(&mut page)?;
        Ok(page)
    }

    /// Bytes of memory the process has.
    fn resident(&self) -> Result<usize> {
        let status = format!("/proc/{}/status", self.process.0.id());
        let status = sh::read(Path::new(&status))?;
        let mut lines = status.lines();
        let line = lines.find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
        Ok(kib.ok_or("the kernel does not tell its memory")? * 1024)
    }

    fn end(mut self) -> Result {
        let id = self.process.0.id().to_string();
        sh::run(Command::new("kill").arg(id))?;
        let ended = self.process.0.wait();
        ended.map(|_| ()).map_err(|error| error.to_string())
    }
}
