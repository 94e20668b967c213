//! Where the host of a modem is to be.

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::path::PathBuf;

/// The speed of a serial device unless one is given.
pub(crate) const BAUD: u32 = 115_200;

const FORMS: &str = "a port is \"stdio\", \"pty\", { pty = \"/run/mqmodem/m0\" }, \
    { tcp = \"127.0.0.1:7000\" } or { serial = \"/dev/ttyUSB0\" }";

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
    /// On a serial device.
    Serial {
        /// The device.
        device: PathBuf,
        /// Its speed.
        baud: u32,
    },
    /// On standard input and output.
    Stdio,
}

/// What a modem there is called where it has no name of its own.
impl fmt::Display for PortPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pty { link: None, .. } => f.write_str("pty"),
            Self::Pty {
                link: Some(path), ..
            }
            | Self::Serial { device: path, .. } => path.display().fmt(f),
            Self::Tcp(address) => write!(f, "tcp {address}"),
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
    serial: Option<PathBuf>,
    #[serde(default, deserialize_with = "octal")]
    mode: Option<u32>,
    group: Option<String>,
    baud: Option<u32>,
}

fn octal<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    let text = String::deserialize(from)?;
    mode(&text).map(Some).map_err(D::Error::custom)
}

impl Table {
    fn plan(self) -> Result<PortPlan, &'static str> {
        if self.pty.is_none() && (self.mode.is_some() || self.group.is_some()) {
            return Err("mode and group are those of a pty");
        }
        if self.serial.is_none() && self.baud.is_some() {
            return Err("baud is that of a serial device");
        }
        match (self.pty, self.tcp, self.serial) {
            (Some(link), None, None) => Ok(PortPlan::Pty {
                link: Some(link),
                mode: self.mode,
                group: self.group,
            }),
            (None, Some(address), None) => Ok(PortPlan::Tcp(address)),
            (None, None, Some(device)) => match self.baud.unwrap_or(BAUD) {
                0 => Err("0 is no speed; write one such as baud = 9600"),
                baud => Ok(PortPlan::Serial { device, baud }),
            },
            _ => Err(FORMS),
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
            "pty" => Ok(PortPlan::Pty {
                link: None,
                mode: None,
                group: None,
            }),
            _ => Err(E::custom(FORMS)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PortPlan, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        table.plan().map_err(A::Error::custom)
    }
}
