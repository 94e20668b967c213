//! What a modem asks its driver for.

use super::task::Driver;
use crate::port::Label;
use crate::store::{Store, StoreChange};
use crate::transport;
use mqmodem_core::{Action, Endpoint, Instant, NetEvent};

impl Driver {
    /// Carries out what the modem asks for; whether that was anything.
    pub(super) fn carry_out(&mut self, now: Instant) -> bool {
        let mut moved = false;
        while let Some(action) = self.modem.poll_action() {
            let faults = self.faults.as_mut();
            let goes = faults.is_none_or(|it| it.submit(now, &action));
            match action {
                Action::Open { conn, to } => {
                    self.link_logs
                        .open(&self.label, conn.link, &to, self.links.proxy());
                    warn_of(&self.label, &to);
                    self.observers.opening(now, conn.link, &to);
                    let faults = self.faults.as_mut();
                    match faults.and_then(|it| it.engine.opening(now, conn.link)) {
                        None => self.links.open(conn, &self.label, &to),
                        Some(why) => {
                            let event = NetEvent::Failed(why);
                            self.observers.net(now, conn.link, event);
                            self.modem.handle_net(now, conn, event);
                        }
                    }
                }
                Action::Close { conn, why } => {
                    self.observers.closing(now, conn.link, why);
                    self.links.close(conn);
                    if let Some(faults) = &mut self.faults {
                        faults.engine.closed(conn.link);
                    }
                }
                Action::Store { slot, bytes } => {
                    self.observers.storing(now, slot);
                    change(&mut *self.store, goes, StoreChange::Put { slot, bytes });
                }
                Action::Erase { slot } => {
                    self.observers.storing(now, slot);
                    change(&mut *self.store, goes, StoreChange::Erase { slot });
                }
                Action::Forget { link } => {
                    change(&mut *self.store, goes, StoreChange::Forget { link });
                }
                Action::Lines(lines) => {
                    tracing::debug!(modem = %self.label, dcd = lines.dcd, dsr = lines.dsr, "modem lines");
                    self.observers.modem_lines(now, lines);
                    self.host.set_lines(lines);
                }
                Action::Serial(serial) => {
                    self.observers.serial(now, serial);
                    self.host.set_serial(serial, &self.modem);
                }
            }
            moved = true;
        }
        moved
    }
}

/// Has the store make a change, unless a fault refuses it.
fn change(store: &mut dyn Store, goes: bool, change: StoreChange<'_>) {
    if goes {
        store.submit(change);
    }
}

/// Warns of what is not checked of a broker.
fn warn_of(modem: &Label, to: &Endpoint<'_>) {
    if let Some(what) = to.tls.and_then(|tls| transport::warning(&tls)) {
        tracing::warn!("{modem}: {what}, {}", to.host);
    }
}
