//! A modem about to be started: its files are read, only its port may yet fail.

use super::ports::OpenPort;
use super::state::State;
use crate::ModemSetup;
use crate::cli::failure::ProgramFailure;
use crate::config::{DefaultRecords, ModemPlan, ProxyPlan};
use crate::port::Label;
use crate::transport::Proxy;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Warns of files with secrets that everyone on this machine can read, once of each.
pub(in crate::cli) fn warn_of_exposed<'m>(modems: impl IntoIterator<Item = &'m ModemPlan>) {
    let exposed = modems.into_iter().flat_map(ModemPlan::exposed);
    for path in exposed.collect::<BTreeSet<_>>() {
        let path = path.display();
        tracing::warn!("everyone on this machine can read {path}: chmod o-r {path}");
    }
}

/// A modem that lacks only its port.
pub(in crate::cli) struct Prepared {
    pub(in crate::cli) plan: ModemPlan,
    defaults: DefaultRecords,
    proxy: Option<Arc<Proxy>>,
}

impl Prepared {
    /// Reads what the modem is to start with.
    pub(in crate::cli) fn new(plan: ModemPlan) -> Result<Self, ProgramFailure> {
        let failure = |error| ProgramFailure::new(format!("{}: {error}", plan.name));
        let defaults = plan.defaults().map_err(failure)?;
        let proxy = plan.behaviour.proxy.as_ref();
        let proxy = proxy.map(ProxyPlan::proxy).transpose().map_err(failure)?;
        Ok(Self {
            defaults,
            proxy: proxy.map(Arc::new),
            plan,
        })
    }

    /// A number that differs if a running modem has to restart to become this one.
    pub(in crate::cli) fn print(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let plan = &self.plan;
        plan.name.hash(&mut hasher);
        plan.behaviour.hash(&mut hasher);
        // What is in its file may have changed.
        self.proxy.hash(&mut hasher);
        format!("{:?}", plan.port).hash(&mut hasher);
        // The names of slots are too short to run into what they hold.
        for (slot, bytes) in &self.defaults {
            slot.to_bytes().hash(&mut hasher);
            bytes.hash(&mut hasher);
        }
        hasher.finish()
    }

    /// The modem at its port, with what it kept; that counts more than what the
    /// configuration says.
    pub(in crate::cli) fn at(self, opened: OpenPort, state: &mut State) -> ModemSetup {
        let behaviour = &self.plan.behaviour;
        // Without a name of its own it is called as its port.
        let own = !self.plan.name.starts_with(&self.plan.port.to_string());
        let label = if own && opened.label.as_str() != self.plan.name {
            Label::new(&self.plan.name)
        } else {
            opened.label
        };
        let mut setup = ModemSetup {
            config: behaviour.config(),
            memory: behaviour.memory(),
            proxy: self.proxy,
            ..ModemSetup::new(opened.port, label)
        };
        state.give(&self.plan.name, &mut setup);
        setup.defaults = self.defaults;
        let behaviour = self.plan.behaviour;
        setup.renew = Box::new(move || behaviour.memory());
        setup
    }
}
