//! Where a link goes, and how, put together from the stored slots.

use super::Storage;
use super::options::{ALPN, SNI, VERIFY};
use crate::modem::action::{Endpoint, TlsFiles, Verify};
use crate::modem::ids::LinkId;
use crate::modem::slot::Slot;
use crate::time::Instant;

impl Storage<'_> {
    /// Where a link goes; `None` if that was not set.
    pub(crate) fn endpoint(&self, link: LinkId, deadline: Instant) -> Option<Endpoint<'_>> {
        let settings = self.settings(link)?;
        Some(Endpoint {
            host: settings.host,
            port: settings.port,
            tls: self.uses_tls(link).then(|| self.tls_files(link)),
            deadline,
        })
    }

    fn tls_files(&self, link: LinkId) -> TlsFiles<'_> {
        let nvram = &self.nvram;
        TlsFiles {
            root: nvram.get(Slot::Root(link)),
            certificate: nvram.get(Slot::Certificate(link)),
            key: nvram.get(Slot::Key(link)),
            verify: Verify::of(self.option(link, VERIFY)),
            sni: nvram.text(Slot::Option(link, SNI as u8)),
            alpn: nvram.text(Slot::Option(link, ALPN as u8)),
        }
    }
}

/// The link whose connections are opened with what is stored under `slot`.
pub(crate) fn link_opened_with(slot: Slot) -> Option<LinkId> {
    match slot {
        Slot::Settings(link) | Slot::Tls(link) => Some(link),
        Slot::Root(link) | Slot::Certificate(link) | Slot::Key(link) => Some(link),
        Slot::Option(link, option) => {
            let of_tls = [VERIFY, SNI, ALPN].contains(&usize::from(option));
            of_tls.then_some(link)
        }
        _ => None,
    }
}
