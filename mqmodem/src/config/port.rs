//! Where the host of a modem is to be.

use crate::port::serial;
use mqmodem_core::Serial;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;

pub(super) const FORMS: &str = "a port is \"stdio\", \"pty\", { pty = \"/run/mqmodem/m0\" }, \
    { tcp = \"127.0.0.1:7000\" }, { unix = \"/run/mqmodem/m0.sock\" }, { rfc2217 = \"127.0.0.1:7001\" } or { serial = \"/dev/ttyUSB0\" }";

/// Where the host of a modem is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PortPlan {
    /// On a new pseudo-terminal.
    Pty {
        /// A symbolic link to it.
        link: Option<PathBuf>,
        /// Its permissions.
        mode: Option<u32>,
        /// Its group, a name or number.
        group: Option<String>,
    },
    /// On TCP: `PORT` on loopback, or `HOST:PORT`.
    Tcp(String),
    /// On TCP with speed and control lines (RFC 2217), addressed alike.
    Rfc2217(String),
    /// On a Unix socket.
    Unix(PathBuf),
    /// On a serial device.
    Serial {
        /// The device.
        device: PathBuf,
        /// Its speed, format and flow control.
        settings: Serial,
    },
    /// On standard input and output.
    Stdio,
}

impl PortPlan {
    /// A pseudo-terminal wherever the kernel makes it.
    pub(crate) fn pty() -> Self {
        Self::Pty {
            link: None,
            mode: None,
            group: None,
        }
    }
}

/// What a modem there is called where it has no name of its own.
impl fmt::Display for PortPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pty { link: None, .. } => f.write_str("pty"),
            Self::Pty {
                link: Some(path), ..
            }
            | Self::Unix(path)
            | Self::Serial { device: path, .. } => path.display().fmt(f),
            Self::Tcp(address) => write!(f, "tcp {address}"),
            Self::Rfc2217(address) => write!(f, "rfc2217 {address}"),
            Self::Stdio => f.write_str("stdio"),
        }
    }
}

/// Permissions in octal, as for chmod.
pub fn mode(text: &str) -> Result<u32, String> {
    match u32::from_str_radix(text, 8) {
        Ok(mode) if mode <= 0o777 => Ok(mode),
        _ => Err("write three octal digits, such as 660".to_owned()),
    }
}

/// A port as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    pty: Option<PathBuf>,
    tcp: Option<String>,
    rfc2217: Option<String>,
    unix: Option<PathBuf>,
    serial: Option<PathBuf>,
    #[serde(default, deserialize_with = "octal")]
    mode: Option<u32>,
    group: Option<String>,
    baud: Option<u32>,
    format: Option<String>,
    flow: Option<Flow>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Flow {
    None,
    RtsCts,
    XonXoff,
}

fn octal<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    let text = String::deserialize(from)?;
    mode(&text).map(Some).map_err(D::Error::custom)
}

impl Table {
    fn plan(self) -> Result<PortPlan, String> {
        let settings = self.settings()?;
        if self.pty.is_none() && (self.mode.is_some() || self.group.is_some()) {
            return Err("mode and group are those of a pty".to_owned());
        }
        if self.serial.is_none() && settings.is_some() {
            return Err("baud, format and flow are those of a serial device".to_owned());
        }
        match (self.pty, self.tcp, self.rfc2217, self.unix, self.serial) {
            (Some(link), None, None, None, None) => Ok(PortPlan::Pty {
                link: Some(link),
                mode: self.mode,
                group: self.group,
            }),
            (None, Some(address), None, None, None) => Ok(PortPlan::Tcp(address)),
            (None, None, Some(address), None, None) => Ok(PortPlan::Rfc2217(address)),
            (None, None, None, Some(path), None) => Ok(PortPlan::Unix(path)),
            (None, None, None, None, Some(device)) => Ok(PortPlan::Serial {
                device,
                settings: settings.unwrap_or(serial::DEFAULT),
            }),
            _ => Err(FORMS.to_owned()),
        }
    }

    /// How the device is set, where anything is said of it: read as on the
    /// command line.
    fn settings(&self) -> Result<Option<Serial>, String> {
        let flow = match self.flow {
            None | Some(Flow::None) => None,
            Some(Flow::RtsCts) => Some("rtscts".to_owned()),
            Some(Flow::XonXoff) => Some("xonxoff".to_owned()),
        };
        let baud = self.baud.map(|baud| baud.to_string());
        let device = Some("-".to_owned());
        let words = [device, baud, self.format.clone(), flow];
        let words = words.into_iter().flatten().collect::<Vec<_>>().join(",");
        let said = self.baud.is_some() || self.format.is_some() || self.flow.is_some();
        match serial::parse(OsStr::new(&words)) {
            Ok((_, settings)) => Ok(said.then_some(settings)),
            Err(wrong) => Err(format!(
                "\"{wrong}\" is no setting of a serial device; write baud = 9600, format = \"8N1\""
            )),
        }
    }
}

impl<'de> Deserialize<'de> for PortPlan {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Form)
    }
}

struct Form;

impl<'de> Visitor<'de> for Form {
    type Value = PortPlan;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FORMS)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PortPlan, E> {
        match text {
            "stdio" => Ok(PortPlan::Stdio),
            "pty" => Ok(PortPlan::pty()),
            _ => Err(E::custom(FORMS)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PortPlan, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        table.plan().map_err(A::Error::custom)
    }
}
