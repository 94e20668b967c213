//! Memory of the heap that is given back.

use super::Modem;

impl Modem<'_> {
    /// Gives memory of the heap back that a large line or message took, where it
    /// is not in use now; returns how much the modem holds then. For a caller that
    /// is about to wait; lent memory stays as it is.
    pub fn trim(&mut self) -> usize {
        if !self.is_busy() {
            self.decoded.clear();
        }
        let machine = &mut self.machine;
        let [link] = &mut machine.links;
        [
            self.reader.trim(),
            self.decoded.trim(),
            machine.out.trim(),
            machine.inbox.trim(),
            machine.storage.trim(),
            link.net_in.trim(),
            link.net_out.trim(),
            link.session.trim(),
        ]
        .into_iter()
        .sum()
    }
}
