//! Makes drivers that share what modems can share.

use super::{Driver, Parts, Stop};
use crate::observe::metrics::Metrics;
use crate::observe::trace::{Tap, Trace};
use crate::port::{Label, Port};
use crate::runtime::clock::Clock;
use crate::store::{Forgetful, Store};
use crate::transport::{Pace, TlsConfigs, check_client_certificate};
use mqmodem_core::{Config, LinkId, Memory, Modem, Slot};
use std::collections::HashSet;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use tokio::sync::watch;

/// What the modems of one program share.
#[derive(Debug, Default)]
pub struct Shared {
    clock: Clock,
    tls: Arc<TlsConfigs>,
    trace: Option<Arc<Trace>>,
    pace: Option<Arc<Pace>>,
    metrics: Option<Arc<Metrics>>,
    leaving: watch::Sender<Leaving>,
}

/// Who is to be switched off.
#[derive(Debug, Default)]
struct Leaving {
    all: bool,
    /// By their labels.
    some: HashSet<String>,
}

impl Leaving {
    fn includes(&self, label: &Label) -> bool {
        self.all || self.some.contains(label.as_str())
    }
}

/// What makes one modem differ from the others.
pub struct Setup {
    /// Where its host is.
    pub port: Box<dyn Port>,
    /// What it is called in logs.
    pub label: Label,
    /// How it behaves.
    pub config: Config<'static>,
    /// What it runs on.
    pub memory: Memory<'static>,
    /// Where it keeps what outlives it.
    pub store: Box<dyn Store>,
    /// What it kept before it was switched on.
    pub kept: Vec<(Slot, Vec<u8>)>,
    /// What counts where it kept nothing.
    pub defaults: Vec<(Slot, Vec<u8>)>,
}

impl Setup {
    /// A modem that starts new and forgets at its end.
    pub fn new(port: Box<dyn Port>, label: Label) -> Self {
        Self {
            port,
            label,
            config: Config::default(),
            memory: Memory::heap(),
            store: Box::new(Forgetful::default()),
            kept: Vec::new(),
            defaults: Vec::new(),
        }
    }
}

/// Without what was kept: among it are passwords and keys.
impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut setup = f.debug_struct("Setup");
        setup.field("label", &self.label).finish_non_exhaustive()
    }
}

impl Shared {
    /// What modems share, with a trace of them all.
    pub fn traced(trace: Option<Arc<Trace>>) -> Self {
        Self {
            trace,
            ..Self::default()
        }
    }

    /// Lets no more connections be begun in a second than this.
    pub fn paced(self, per_second: NonZeroU32) -> Self {
        let pace = Some(Arc::new(Pace::new(per_second)));
        Self { pace, ..self }
    }

    /// Changes how many may be begun in a second, where there is a ceiling.
    pub(crate) fn pace(&self, per_second: NonZeroU32) {
        if let Some(pace) = &self.pace {
            pace.change(per_second);
        }
    }

    /// Counts what the modems do.
    pub fn counted(self, metrics: Option<Arc<Metrics>>) -> Self {
        Self { metrics, ..self }
    }

    /// A new modem at `port`, to be spawned. It forgets at its end.
    pub fn driver(&self, port: Box<dyn Port>, label: Label, config: Config<'static>) -> Driver {
        self.set_up(Setup {
            config,
            ..Setup::new(port, label)
        })
    }

    /// A new modem, to be spawned. What it cannot use of what was kept is logged
    /// and left out.
    pub fn set_up(&self, setup: Setup) -> Driver {
        let label = setup.label;
        let stop = self.stop_of(label.clone());
        let tap = self.trace.clone();
        let now = self.clock.now();
        let config = Config {
            keeps_sessions: setup.config.keeps_sessions && setup.store.keeps(),
            ..setup.config
        };
        let mut modem = Modem::new(config, setup.memory, now);
        let mut defaults = setup.defaults;
        if setup.store.is_restored() {
            restore(&mut modem, &label, &setup.kept, &defaults);
            defaults = Vec::new();
        } else {
            modem.await_restore();
        }
        modem.set_clock(now, self.clock.wall());
        Driver::new(Parts {
            modem,
            clock: self.clock,
            port: setup.port,
            tap: tap.map(|trace| Tap::new(trace, label.clone())),
            label,
            store: setup.store,
            defaults,
            tls: self.tls.clone(),
            pace: self.pace.clone(),
            metrics: self.metrics.clone(),
            stop,
        })
    }

    /// Resolves when the modem is to be switched off.
    fn stop_of(&self, label: Label) -> Stop {
        // One of this name may have been, and may be again.
        self.leaving.send_if_modified(|leaving| {
            leaving.some.remove(label.as_str());
            false
        });
        let mut leaving = self.leaving.subscribe();
        Box::pin(async move {
            // A sender that is gone means the same.
            let _ = leaving.wait_for(|leaving| leaving.includes(&label)).await;
        })
    }

    /// Switches every modem off: each says DISCONNECT and ends.
    pub fn stop(&self) {
        self.leaving.send_modify(|leaving| leaving.all = true);
    }

    /// Switches the modems of these labels off.
    pub fn stop_some(&self, labels: impl IntoIterator<Item = String>) {
        self.leaving
            .send_modify(|leaving| leaving.some.extend(labels));
    }
}

/// Says of what was kept what a connect would fail for.
fn warn_of_certificate(label: &Label, kept: &[&(Slot, Vec<u8>)]) {
    let find = |slot: Slot| {
        let found = kept.iter().find(|(of, _)| *of == slot);
        let pem = found.map(|(_, pem)| pem.as_slice());
        pem.filter(|pem| !pem.is_empty())
    };
    let link = LinkId(0);
    let (certificate, key) = (find(Slot::Certificate(link)), find(Slot::Key(link)));
    if let Err(why) = check_client_certificate(certificate, key) {
        tracing::warn!(port = %label, "{why}: load both anew, or connects over TLS fail");
    }
}

/// Gives a modem what it kept, and defaults where it kept nothing.
pub(crate) fn restore(
    modem: &mut Modem<'static>,
    label: &Label,
    kept: &[(Slot, Vec<u8>)],
    defaults: &[(Slot, Vec<u8>)],
) {
    let is_kept = |slot: Slot| kept.iter().any(|(kept, _)| *kept == slot);
    let defaults = defaults.iter().filter(|(slot, _)| !is_kept(*slot));
    let all: Vec<_> = kept.iter().chain(defaults).collect();
    warn_of_certificate(label, &all);
    for (slot, bytes) in all {
        // Empty stands for erased.
        if !bytes.is_empty()
            && let Err(error) = modem.restore(*slot, bytes)
        {
            tracing::error!(port = %label, "left out of what was kept: {slot:?}, {error:?}");
        }
    }
}
