//! The broker of modems that have no settings of their own.

use super::{ConfigError, Options};
use mqmodem_core::modem::pem::{Content, normalize};
use mqmodem_core::modem::settings::Settings;
use mqmodem_core::{Buf, Config, Instant, LinkId, Memory, Modem, Slot};
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// What a modem has room for under one slot.
const ROOM: usize = 60 * 1024;

const LINK: LinkId = LinkId(0);

/// Something that is not shown.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A broker, and who modems are to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// Its name or address.
    pub host: String,
    /// Its TCP port.
    pub port: u16,
    /// The client identifier; `{host}`, `{name}` and `{imei}` stand for those of
    /// the machine and the modem.
    pub client_id: String,
    /// Whether each connect starts a new session.
    pub clean_session: bool,
    /// Seconds; 0 is off.
    pub keep_alive: u16,
    /// User name.
    pub username: Option<String>,
    /// Password.
    pub password: Option<Secret>,
    /// A file that holds the password.
    pub password_file: Option<PathBuf>,
    /// TLS, where it is on.
    pub tls: Option<TlsPaths>,
    /// Options of `AT+MQTTOPT`.
    pub options: Options,
}

/// Where the certificates of a link are, PEM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsPaths {
    /// Roots to trust; without them the platform's.
    pub root: Option<PathBuf>,
    /// The client's certificate and the rest of its chain.
    pub certificate: Option<PathBuf>,
    /// The client's key.
    pub key: Option<PathBuf>,
}

/// Where a broker is.
pub(super) struct Place {
    pub(super) host: String,
    pub(super) port: Option<u16>,
    pub(super) tls: bool,
}

const URL: &str = "a broker's url is mqtt://HOST or mqtts://HOST, with :PORT where it is not \
    the usual one; user name and password stand beside it";

impl Place {
    pub(super) fn of_host(host: &str) -> Result<Self, &'static str> {
        let good = |byte: u8| byte.is_ascii_graphic() && !b"/@\\\"<>".contains(&byte);
        if host.is_empty() || host.len() > 253 || !host.bytes().all(good) {
            return Err("a host is a name such as broker.example, or an IP address");
        }
        Ok(Self {
            host: host.to_owned(),
            port: None,
            tls: false,
        })
    }

    pub(super) fn of_url(url: &str) -> Result<Self, &'static str> {
        let (tls, rest) = match url.split_once("://") {
            Some(("mqtt", rest)) => (false, rest),
            Some(("mqtts", rest)) => (true, rest),
            _ => return Err(URL),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let bracketed = rest.ends_with(']');
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !bracketed => (host, Some(port.parse().map_err(|_| URL)?)),
            _ => (rest, None),
        };
        if host.contains(':') && !host.starts_with('[') {
            return Err("write an IPv6 address in brackets, as in mqtts://[::1]");
        }
        let place = Self::of_host(host).map_err(|_| URL)?;
        Ok(Self { port, tls, ..place })
    }
}

/// What modems get of a broker, read once.
#[derive(Debug, PartialEq, Eq)]
pub struct Defaults {
    broker: Broker,
    machine: String,
    /// Roots, certificate, key.
    files: Vec<(Slot, Secret)>,
}

impl Broker {
    /// What does not fit together.
    pub(super) fn objection(&self) -> Option<&'static str> {
        let has_password = self.password.is_some() || self.password_file.is_some();
        let (certificate, key) = match &self.tls {
            Some(tls) => (tls.certificate.is_some(), tls.key.is_some()),
            None => (false, false),
        };
        if self.port == 0 {
            Some("0 is no port of a broker")
        } else if has_password && self.username.is_none() {
            Some("a password needs a username")
        } else if self.password.is_some() && self.password_file.is_some() {
            Some("give either password or password_file")
        } else if certificate != key {
            Some("tls.certificate and tls.key belong together: give both or none")
        } else if self.client_id.is_empty() && !self.clean_session {
            Some("an empty client_id needs clean_session = true")
        } else {
            None
        }
    }

    /// The password, from its file where it has one.
    pub fn password(&self) -> Result<Option<Secret>, ConfigError> {
        let Some(path) = &self.password_file else {
            return Ok(self.password.clone());
        };
        let text = read(path)?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        Ok(Some(Secret(text.to_owned())))
    }

    /// The certificates and the key, in the form modems keep them.
    pub fn files(&self) -> Result<Vec<(Slot, Secret)>, ConfigError> {
        let Some(tls) = &self.tls else {
            return Ok(Vec::new());
        };
        let mut files = Vec::new();
        for (slot, path, content) in [
            (Slot::Root(LINK), &tls.root, Content::Certificates),
            (
                Slot::Certificate(LINK),
                &tls.certificate,
                Content::Certificates,
            ),
            (Slot::Key(LINK), &tls.key, Content::Key),
        ] {
            if let Some(path) = path {
                files.push((slot, pem(path, content)?));
            }
        }
        Ok(files)
    }

    /// Reads all files.
    pub fn load(mut self) -> Result<Defaults, ConfigError> {
        self.password = self.password()?;
        let files = self.files()?;
        let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Ok(Defaults {
            machine: machine.trim().to_owned(),
            broker: self,
            files,
        })
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path, &error))
}

