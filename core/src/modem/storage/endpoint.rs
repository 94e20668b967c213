//! Where a link goes, and how, put together from the stored slots.

use super::Storage;
use super::options::{
    ALPN, ANY_DATE, CA, CERT, KEY, OPTIONS, PSK, SNI, TLS_VERSION, VERIFY, VERSION,
};
use crate::modem::action::{Endpoint, TlsFiles, TlsVersion, Verify, WebSocketTarget};
use crate::modem::credential::{CredentialKind, Psk};
use crate::modem::ids::LinkId;
use crate::modem::slot::Slot;
use crate::time::Instant;

/// What options name: a pre-shared key, or else certificates.
const NAMED: [(usize, CredentialKind); 4] = [
    (PSK, CredentialKind::Psk),
    (CA, CredentialKind::Roots),
    (CERT, CredentialKind::Certificate),
    (CERT, CredentialKind::Key),
];

impl Storage<'_> {
    /// Where a link goes; `None` if that was not set, or the certificate store has not what
    /// an option of the link names.
    pub(crate) fn endpoint(&self, link: LinkId, deadline: Instant) -> Option<Endpoint<'_>> {
        let settings = self.settings(link)?;
        let tls = if self.uses_tls(link) {
            Some(self.tls_files(link)?)
        } else {
            None
        };
        Some(Endpoint {
            host: settings.url.host(),
            port: settings.port,
            tls,
            websocket: settings
                .url
                .websocket()
                .map(|(path, query)| WebSocketTarget {
                    path,
                    query,
                    headers: self.connect_properties(link).headers,
                }),
            deadline,
        })
    }

    /// The option of a link that names what the certificate store has not, and that name.
    pub(crate) fn missing_credential(&self, link: LinkId) -> Option<(&'static str, &str)> {
        let text = |option: usize| self.nvram.text(Slot::Option(link, option as u8));
        let (psk, certificates) = NAMED.split_at(1);
        let named = if text(PSK).is_some() {
            psk
        } else {
            certificates
        };
        let mut named = named.iter().filter(|_| self.uses_tls(link));
        named.find_map(|(option, kind)| {
            let own = Some(KEY).filter(|_| *kind == CredentialKind::Key);
            let name = own.and_then(text).or(text(*option))?;
            let option = OPTIONS.get(*option)?.param.name;
            self.credential(name, *kind)
                .is_none()
                .then_some((option, name))
        })
    }

    fn tls_files(&self, link: LinkId) -> Option<TlsFiles<'_>> {
        let text = |option| self.nvram.text(Slot::Option(link, option as u8));
        let shared = TlsFiles {
            sni: text(SNI),
            alpn: text(ALPN),
            version: TlsVersion::of(self.option(link, TLS_VERSION)),
            ..TlsFiles::default()
        };
        if let Some(name) = text(PSK) {
            let psk = Psk::parse(self.credential(name, CredentialKind::Psk)?)?;
            return Some(TlsFiles {
                psk: Some(psk),
                ..shared
            });
        }
        let key_name = text(KEY).or(text(CERT));
        let named = |name, kind, inline: fn(LinkId) -> Slot| match name {
            Some(name) => self.credential(name, kind).map(Some),
            None => Some(self.nvram.get(inline(link))),
        };
        Some(TlsFiles {
            root: named(text(CA), CredentialKind::Roots, Slot::Root)?,
            certificate: named(text(CERT), CredentialKind::Certificate, Slot::Certificate)?,
            key: named(key_name, CredentialKind::Key, Slot::Key)?,
            verify: Verify::of(self.option(link, VERIFY)),
            any_date: self.is_stored(Slot::Option(link, ANY_DATE as u8)),
            ..shared
        })
    }
}

/// The link whose connections are opened with what is stored under `slot`.
pub(crate) fn link_opened_with(slot: Slot) -> Option<LinkId> {
    match slot {
        Slot::Settings(link) | Slot::Tls(link) | Slot::ConnectProperties(link) => Some(link),
        Slot::Root(link) | Slot::Certificate(link) | Slot::Key(link) => Some(link),
        Slot::Option(link, option) => {
            let options = [VERSION, VERIFY, SNI, ALPN, CA, CERT, PSK, TLS_VERSION];
            options.contains(&option.into()).then_some(link)
        }
        _ => None,
    }
}
