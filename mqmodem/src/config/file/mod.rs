//! Reads `mqmodem.toml`.

use super::behaviour::BehaviourPlan;
use super::document::{self, Document};
use super::error::ConfigError;
use super::fleet::FleetTable;
use super::inspect::{InspectPlace, InspectPlan};
use super::modem::{ModemPlan, check_name, number};
use super::plan::Plan;
use super::port::PortPlan;
use super::trace::TracePlan;
use super::{text, wrong};
use crate::observe::trace::TraceTarget;
use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// A file that is being read, to say where something is wrong in it.
pub(super) struct SourceFile<'s> {
    path: &'s Path,
    text: &'s str,
}

impl Plan {
    /// Reads a configuration file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        parse(path, &text::read(path)?)
    }

    #[cfg(test)]
    pub(crate) fn parsed(text: &str) -> Self {
        parse(Path::new("dir/m.toml"), text).unwrap()
    }
}

pub(super) fn parse(path: &Path, text: &str) -> Result<Plan, ConfigError> {
    let source = SourceFile { path, text };
    let document = source.document()?;
    let mut plan = Plan {
        file: Some(path.to_owned()),
        modems: source.modems(&document)?,
        behaviour: source.behaviour(document.usual()),
        fleet: None,
        broker: source.usual_broker(&document)?,
        state_dir: document.state_dir.map(|path| source.beside(path)),
        metrics: document.metrics,
        inspect: InspectPlan {
            at: document.inspect.map(InspectPlace::At),
            ..InspectPlan::default()
        },
        trace: TracePlan {
            target: document.trace.map(|path| source.target(path)),
            payload: document.trace_payload,
        },
        control: document.control.map(|path| source.beside(path)),
        faults: document.faults,
        verbose: document.log.level as u8,
    };
    if let Some(written) = document.fleet {
        plan.fleet = Some(source.fleet(written.into_inner()));
    }
    Ok(plan)
}

impl SourceFile<'_> {
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

    pub(super) fn wrong(&self, span: Range<usize>, what: &str) -> ConfigError {
        ConfigError::at(self.path, self.text, span, what)
    }

    /// Paths in the file are relative to it.
    pub(super) fn beside(&self, path: PathBuf) -> PathBuf {
        match self.path.parent() {
            Some(directory) if path.is_relative() => directory.join(path),
            _ => path,
        }
    }

    /// Standard output is beside no file.
    fn target(&self, path: PathBuf) -> TraceTarget {
        let target = TraceTarget::of(&path);
        if target.is_output() {
            return target;
        }
        TraceTarget::of(&self.beside(path))
    }

    fn modems(&self, document: &Document) -> Result<Vec<ModemPlan>, ConfigError> {
        let mut modems = Vec::new();
        let mut names = HashSet::new();
        for (index, written) in (0..).zip(&document.modem) {
            let modem = written.get_ref();
            let name = self.name(modem, &mut names)?;
            modems.push(ModemPlan {
                name,
                place: index,
                number: number(index),
                has_own_seed: modem.seed.is_some(),
                port: self.port(&modem.port),
                behaviour: self.behaviour(document.behaviour(modem, index)),
                broker: self.broker_of(modem, document)?,
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
        modem: &document::ModemTable,
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

    fn behaviour(&self, written: BehaviourPlan) -> BehaviourPlan {
        let proxy = written.proxy;
        BehaviourPlan {
            proxy: proxy.map(|proxy| proxy.moved(|path| self.beside(path))),
            ..written
        }
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
        written.credentials = written.credentials.map(|path| self.beside(path));
        written
    }
}

#[cfg(test)]
mod tests;
