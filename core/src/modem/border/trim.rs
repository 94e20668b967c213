//! Memory of the heap that is given back.

use crate::modem::Modem;
use crate::modem::link::Link;

impl Modem<'_> {
    /// Gives memory of the heap back that a large line or message took, where it
    /// is not in use now; returns how much the modem holds then. For a caller that
    /// is about to wait; lent memory stays as it is.
    pub fn trim(&mut self) -> usize {
        let busy = self.is_busy();
        let machine = &mut self.machine;
        let links: usize = machine.links.iter_mut().map(Link::trim).sum();
        [
            self.console.trim(busy),
            machine.scratch.trim(),
            machine.properties.trim(),
            machine.out.trim(),
            machine.notify.trim(),
            machine.storage.trim(),
            links,
        ]
        .into_iter()
        .sum()
    }
}
