//! Running a host's script against a modem of its own.

use super::install;
use super::program::{Run, Transport};
use super::stage::{Modem, Stage};
use crate::sh::{self, Result};
use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

/// Several times what the slowest host takes.
const PATIENCE: Duration = Duration::from_mins(1);
/// Lines of output and trace that are shown of a host that failed.
const TAIL: usize = 40;

/// Runs it and checks what it left at the broker.
pub fn run(run: &Run, stage: &Stage) -> Result {
    let work = sh::target().join("hosts/work").join(run.name());
    let _ = std::fs::remove_dir_all(&work);
    std::fs::create_dir_all(&work).map_err(|e| format!("{}: {e}", work.display()))?;
    if run.host.mqtt {
        stage.broker.await_host(&run.name())?;
    }
    let modem = stage.modem(run.host, &work)?;
    let result = act(run, stage, &modem, &work);
    result.map_err(|why| format!("{}\n{why}", tails(&work)))
}

fn act(run: &Run, stage: &Stage, modem: &Modem, work: &Path) -> Result {
    let broker = &stage.broker;
    let mut command = install::command(run.host)?;
    command
        .current_dir(work)
        .env("PATH", path())
        .env("HOST", run.name())
        .env("MODEM", &modem.address)
        .env("BROKER", broker.port(run.transport).to_string())
        .env("STAGE", broker.control.to_string())
        .env("WORK", work)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    if run.transport == Transport::Tls {
        command.env("CERTIFICATES", broker.certificates());
    }
    let status = within(&mut command, &work.join("output"))?;
    if !status.success() {
        return Err(format!("{} ended with {status}", run.host.script));
    }
    if run.host.mqtt {
        broker.expect_message(&run.name())?;
    }
    Ok(())
}

/// Runs it in a group of its own, its output going to a file, and ends the group
/// when its time is over.
fn within(command: &mut Command, output: &Path) -> Result<ExitStatus> {
    use std::os::unix::process::CommandExt;
    let line = sh::line(command);
    let file = File::create(output).map_err(|e| format!("{}: {e}", output.display()))?;
    let both = file.try_clone().map_err(|e| e.to_string())?;
    command.stdin(Stdio::null()).stdout(file).stderr(both);
    let child = command.process_group(0).spawn();
    let mut child = child.map_err(|e| format!("{line}: {e}"))?;
    let id = child.id();
    let (done, waiter) = std::sync::mpsc::channel();
    std::thread::spawn(move || done.send(child.wait()));
    let Ok(status) = waiter.recv_timeout(PATIENCE) else {
        sh::stop_group(id);
        return Err(format!("{line} did not end within {PATIENCE:?}"));
    };
    status.map_err(|e| format!("{line}: {e}"))
}

/// Debian keeps some of them where users do not look.
fn path() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{path}:/usr/sbin:/sbin")
}

/// The ends of what the modem said and saw, and of what the host printed.
fn tails(work: &Path) -> String {
    let tail = |name: &str| {
        let text = std::fs::read(work.join(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let skip = text.lines().count().saturating_sub(TAIL);
        let lines: Vec<_> = text.lines().skip(skip).map(str::to_owned).collect();
        format!("-- {name}\n{}", lines.join("\n"))
    };
    ["log", "trace", "output"].map(tail).join("\n")
}
