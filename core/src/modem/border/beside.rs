//! Lines of somebody beside the host.

use crate::modem::Modem;

impl Modem<'_> {
    /// The next line is sent by somebody beside the host, who can send no raw bytes: a
    /// command that asks for some fails. To be said while nothing is under way.
    pub fn begin_beside(&mut self) {
        self.machine.answer.begin_beside();
    }

    /// That line is answered; whether it asked for raw bytes.
    pub fn end_beside(&mut self) -> bool {
        self.machine.answer.end_beside()
    }
}
