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
use stage::Stage;
use std::time::Instant;

/// Installs the hosts that are asked for, or all, and runs them: those of the native set
/// one by one, and beside them those of dialects.
pub fn run(names: &[&str]) -> Result {
    let hosts = choose(names)?;
    install::run(&hosts)?;
    let (dialects, native): (Vec<_>, Vec<_>) =
        hosts.iter().partition(|host| host.dialect.is_some());
    // Most of them wait most of the time: for an event, or as their authors wanted.
    let lanes = [
        Lane::new("native", native)?,
        Lane::new("dialects", dialects)?,
    ];
    let failed = std::thread::scope(|scope| {
        let lanes = lanes.map(|lane| scope.spawn(move || lane.run()));
        lanes.map(|lane| {
            lane.join()
                .map_err(|_| "a lane of hosts ended early".to_owned())
        })
    });
    let [native, dialects] = failed;
    let failed = [native?, dialects?].concat();
    let passed = hosts.len() - failed.len();
    println!("{passed} hosts passed, {} failed", failed.len());
    if failed.is_empty() {
        return Ok(());
    }
    Err(format!("alone: cargo xtask hosts {}", failed.join(" ")))
}

/// Hosts that are run one by one, with a broker of their own.
struct Lane<'a> {
    hosts: Vec<&'a HostProgram>,
    stage: Option<Stage>,
}

impl<'a> Lane<'a> {
    fn new(name: &str, hosts: Vec<&'a HostProgram>) -> Result<Self> {
        let stage = (!hosts.is_empty()).then(|| Stage::new(name));
        let stage = stage.transpose()?;
        Ok(Self { hosts, stage })
    }

    /// The names of those that failed.
    fn run(self) -> Vec<&'static str> {
        let stage = self.stage.iter();
        let all = stage.flat_map(|stage| self.hosts.iter().map(move |host| (host, stage)));
        let failed = all.filter(|(host, stage)| !is_served(host, stage));
        failed.map(|(host, _)| host.name).collect()
    }
}

/// Runs one host, once for each of its transports.
fn is_served(host: &HostProgram, stage: &Stage) -> bool {
    let runs = host.transports.iter();
    let passed = runs.map(|&transport| is_served_over(&Run { host, transport }, stage));
    // Each is run, whatever became of the one before.
    passed.fold(true, |all, one| all & one)
}

/// Says how it went.
fn is_served_over(run: &Run, stage: &Stage) -> bool {
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
