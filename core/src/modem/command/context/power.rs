//! Restarting, and being off.

use super::Context;
use crate::modem::command::dialect::Outcome;
use crate::modem::radio::Functionality;
use crate::modem::wait::Wait;

impl Context<'_, '_> {
    /// Restarts the modem once its link is closed and the line answered; then
    /// the radio is like this.
    pub fn restart(&mut self, functionality: Functionality) -> Outcome {
        self.machine.radio.plan_restart(functionality);
        self.forget_radio();
        self.machine.disconnect_all(None);
        Outcome::Wait(Wait::AllClosed)
    }

    /// Restarts the modem once the line is answered, as if its power went: brokers are not
    /// told.
    pub fn restart_at_once(&mut self) -> Outcome {
        let functionality = self.machine.functionality_at_start();
        self.machine.radio.plan_restart(functionality);
        self.machine.cut_all();
        Outcome::Ok
    }

    /// Leaves every link in order and switches the modem off once that is told: then it
    /// answers nothing until the host comes back.
    pub fn power_off(&mut self) -> Wait {
        self.machine.radio.plan_power_off();
        self.machine.disconnect_all(None);
        Wait::AllClosed
    }

    /// Nothing more is said once the line is answered, as if the modem were off: brokers are
    /// not told. The host wakes it by a control line or a break.
    pub fn fall_silent(&mut self) -> Outcome {
        self.machine.radio.plan_silence();
        self.machine.cut_all();
        Outcome::Ok
    }
}
