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
    /// What the modem speaks, as `--dialect` takes it; the native set if nothing.
    pub dialect: Option<&'static str>,
    /// How its modem reaches the broker: it is run once for each.
    pub transports: &'static [Transport],
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

/// How the modem reaches the broker.
#[derive(Clone, Copy, PartialEq)]
pub enum Transport {
    Tcp,
    Tls,
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
    /// A package of crates.io, pinned in the manifest of its driver, which is a package
    /// below `tests/hosts/`.
    Crate {
        name: &'static str,
        package: &'static str,
    },
}

const fn debian(name: &'static str, package: &'static str, script: &'static str) -> HostProgram {
    let program = name;
    let source = Source::Debian { package, program };
    host(name, script, source)
}

const fn written_in_rust(
    name: &'static str,
    package: &'static str,
    script: &'static str,
) -> HostProgram {
    host(name, script, Source::Crate { name, package })
}

/// One of ours, for a module whose drivers are in no registry: it waits for the bytes
/// that those wait for.
const fn ours(name: &'static str, script: &'static str) -> HostProgram {
    let program = host(name, script, Source::PyPi("pyserial"));
    program.speaks(name).also_over_tls()
}

const fn host(name: &'static str, script: &'static str, source: Source) -> HostProgram {
    HostProgram {
        name,
        script,
        source,
        port: Port::Pty,
        dialect: None,
        transports: &[Transport::Tcp],
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

    /// It was written for the modules of this dialect.
    const fn speaks(self, dialect: &'static str) -> Self {
        Self {
            dialect: Some(dialect),
            ..self
        }
    }

    /// It is run over TLS, too.
    const fn also_over_tls(self) -> Self {
        Self {
            transports: &[Transport::Tcp, Transport::Tls],
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
    written_in_rust("atat", "atat", "atat/src/main.rs"),
    written_in_rust("quectel-bg9x-atat", "quectel", "quectel/src/main.rs")
        .speaks("quectel:bg95")
        .also_over_tls(),
    written_in_rust(
        "quectel-bg9x-eh-driver",
        "quectel-blocking",
        "quectel-blocking/src/main.rs",
    )
    .speaks("quectel:bg95"),
    host(
        "quectel-at",
        "quectel_at_host.py",
        Source::PyPi("quectel-at"),
    )
    .speaks("quectel:ec25")
    .without_mqtt(),
    host(
        "sixfab-cellulariot",
        "sixfab_host.py",
        Source::PyPi("sixfab-cellulariot"),
    )
    .speaks("quectel:bg95"),
    host(
        "esp-atcontrol",
        "esp_atcontrol_host.py",
        Source::PyPi("adafruit-circuitpython-esp-atcontrol"),
    )
    .speaks("esp-at"),
    host("ublox-r4", "ublox_r4_host.py", Source::PyPi("ublox")).speaks("ublox:sara-r410m"),
    written_in_rust("esp-at-nal", "esp-at-nal", "esp-at-nal/src/main.rs")
        .speaks("esp-at")
        .without_mqtt(),
    ours("esp-at", "esp_at_host.py"),
    ours("luat", "luat_host.py"),
    ours("nordic", "nordic_host.py"),
    ours("quectel", "quectel_host.py").speaks("quectel:ec25"),
    ours("simcom", "simcom_host.py"),
    ours("simcom-sm", "simcom_sm_host.py"),
    ours("ublox", "ublox_host.py"),
];

/// A host program, and how it is run this time.
pub struct Run<'a> {
    pub host: &'a HostProgram,
    pub transport: Transport,
}

impl Run<'_> {
    /// What the host is told to be its name.
    pub fn name(&self) -> String {
        match self.transport {
            Transport::Tcp => self.host.name.to_owned(),
            Transport::Tls => format!("{}-tls", self.host.name),
        }
    }
}

/// A file of the scripts' folder.
pub fn script(name: &str) -> std::path::PathBuf {
    sh::root().join(SCRIPTS).join(name)
}
