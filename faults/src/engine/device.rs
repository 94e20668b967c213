//! What goes wrong with the device itself: its power and its radio.

use super::random::Random;
use super::rules::{Case, RuleSet};
use crate::vocabulary::{Fault, FaultEffect as Effect};
use mqmodem_core::Instant;

/// What is to be done to the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceAct {
    /// It loses its power at once.
    PowerOff,
    /// It is switched on, with what it stored.
    PowerOn,
    /// The network is there or gone.
    Radio(bool),
}

/// A restart that is under way.
#[derive(Debug)]
pub(super) struct Boot {
    pub(super) fault: Fault,
    pub(super) random: Random,
    due: Instant,
}

/// How the device is.
#[derive(Debug, Default)]
pub(super) struct DeviceFaults {
    radio_is_off: bool,
    power_is_off: bool,
    boot: Option<Boot>,
    /// The restart that was just done.
    booted: Option<Boot>,
}

impl DeviceFaults {
    /// What is to be done next.
    pub(super) fn poll(&mut self, now: Instant, rules: &mut RuleSet) -> Option<DeviceAct> {
        if self.power_is_off {
            let booting = self.boot.as_ref().is_some_and(|boot| boot.due > now);
            if booting || rules.hit(now, Case::of(Effect::PowerCut)).is_some() {
                return None;
            }
            self.booted = self.boot.take();
            self.power_is_off = false;
            self.radio_is_off = false;
            return Some(DeviceAct::PowerOn);
        }
        if rules.hit(now, Case::of(Effect::PowerCut)).is_some() {
            self.power_is_off = true;
            return Some(DeviceAct::PowerOff);
        }
        if let Some(mut hit) = rules.hit(now, Case::of(Effect::PowerRestart)) {
            let time = hit.fault.span("boot").map(|span| hit.random.within(span));
            self.boot = Some(Boot {
                due: now + time.unwrap_or_default(),
                fault: hit.fault,
                random: hit.random,
            });
            self.power_is_off = true;
            return Some(DeviceAct::PowerOff);
        }
        let off = rules.hit(now, Case::of(Effect::RadioOff)).is_some();
        if off == self.radio_is_off {
            return None;
        }
        self.radio_is_off = off;
        Some(DeviceAct::Radio(!off))
    }

    /// The restart that was just done.
    pub(super) fn take_booted(&mut self) -> Option<Boot> {
        self.booted.take()
    }

    /// Somebody else switched it on.
    pub(super) fn powered_on(&mut self) {
        *self = Self::default();
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.boot.as_ref().map(|boot| boot.due)
    }
}
