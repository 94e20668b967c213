//! `cargo xtask hosts [NAME...]`: host programs by people who never heard of us.
//!
//! Each is installed by [`install`], gets a fresh modem on a PTY, and is driven by a
//! small script in `tests/hosts/`. `docs/testing-firmware.md` says what a script is
//! told and what it must do.

pub mod install;
mod play;
mod stage;

use crate::sh::{self, Result};
use std::time::Instant;

/// Where the scripts are.
pub const SCRIPTS: &str = "tests/hosts";

/// A host program.
pub struct Host {
    /// Its name, and the name of its script.
    pub name: &'static str,
    /// The script, below `tests/hosts/`.
    pub script: &'static str,
    /// Where it comes from.
    pub source: Source,
    /// What the modem has for it.
    pub port: Port,
    /// Whether its interface lets a user send commands of his own. If so, a message
    /// must come from the broker and another must reach it.
    pub mqtt: bool,
}

/// The port a host program opens.
#[derive(Clone, Copy, PartialEq)]
pub enum Port {
    /// A pseudo-terminal.
    Pty,
    /// TCP with control lines.
    Rfc2217,
}

/// Where a host program comes from.
#[derive(Clone, Copy, PartialEq)]
pub enum Source {
    /// A package of Debian, and a program in it.
    Debian {
        package: &'static str,
        program: &'static str,
    },
    /// A package of `PyPI`, pinned in `requirements.txt`.
    PyPi(&'static str),
    /// A package of npm, pinned in `package-lock.json`.
    Npm(&'static str),
    /// A package of crates.io, pinned in the lock file of its driver.
    Crate(&'static str),
}

const fn debian(name: &'static str, package: &'static str, script: &'static str) -> Host {
    let program = name;
    let source = Source::Debian { package, program };
    host(name, script, source)
}

const fn host(name: &'static str, script: &'static str, source: Source) -> Host {
    Host {
        name,
        script,
        source,
        port: Port::Pty,
        mqtt: true,
    }
}

impl Host {
    /// It opens `rfc2217://`.
    const fn over_rfc2217(self) -> Self {
        Self {
            port: Port::Rfc2217,
            ..self
        }
    }

    /// Its interface takes no commands of the user's own.
    const fn without_mqtt(self) -> Self {
        Self {
            mqtt: false,
            ..self
        }
    }
}

const HOSTS: &[Host] = &[
    debian("chat", "ppp", "chat.sh"),
    debian("wvdialconf", "wvdial", "wvdialconf.sh").without_mqtt(),
    debian("gammu", "gammu", "gammu.sh").without_mqtt(),
    debian("kermit", "ckermit", "kermit.ksc"),
    debian("picocom", "picocom", "picocom.py"),
    debian("tio", "tio", "tio.py"),
    host("pyserial", "pyserial_host.py", Source::PyPi("pyserial")),
    host(
        "pyserial-rfc2217",
        "pyserial_rfc2217.py",
        Source::PyPi("pyserial"),
    )
    .over_rfc2217(),
    host("atlib", "atlib_host.py", Source::PyPi("atlib")),
    host(
        "gsmmodem",
        "gsmmodem_host.py",
        Source::PyPi("python-gsmmodem-new"),
    ),
    host(
        "pyatcommand",
        "pyatcommand_host.py",
        Source::PyPi("pyatcommand"),
    ),
    host("serialport", "serialport.js", Source::Npm("serialport")),
    host(
        "serialport-gsm",
        "serialport-gsm.js",
        Source::Npm("serialport-gsm"),
    ),
    host("atat", "atat/src/main.rs", Source::Crate("atat")),
];

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

/// Runs one host and says how it went.
fn is_served(host: &Host, stage: &stage::Stage) -> bool {
    let begin = Instant::now();
    let result = play::run(host, stage);
    let took = begin.elapsed().as_secs_f64();
    if let Err(why) = &result {
        println!("{why}");
    }
    let verdict = if result.is_ok() { "ok" } else { "FAILED" };
    let version = install::version(host.source);
    println!("host {} ({version}) ... {verdict}, {took:.1} s", host.name);
    result.is_ok()
}

/// All of them, for `cargo xtask test`.
pub fn all() -> Result {
    run(&[])
}

/// The hosts of these names, or all.
fn choose(names: &[&str]) -> Result<Vec<&'static Host>> {
    if let Some(name) = names
        .iter()
        .find(|name| HOSTS.iter().all(|host| host.name != **name))
    {
        let known: Vec<_> = HOSTS.iter().map(|host| host.name).collect();
        return Err(format!("no host `{name}`; there are: {}", known.join(", ")));
    }
    let wanted = |host: &&Host| names.is_empty() || names.contains(&host.name);
    Ok(HOSTS.iter().filter(wanted).collect())
}

/// A file of the scripts' folder.
fn script(name: &str) -> std::path::PathBuf {
    sh::root().join(SCRIPTS).join(name)
}
