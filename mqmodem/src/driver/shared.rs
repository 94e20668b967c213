//! Makes drivers that share what modems can share.

use super::faults::{DriverFaults, FaultDesk};
use super::restore::restore;
use super::stop::{Leaving, Stop};
use super::task::{Driver, Parts};
use crate::observe::{ObserverSource, Roster};
use crate::port::{Label, Port};
use crate::runtime::board::Board;
use crate::runtime::clock::SystemClock;
use crate::store::{Forgetful, Store};
use crate::transport::{Pace, Proxy, TlsConfigs};
use mqmodem_core::{Config, Memory, Modem, Slot};
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

/// What the modems of one program share.
#[derive(Debug, Default)]
pub struct Shared {
    clock: SystemClock,
    tls: Arc<TlsConfigs>,
    pace: Option<Arc<Pace>>,
    observers: Vec<Arc<dyn ObserverSource>>,
    leaving: Board<Leaving>,
    faults: Option<Arc<FaultDesk>>,
    roster: Option<Arc<Roster>>,
}

/// What makes one modem differ from the others.
pub struct ModemSetup {
    /// Where its host is.
    pub port: Box<dyn Port>,
    /// What it is called in logs.
    pub label: Label,
    /// How it behaves.
    pub config: Config<'static>,
    /// What it runs on.
    pub memory: Memory<'static>,
    /// What its connections go through.
    pub proxy: Option<Arc<Proxy>>,
    /// Where it keeps what outlives it.
    pub store: Box<dyn Store>,
    /// What it stored before it was switched on.
    pub stored: Vec<(Slot, Vec<u8>)>,
    /// What counts where it stored nothing.
    pub defaults: Vec<(Slot, Vec<u8>)>,
    /// Makes the memory of a modem that a fault has switched off and on.
    pub renew: Box<dyn Fn() -> Memory<'static> + Send>,
}

impl ModemSetup {
    /// A modem that starts new and forgets at its end.
    pub fn new(port: Box<dyn Port>, label: Label) -> Self {
        Self {
            port,
            label,
            config: Config::default(),
            memory: Memory::heap(),
            proxy: None,
            store: Box::new(Forgetful::default()),
            stored: Vec::new(),
            defaults: Vec::new(),
            renew: Box::new(Memory::heap),
        }
    }
}

/// Without what was kept: among it are passwords and keys.
impl fmt::Debug for ModemSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut setup = f.debug_struct("ModemSetup");
        setup.field("label", &self.label).finish_non_exhaustive()
    }
}

impl Shared {
    /// Has each modem observed, where there is something to do so.
    #[must_use]
    pub fn observed(mut self, by: Option<Arc<impl ObserverSource + 'static>>) -> Self {
        self.observers
            .extend(by.map(|it| it as Arc<dyn ObserverSource>));
        self
    }

    /// Lets no more connections be begun in a second than this.
    #[must_use]
    pub fn paced(self, per_second: NonZeroU32) -> Self {
        let pace = Some(Arc::new(Pace::new(per_second)));
        Self { pace, ..self }
    }

    /// Lets things be made to go wrong with each modem.
    #[must_use]
    pub(crate) fn with_faults(self, faults: Option<Arc<FaultDesk>>) -> Self {
        Self { faults, ..self }
    }

    /// Has each modem listed.
    #[must_use]
    pub(crate) fn listed(self, roster: Option<Arc<Roster>>) -> Self {
        Self { roster, ..self }
    }

    /// Changes how many may be begun in a second, where there is a ceiling.
    pub(crate) fn pace(&self, per_second: NonZeroU32) {
        if let Some(pace) = &self.pace {
            pace.change(per_second);
        }
    }

    /// A new modem at `port`, to be spawned. It forgets at its end.
    pub fn driver(&self, port: Box<dyn Port>, label: Label, config: Config<'static>) -> Driver {
        self.set_up(ModemSetup {
            config,
            ..ModemSetup::new(port, label)
        })
    }

    /// A new modem, to be spawned. What it cannot use of what was kept is logged
    /// and left out.
    pub fn set_up(&self, setup: ModemSetup) -> Driver {
        let label = setup.label;
        let stop = Stop::on(&self.leaving, &label);
        let observers = self.observers.iter().cloned();
        let roster = self.roster.iter();
        let listing = roster.map(|it| it.observer(&label, setup.config.dialect.name));
        let mut observers: Vec<_> = observers
            .map(|it| it.observer(&label))
            .chain(listing)
            .collect();
        for observer in &mut observers {
            observer.made(&setup.config);
        }
        let now = self.clock.now();
        let config = Config {
            keeps_sessions: setup.config.keeps_sessions && setup.store.is_persistent(),
            ..setup.config
        };
        let faults = self.faults.as_ref().map(|desk| {
            let mut faults = DriverFaults::new(desk, &label, now, config, setup.renew);
            if setup.store.is_restored() {
                // What was stored counts more.
                faults.begin(setup.defaults.iter().cloned());
                faults.begin(setup.stored.iter().cloned());
            }
            faults
        });
        let mut modem = Modem::new(config, setup.memory, now);
        let mut defaults = setup.defaults;
        if setup.store.is_restored() {
            restore(&mut modem, &label, &setup.stored, &defaults);
            defaults = Vec::new();
        } else {
            modem.await_restore();
        }
        modem.set_clock(now, self.clock.wall());
        let driver = Driver::new(Parts {
            modem,
            clock: self.clock,
            port: setup.port,
            label,
            store: setup.store,
            defaults,
            tls: self.tls.clone(),
            pace: self.pace.clone(),
            proxy: setup.proxy,
            observers,
            stop,
        });
        match faults {
            None => driver,
            Some(faults) => driver.with_faults(faults),
        }
    }

    /// Switches every modem off: each says DISCONNECT and ends.
    pub fn stop(&self) {
        self.leaving.change(Leaving::add_all);
    }

    /// Has each modem look again at its port, which may have changed on its own.
    pub(crate) fn wake(&self) {
        self.leaving.change(|_| {});
    }

    /// Switches the modems of these labels off.
    pub fn stop_some(&self, labels: impl IntoIterator<Item = String>) {
        self.leaving.change(|leaving| leaving.add(labels));
    }
}
