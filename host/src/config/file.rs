//! Reads `mqmodem.toml`.

use super::broker::{self, Broker, TlsPaths};
use super::document::{self, Document};
use super::wrong;
use super::{ConfigError, FleetTable, ModemPlan, Options, Plan, PortPlan, check_name};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// A file that is being read, to say where something is wrong in it.
struct Source<'s> {
    path: &'s Path,
    text: &'s str,
}

pub(super) fn read(path: &Path) -> Result<Plan, ConfigError> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| ConfigError::unreadable(path, &error))?;
    parse(path, &text)
}

pub(super) fn parse(path: &Path, text: &str) -> Result<Plan, ConfigError> {
    let source = Source { path, text };
    let document = source.document()?;
    let mut plan = Plan {
        file: Some(path.to_owned()),
        modems: source.modems(&document)?,
        behaviour: document.usual(),
        fleet: None,
        broker: None,
        state_dir: document.state_dir.map(|path| source.beside(path)),
        trace: document.trace.map(|path| source.beside(path)),
        verbose: document.log.level as u8,
    };
    if let Some(written) = document.fleet {
        plan.fleet = Some(source.fleet(written.into_inner()));
    }
    if let Some(written) = document.broker {
        plan.broker = Some(source.broker(written)?);
    }
    Ok(plan)
}

impl Source<'_> {
    fn document(&self) -> Result<Document, ConfigError> {
        let read = |text: &str| toml::from_str::<Document>(text);
        if let Some((span, what)) = wrong::unfit(self.text) {
            return Err(self.wrong(span, &what));
        }
        read(self.text).map_err(|error| {
            let other = |text: &str| read(text).err();
            let (span, what) = wrong::explained(self.text, &error, other);
            self.wrong(span, &what)
        })
    }

    fn wrong(&self, span: Range<usize>, what: &str) -> ConfigError {
        ConfigError::at(self.path, self.text, span, what)
    }

    /// Paths in the file are relative to it.
    fn beside(&self, path: PathBuf) -> PathBuf {
        match self.path.parent() {
            Some(directory) if path.is_relative() => directory.join(path),
            _ => path,
        }
    }

    fn modems(&self, document: &Document) -> Result<Vec<ModemPlan>, ConfigError> {
        let mut modems = Vec::new();
        let mut names = HashSet::new();
        for (index, written) in (0..).zip(&document.modem) {
            let modem = written.get_ref();
            let name = self.name(modem, &mut names)?;
            modems.push(ModemPlan {
                name,
                port: self.port(&modem.port),
                behaviour: document.behaviour(modem, index),
            });
        }
        let stdio = |modem: &&ModemPlan| modem.port == PortPlan::Stdio;
        if modems.iter().filter(stdio).count() > 1 {
            let last = document.modem.last().map(Spanned::span);
            let what = "only one modem can be on stdio";
            return Err(self.wrong(last.unwrap_or_default(), what));
        }
        Plan::name_modems(&mut modems);
        Ok(modems)
    }

    fn name(
        &self,
        modem: &document::Modem,
        names: &mut HashSet<String>,
    ) -> Result<String, ConfigError> {
        let Some(name) = &modem.name else {
            return Ok(String::new());
        };
        let (text, span) = (name.get_ref(), name.span());
        check_name(text).map_err(|what| self.wrong(span.clone(), &format!("name: {what}")))?;
        if names.insert(text.clone()) {
            return Ok(text.clone());
        }
        Err(self.wrong(span, &format!("another modem is called \"{text}\" too")))
    }

    fn port(&self, port: &PortPlan) -> PortPlan {
        let mut port = port.clone();
        match &mut port {
            PortPlan::Pty {
                link: Some(path), ..
            }
            | PortPlan::Unix(path)
            | PortPlan::Serial { device: path, .. } => *path = self.beside(std::mem::take(path)),
            _ => {}
        }
        port
    }

    fn fleet(&self, mut written: FleetTable) -> FleetTable {
        written.port = written.port.map(|port| self.port(&port));
        written.setup = written.setup.map(|path| self.beside(path));
        written.script = written.script.map(|path| self.beside(path));
        written
    }

    fn broker(&self, written: Spanned<document::Broker>) -> Result<Broker, ConfigError> {
        let span = written.span();
        let written = written.into_inner();
        let place = self.place(&written, span.clone())?;
        let tls_wanted = place.tls || written.tls.is_some();
        let files = written.tls.unwrap_or_default();
        let paths = TlsPaths {
            root: files.root.map(|path| self.beside(path)),
            certificate: files.certificate.map(|path| self.beside(path)),
            key: files.key.map(|path| self.beside(path)),
        };
        let usual_port = if tls_wanted { 8883 } else { 1883 };
        let broker = Broker {
            host: place.host,
            port: place.port.or(written.port).unwrap_or(usual_port),
            client_id: written.client_id.unwrap_or("{host}-{name}".to_owned()),
            clean_session: written.clean_session.unwrap_or(true),
            keep_alive: written.keepalive.unwrap_or(60),
            username: written.username,
            password: written.password,
            password_file: written.password_file.map(|path| self.beside(path)),
            tls: tls_wanted.then_some(paths),
            options: self.options(&written.options)?,
        };
        match broker.objection() {
            None => Ok(broker),
            Some(what) => Err(self.wrong(span, what)),
        }
    }

    fn options(
        &self,
        written: &BTreeMap<String, Spanned<toml::Value>>,
    ) -> Result<Options, ConfigError> {
        let mut options = Options::default();
        for (name, value) in written {
            let set = options.set(name, value.get_ref());
            set.map_err(|what| self.wrong(value.span(), &what))?;
        }
        Ok(options)
    }

    /// Where the broker is: by its URL, or by host and port.
    fn place(
        &self,
        written: &document::Broker,
        span: Range<usize>,
    ) -> Result<broker::Place, ConfigError> {
        let (text, made) = match (&written.url, &written.host) {
            (Some(url), None) if written.port.is_none() => {
                (url, broker::Place::of_url(url.get_ref()))
            }
            (None, Some(host)) => (host, broker::Place::of_host(host.get_ref())),
            _ => {
                let what = "give the broker a url such as \"mqtts://broker.example\", or a host and a port";
                return Err(self.wrong(span, what));
            }
        };
        made.map_err(|what| self.wrong(text.span(), what))
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
