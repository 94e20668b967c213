//! A server that is killed, or stopped in order, and started again.

use crate::judge::Shared;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::io::Result;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::sleep;

/// Below the ports Linux gives to outgoing connections, one of which could else
/// take the port of a server while that is away.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// A server and how to start it.
#[derive(Debug)]
pub struct Process {
    program: PathBuf,
    arguments: Vec<String>,
    log: PathBuf,
    child: Option<Child>,
}

impl Process {
    /// One that is not started yet; what it says goes to the end of `log`.
    pub fn new(program: PathBuf, arguments: Vec<String>, log: PathBuf) -> Self {
        Self {
            program,
            arguments,
            log,
            child: None,
        }
    }

    /// Starts it.
    pub fn start(&mut self) -> Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::null());
        command.stdout(log.try_clone()?).stderr(log);
        self.child = Some(command.spawn()?);
        Ok(())
    }

    /// Kills it: it is told nothing and writes nothing.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = (child.kill(), child.wait());
        }
    }

    /// Stops it in order.
    pub async fn stop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        let _ = kill_process(Pid::from_child(&child), Signal::TERM);
        while matches!(child.try_wait(), Ok(None)) {
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// It should run: if it ended by itself that is a breach, and it is started
    /// again.
    pub fn look(&mut self, judge: &Shared) {
        let ended = self.child.as_mut().map(Child::try_wait);
        if let Some(Ok(Some(status))) = ended {
            let (program, log) = (self.program.display(), self.log.display());
            let what = format!("{program} ended by itself, {status}: see {log}");
            judge.borrow_mut().breach(what);
            let _ = self.start();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// This many ports of the loopback nobody listens on.
pub fn free_ports(count: usize) -> Vec<u16> {
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    // Two soaks at once begin at different places: a port is free while the server
    // there is away.
    let place = std::process::id() * 64 % u32::from(PORTS.end - PORTS.start);
    let begin = PORTS.start + place as u16;
    let ports = (begin..PORTS.end).chain(PORTS.start..begin);
    ports.filter(is_free).take(count).collect()
}
