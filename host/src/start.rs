//! Makes drivers that share what modems can share.

use crate::clock::Clock;
use crate::driver::{Driver, Parts};
use crate::net::TlsConfigs;
use crate::port::{Label, Port};
use crate::store::Forgetful;
use crate::trace::{Tap, Trace};
use mqmodem_core::{Config, Memory, Modem};
use std::sync::Arc;
use tokio::sync::watch;

/// What the modems of one program share.
#[derive(Debug, Default)]
pub struct Shared {
    clock: Clock,
    tls: Arc<TlsConfigs>,
    trace: Option<Arc<Trace>>,
    stop: watch::Sender<bool>,
}

impl Shared {
    /// What modems share, with a trace of them all.
    pub fn traced(trace: Option<Arc<Trace>>) -> Self {
        Self {
            trace,
            ..Self::default()
        }
    }

    /// A new modem at `port`, to be spawned.
    pub fn driver(&self, port: Box<dyn Port>, label: Label, config: Config<'static>) -> Driver {
        let mut stop = self.stop.subscribe();
        let tap = self.trace.clone();
        let now = self.clock.now();
        let mut modem = Modem::new(config, Memory::heap(), now);
        modem.set_clock(now, Clock::unix());
        Driver::new(Parts {
            modem,
            clock: self.clock,
            port,
            tap: tap.map(|trace| Tap::new(trace, label.clone())),
            label,
            store: Box::new(Forgetful),
            tls: self.tls.clone(),
            stop: Box::pin(async move {
                // A sender that is gone means the same.
                let _ = stop.wait_for(|stop| *stop).await;
            }),
        })
    }

    /// Switches every modem off: each says DISCONNECT and ends.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}
