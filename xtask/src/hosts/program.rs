//! The host programs and where each comes from.

use crate::sh;

/// Where the scripts are.
pub const SCRIPTS: &str = "tests/hosts";

/// A host program.
pub struct HostProgram {
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

const fn debian(name: &'static str, package: &'static str, script: &'static str) -> HostProgram {
    let program = name;
    let source = Source::Debian { package, program };
    host(name, script, source)
}

const fn host(name: &'static str, script: &'static str, source: Source) -> HostProgram {
    HostProgram {
        name,
        script,
        source,
        port: Port::Pty,
        mqtt: true,
    }
}

impl HostProgram {
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

/// All there are.
pub const HOSTS: &[HostProgram] = &[
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

/// A file of the scripts' folder.
pub fn script(name: &str) -> std::path::PathBuf {
    sh::root().join(SCRIPTS).join(name)
}