/// The blocks of a PEM file that matter. Files, unlike hosts, may hold text
/// around them and parameters of keys.
fn pem(path: &Path, content: Content) -> Result<Secret, ConfigError> {
    let wanted = match content {
        Content::Certificates => "CERTIFICATE-----",
        Content::Key => "PRIVATE KEY-----",
    };
    let text = read(path)?;
    let mut blocks = String::new();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        inside |= line.starts_with("-----BEGIN ") && line.ends_with(wanted);
        if inside {
            blocks.push_str(line);
            blocks.push('\n');
        }
        inside &= !line.starts_with("-----END ");
    }
    let mut made = Buf::heap(ROOM);
    match normalize(blocks.as_bytes(), content, &mut made) {
        Ok(()) => Ok(Secret(
            String::from_utf8_lossy(made.as_slice()).into_owned(),
        )),
        Err(_) if blocks.len() > ROOM => Err(ConfigError::new(format!(
            "{} is larger than the {ROOM} bytes a modem holds; give only the certificates that are needed",
            path.display()
        ))),
        Err(_) => Err(ConfigError::new(format!(
            "{} holds no PEM {}; check what it is",
            path.display(),
            match content {
                Content::Certificates => "certificate",
                Content::Key => "private key",
            }
        ))),
    }
}

impl Defaults {
    /// What the modem of this name starts with where it kept nothing itself.
    pub fn of(
        &self,
        name: &str,
        config: &Config<'static>,
    ) -> Result<Vec<(Slot, Vec<u8>)>, ConfigError> {
        let broker = &self.broker;
        let client_id = self.client_id(name, config);
        let settings = Settings {
            host: &broker.host,
            port: broker.port,
            client_id: &client_id,
            clean_session: broker.clean_session,
            keep_alive: broker.keep_alive,
            username: broker.username.as_deref(),
            password: broker.password.as_ref().map(|secret| secret.0.as_bytes()),
        };
        let mut record = Buf::heap(ROOM);
        settings.encode(&mut record).map_err(|_| {
            ConfigError::new("client_id, username and password of the broker are too long together")
        })?;
        let mut values = vec![(Slot::Settings(LINK), record.as_slice().to_vec())];
        if broker.tls.is_some() {
            values.push((Slot::Tls(LINK), vec![1]));
        }
        values.extend(broker.options.records(LINK));
        let files = self.files.iter();
        values.extend(files.map(|(slot, pem)| (*slot, pem.0.clone().into_bytes())));
        Ok(values)
    }

    fn client_id(&self, name: &str, config: &Config<'static>) -> String {
        let mut id = self.broker.client_id.clone();
        if id.contains("{imei}") {
            id = id.replace("{imei}", &imei(config));
        }
        id.replace("{host}", &self.machine)
            .replace("{name}", &plain(name))
    }
}

/// A name of which every broker takes each character.
fn plain(name: &str) -> String {
    let plain = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => c,
        _ => '-',
    };
    name.chars()
        .map(plain)
        .collect::<String>()
        .trim_matches('-')
        .to_owned()
}

/// The IMEI of a modem: it is asked, since it may make it itself.
fn imei(config: &Config<'static>) -> String {
    let mut modem = Modem::new(*config, Memory::heap(), Instant::ZERO);
    let line = b"ATE0+CGSN\r";
    modem.handle_host(Instant::ZERO, line);
    let said = modem.host_out().get(line.len()..).unwrap_or_default();
    let digits = said.iter().filter(|byte| byte.is_ascii_digit());
    digits.map(|byte| char::from(*byte)).collect()
}
