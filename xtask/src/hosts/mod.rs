//! `cargo xtask hosts [NAME...]`: host programs by people who do not know mqmodem, and
//! for makers whose users have none to install, some of ours.
//!
//! Each is installed by [`install`], gets a fresh modem on a PTY, and is driven by a
//! small script in `tests/hosts/`. `docs/testing-firmware.md` says what a script is
//! told and what it must do.

mod broker;
pub mod install;
mod play;
pub mod program;
mod stage;

use crate::sh::Result;
use program::{HOSTS, HostProgram, Run, Transport};
use std::time::Instant;

/// Installs the hosts that are asked for, or all, and runs them one by one.
pub fn run(names: &[&str]) -> Result {
    let hosts = choose(names)?;
    install::run(&hosts)?;
    let stage = stage::Stage::new()?;
    let failed: Vec<_> = hosts
        .iter()
        .filter(|host| !is_served(host, &stage))
        .map(|host| host.name)
        .collect();
    let passed = hosts.len() - failed.len();
    println!("{passed} hosts passed, {} failed", failed.len());
    if failed.is_empty() {
        return Ok(());
    }
    Err(format!("alone: cargo xtask hosts {}", failed.join(" ")))
}

/// Runs one host, once for each of its transports.
fn is_served(host: &HostProgram, stage: &stage::Stage) -> bool {
    let runs = host.transports.iter();
    let passed = runs.map(|&transport| is_served_over(&Run { host, transport }, stage));
    // Each is run, whatever became of the one before.
    passed.fold(true, |all, one| all & one)
}

/// Says how it went.
fn is_served_over(run: &Run, stage: &stage::Stage) -> bool {
    let begin = Instant::now();
    let result = play::run(run, stage);
    let took = begin.elapsed().as_secs_f64();
    if let Err(why) = &result {
        println!("{why}");
    }
    let verdict = if result.is_ok() { "ok" } else { "FAILED" };
    let version = install::version(run.host);
    let how = match run.transport {
        Transport::Tcp => "",
        Transport::Tls => " over TLS",
    };
    let name = run.host.name;
    println!("host {name}{how} ({version}) ... {verdict}, {took:.1} s");
    result.is_ok()
}

/// All of them, for `cargo xtask test`.
pub fn all() -> Result {
    run(&[])
}

/// The hosts of these names, or all.
fn choose(names: &[&str]) -> Result<Vec<&'static HostProgram>> {
    if let Some(name) = names
        .iter()
        .find(|name| HOSTS.iter().all(|host| host.name != **name))
    {
        let known: Vec<_> = HOSTS.iter().map(|host| host.name).collect();
        return Err(format!("no host `{name}`; there are: {}", known.join(", ")));
    }
    let wanted = |host: &&HostProgram| names.is_empty() || names.contains(&host.name);
    Ok(HOSTS.iter().filter(wanted).collect())
}
