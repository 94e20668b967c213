//! The broker of modems that have no settings of their own.

use super::error::ConfigError;
use super::fill::fill;
use super::options::BrokerOptions;
use super::pem::{ROOM, pem};
use super::place::{self, BrokerPlace, TARGET};
use super::psk;
use super::secret::Secret;
use super::text;
use mqmodem_core::modem::credential::CONFIGURED_PSK;
use mqmodem_core::modem::pem::Content;
use mqmodem_core::modem::settings::Settings;
use mqmodem_core::modem::url::BrokerUrl;
use mqmodem_core::mqtt::topic::has_allowed_characters;
use mqmodem_core::{Buf, LinkId, Slot};
use std::path::{Path, PathBuf};

pub(super) const LINK: LinkId = LinkId(0);

/// A broker, and who modems are to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// Its name or address.
    pub host: String,
    /// Its TCP port.
    pub port: u16,
    /// Path and query, where MQTT goes over WebSocket; the query is a secret.
    pub websocket: Option<Secret>,
    /// The client identifier. In all texts `{name}`, `{index}`, `{imei}` and `{host}`
    /// stand for those of the modem and the machine.
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
    pub options: BrokerOptions,
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
    /// A pre-shared key in place of all of them: one line, `<identity>:<key in hex>`.
    pub psk: Option<PathBuf>,
}

/// What a modem finds kept where it kept nothing itself.
pub type DefaultRecords = Vec<(Slot, Vec<u8>)>;

impl Broker {
    /// What does not fit together.
    pub(crate) fn objection(&self) -> Option<&'static str> {
        let has_password = self.password.is_some() || self.password_file.is_some();
        let (certificate, key) = match &self.tls {
            Some(tls) => (tls.certificate.is_some(), tls.key.is_some()),
            None => (false, false),
        };
        if self.port == 0 {
            Some("0 is no port of a broker")
        } else if has_password && self.username.is_none() {
            Some("a password needs a username")
        } else if certificate != key {
            Some("tls.certificate and tls.key belong together: give both or none")
        } else if certificate && self.has_psk() {
            Some("tls.psk takes the place of tls.certificate and tls.key: give one of them")
        } else if self.client_id.is_empty() && !self.clean_session {
            Some("an empty client_id needs clean_session = true")
        } else if !has_allowed_characters(&self.client_id) {
            Some("a client_id may not hold control characters")
        } else {
            None
        }
    }

    /// The same for one modem: `of` says what stands for each placeholder.
    pub(super) fn filled(&self, of: impl Fn(&str) -> String + Copy) -> Result<Self, ConfigError> {
        let text = |text: &String| fill(text, of);
        let path = |path: &PathBuf| match path.to_str() {
            Some(text) => PathBuf::from(fill(text, of)),
            None => path.clone(),
        };
        let tls = self.tls.as_ref().map(|tls| TlsPaths {
            root: tls.root.as_ref().map(path),
            certificate: tls.certificate.as_ref().map(path),
            key: tls.key.as_ref().map(path),
            psk: tls.psk.as_ref().map(path),
        });
        let filled = Self {
            host: text(&self.host),
            websocket: self.websocket.as_ref().map(|it| Secret(text(&it.0))),
            client_id: text(&self.client_id),
            username: self.username.as_ref().map(text),
            password: self.password.as_ref().map(|it| Secret(text(&it.0))),
            password_file: self.password_file.as_ref().map(path),
            tls,
            options: self.options.filled(of).map_err(ConfigError::new)?,
            ..self.clone()
        };
        match BrokerPlace::of_host(&filled.host) {
            Ok(_) if BrokerUrl::parse(&filled.url().0).is_ok() => Ok(filled),
            Ok(_) => Err(ConfigError::new(TARGET)),
            Err(what) => Err(ConfigError::new(format!("{}: {what}", filled.host))),
        }
    }

    /// The host, port and client identifier of one modem.
    pub(super) fn client(&self, of: impl Fn(&str) -> String + Copy) -> (String, u16, String) {
        let text = |text: &str| fill(text, of);
        (text(&self.host), self.port, text(&self.client_id))
    }

    /// What a modem keeps of its place: a URL where MQTT goes over WebSocket, else the host.
    pub(crate) fn url(&self) -> Secret {
        place::url(&self.host, self.tls.is_some(), self.websocket.as_ref())
    }

    /// Whether a pre-shared key takes the place of certificates.
    pub(crate) fn has_psk(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.psk.is_some())
    }

    /// The password, from its file where it has one.
    pub fn password(&self) -> Result<Option<Secret>, ConfigError> {
        match &self.password_file {
            Some(path) => text::password(path).map(Some),
            None => Ok(self.password.clone()),
        }
    }

    /// Files that hold a secret.
    pub fn secret_files(&self) -> impl Iterator<Item = &Path> {
        let tls = self.tls.as_ref();
        let key = tls.and_then(|tls| tls.key.as_deref());
        let psk = tls.and_then(|tls| tls.psk.as_deref());
        let secrets = [self.password_file.as_deref(), key, psk];
        secrets.into_iter().flatten()
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
        if let Some(path) = &tls.psk {
            files.push((Slot::Credential(CONFIGURED_PSK), psk::record(path)?));
        }
        Ok(files)
    }

    /// What a modem starts with whose broker this is: the texts filled, all files read.
    pub fn defaults(&self, shows_password: bool) -> Result<DefaultRecords, ConfigError> {
        let password = self.password()?;
        let url = self.url();
        let settings = Settings {
            url: BrokerUrl::parse(&url.0).map_err(|_| ConfigError::new(TARGET))?,
            port: self.port,
            client_id: &self.client_id,
            clean_session: self.clean_session,
            keep_alive: self.keep_alive,
            username: self.username.as_deref(),
            password: password.as_ref().map(|secret| secret.0.as_bytes()),
            hides_password: !shows_password,
        };
        let mut record = Buf::heap(ROOM);
        settings.encode(&mut record).map_err(|_| {
            ConfigError::new("client_id, username and password of the broker are too long together")
        })?;
        let mut values = vec![(Slot::Settings(LINK), record.as_slice().to_vec())];
        if self.tls.is_some() {
            values.push((Slot::Tls(LINK), vec![1]));
        }
        values.extend(self.options.records(LINK));
        if self.has_psk() {
            values.push(psk::option());
        }
        let files = self.files()?;
        self.check_client_certificate(&files)?;
        values.extend(
            files
                .into_iter()
                .map(|(slot, pem)| (slot, pem.0.into_bytes())),
        );
        Ok(values)
    }
}
