//! The radio: how much of the modem is on.

/// `+CFUN`: how much of the modem is on (27.007 §8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Functionality {
    /// 0: least power, no radio.
    Minimum,
    /// 1: everything.
    Full,
    /// 4: no radio.
    RadioOff,
}

/// What follows once the present line is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PowerPlan {
    /// A restart; then the radio is like this.
    Restart(Functionality),
    /// Silence.
    Off,
}

/// The radio, and whether the modem is about to restart.
#[derive(Debug)]
pub(crate) struct Radio {
    functionality: Functionality,
    /// The radio finds no network.
    uncovered: bool,
    plan: Option<PowerPlan>,
    /// The modem is to be off once nothing is left to be told.
    powers_off: bool,
}

impl Radio {
    /// As after power-on.
    pub(crate) fn new() -> Self {
        Self {
            functionality: Functionality::Full,
            uncovered: false,
            plan: None,
            powers_off: false,
        }
    }

    /// `+CFUN?`
    pub(crate) fn functionality(&self) -> Functionality {
        self.functionality
    }

    /// Whether there is a network.
    pub(crate) fn is_on(&self) -> bool {
        self.functionality == Functionality::Full && !self.uncovered
    }

    /// Switches it; whether it went on or off by that.
    pub(crate) fn set(&mut self, functionality: Functionality) -> bool {
        let was_on = self.is_on();
        self.functionality = functionality;
        self.is_on() != was_on
    }

    /// The network is found or lost; whether there is one or none by that.
    pub(crate) fn cover(&mut self, covered: bool) -> bool {
        let was_on = self.is_on();
        self.uncovered = !covered;
        self.is_on() != was_on
    }

    /// The modem restarts once the line is answered.
    pub(crate) fn plan_restart(&mut self, functionality: Functionality) {
        self.plan = Some(PowerPlan::Restart(functionality));
    }

    /// The modem says nothing more once the line is answered.
    pub(crate) fn plan_silence(&mut self) {
        self.plan = Some(PowerPlan::Off);
    }

    /// The modem is to be off once nothing is left to be told.
    pub(crate) fn plan_power_off(&mut self) {
        self.powers_off = true;
    }

    /// Whether the modem is to be off now; that is forgotten.
    pub(crate) fn take_power_off(&mut self) -> bool {
        core::mem::take(&mut self.powers_off)
    }

    /// Whether it is about to restart, or to be off.
    #[inline]
    pub(crate) fn is_restarting(&self) -> bool {
        self.plan.is_some()
    }

    /// What is due.
    pub(crate) fn take_plan(&mut self) -> Option<PowerPlan> {
        self.plan.take()
    }
}
