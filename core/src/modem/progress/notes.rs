//! What of the output is what, for who watches the modem: nobody else pays for it.

use core::ops::Range;
#[cfg(feature = "alloc")]
use {crate::on_use::OnUse, alloc::vec::Vec};

/// What a piece of [`host_out`](crate::Modem::host_out) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// Information text of a command.
    Info,
    /// How a line ended. What is noted as nothing else is this, or the echo of a line.
    Result,
    /// An unsolicited result code.
    Urc,
    /// What asks for raw bytes.
    Prompt,
    /// The echo of raw bytes.
    Echo,
    /// An answer to a line that came while another was carried out.
    Rejection,
}

/// Pieces of the output that were noted and not asked for, oldest first.
#[derive(Debug, Default)]
pub(crate) struct OutputNotes {
    #[cfg(feature = "alloc")]
    list: OnUse<Vec<(OutputKind, Range<usize>)>>,
}

#[cfg(feature = "alloc")]
impl OutputNotes {
    /// From now on the output is noted.
    pub(crate) fn begin(&mut self) {
        self.list.used();
    }

    /// These bytes are of this kind. There are never more notes than bytes of output.
    #[inline]
    pub(crate) fn add(&mut self, kind: OutputKind, place: Range<usize>) {
        if self.list.is_used() {
            self.push(kind, place);
        }
    }

    #[cold]
    fn push(&mut self, kind: OutputKind, place: Range<usize>) {
        let list = self.list.used();
        match list.last_mut() {
            Some((known, before)) if *known == kind && before.end == place.start => {
                before.end = place.end;
            }
            _ if place.is_empty() => {}
            _ => list.push((kind, place)),
        }
    }

    /// The output ends here again.
    pub(crate) fn truncate(&mut self, len: usize) {
        if let Some(list) = self.list.get_mut() {
            list.retain_mut(|(_, place)| {
                place.end = place.end.min(len);
                place.start < place.end
            });
        }
    }

    /// What was noted since this was asked.
    pub(crate) fn take(&mut self) -> Vec<(OutputKind, Range<usize>)> {
        let list = self.list.get_mut();
        list.map(core::mem::take).unwrap_or_default()
    }
}

/// Without a heap nobody watches.
#[cfg(not(feature = "alloc"))]
#[expect(clippy::unused_self, reason = "the calls are those with a heap")]
impl OutputNotes {
    pub(crate) fn add(&mut self, _: OutputKind, _: Range<usize>) {}

    pub(crate) fn truncate(&mut self, _: usize) {}
}
