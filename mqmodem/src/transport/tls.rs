//! TLS settings, made from the modem's certificates.

use super::error::{certificate_error, machine_lacks};
use super::identity::{ClientIdentity, Validity, ends_soon};
use super::verifier::Verifier;
use crate::log::seldom::Seldom;
use crate::runtime::threads::Threads;
use mqmodem_core::{NetError, TlsFiles, TlsVersion, Verify};
use rustls_native_certs::ErrorKind;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, Error, RootCertStore, SupportedProtocolVersion,
};

/// How long settings are taken from the cache. The platform's trust store may
/// change under a program that runs for years.
const FRESH: Duration = Duration::from_hours(1);

/// Reads the platform's roots.
static ROOTS: Threads = Threads::new("trust store", 2);

static UNREAD: Seldom = Seldom::new();

/// TLS settings by what they were made of, shared by all modems:
/// ten thousand with the same files have one copy.
#[derive(Default)]
pub struct TlsConfigs(Arc<Mutex<Cache>>);

#[derive(Default)]
struct Cache {
    by_files: HashMap<Files, (Arc<ClientConfig>, Instant)>,
    /// How many there may be before unused ones are dropped.
    sweep_at: usize,
}

/// An own copy of [`TlsFiles`], but for the name. Without `Debug`: it holds a key.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Files {
    root: Option<Box<[u8]>>,
    certificate: Option<Box<[u8]>>,
    key: Option<Box<[u8]>>,
    verify: Verify,
    any_date: bool,
    alpn: Option<Box<str>>,
    version: TlsVersion,
}

/// Settings, or what they are to be made of.
pub(super) enum FoundConfig {
    Ready(Arc<ClientConfig>),
    Missing(Missing),
}

pub(super) struct Missing {
    /// Who wants them, for the log.
    who: String,
    files: Files,
    cache: Arc<Mutex<Cache>>,
}

impl fmt::Debug for TlsConfigs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfigs").finish_non_exhaustive()
    }
}

impl TlsConfigs {
    /// The settings for these files, if they are there.
    pub(super) fn find(&self, who: &dyn fmt::Display, files: &TlsFiles<'_>) -> FoundConfig {
        let copy = |pem: Option<&[u8]>| pem.map(Box::from);
        let files = Files {
            root: copy(files.root),
            certificate: copy(files.certificate),
            key: copy(files.key),
            verify: files.verify,
            any_date: files.any_date,
            alpn: files.alpn.map(Box::from),
            version: files.version,
        };
        let cache = lock(&self.0);
        match cache.by_files.get(&files) {
            Some((config, made)) if made.elapsed() < FRESH => FoundConfig::Ready(config.clone()),
            _ => {
                let (who, cache) = (who.to_string(), self.0.clone());
                FoundConfig::Missing(Missing { who, files, cache })
            }
        }
    }
}

impl FoundConfig {
    /// The settings, made where they are missing. That reads files where the
    /// platform's trust store is meant, so it is done off the runtime.
    pub(super) async fn config(self) -> Result<Arc<ClientConfig>, NetError> {
        let missing = match self {
            Self::Ready(config) => return Ok(config),
            Self::Missing(missing) => missing,
        };
        if missing.files.root.is_some() || missing.files.verify == Verify::Nothing {
            return missing.make();
        }
        match ROOTS.run(move || missing.make()).await {
            Ok(made) => made,
            Err(error) => {
                UNREAD.warn(format_args!("cannot read the trust store: {error}"));
                Err(machine_lacks(&error).unwrap_or(NetError::TlsOther))
            }
        }
    }
}

impl Missing {
    fn make(self) -> Result<Arc<ClientConfig>, NetError> {
        let config = Arc::new(client_config(&self.who, &self.files)?);
        let mut cache = lock(&self.cache);
        if cache.by_files.len() >= cache.sweep_at {
            cache
                .by_files
                .retain(|_, (config, _)| Arc::strong_count(config) > 1);
            cache.sweep_at = (2 * cache.by_files.len()).max(64);
        }
        cache
            .by_files
            .insert(self.files, (config.clone(), Instant::now()));
        Ok(config)
    }
}

fn client_config(who: &str, files: &Files) -> Result<ClientConfig, NetError> {
    let provider = Arc::new(default_provider());
    let identity = ClientIdentity::new(
        files.certificate.as_deref(),
        files.key.as_deref(),
        &provider,
    );
    let identity = identity.map_err(|why| {
        tracing::warn!("{who}: {why}");
        NetError::from(why)
    })?;
    match identity.validity() {
        Validity::Valid => {}
        doubtful => tracing::warn!("{who}: the client certificate {doubtful}"),
    }
    let verifier = Verifier {
        verify: files.verify,
        any_date: files.any_date,
        roots: match files.verify {
            Verify::Nothing => RootCertStore::empty(),
            Verify::All | Verify::Chain => roots(who, files)?,
        },
        algorithms: provider.signature_verification_algorithms,
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions(files.version))
        .map_err(|_| NetError::TlsOther)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = builder.with_client_cert_resolver(Arc::new(identity));
    let protocols = files.alpn.iter().flat_map(|alpn| alpn.split(','));
    config.alpn_protocols = protocols.map(|name| name.as_bytes().to_vec()).collect();
    Ok(config)
}

fn versions(version: TlsVersion) -> &'static [&'static SupportedProtocolVersion] {
    static BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
    let (newer, older) = BOTH.split_at(1);
    match version {
        TlsVersion::Any => &BOTH,
        TlsVersion::V12 => older,
        TlsVersion::V13 => newer,
    }
}

fn roots(who: &str, files: &Files) -> Result<RootCertStore, NetError> {
    match &files.root {
        Some(pem) => given_roots(who, pem),
        None => platform_roots(),
    }
}

/// The roots in `pem`, as many as can be used. Without one nobody is trusted,
/// which is what the user then is told, unless it is of a kind not supported.
fn given_roots(who: &str, pem: &[u8]) -> Result<RootCertStore, NetError> {
    let mut roots = RootCertStore::empty();
    let mut why = NetError::TlsUntrusted;
    if let Some(soon) = ends_soon(pem) {
        tracing::warn!("{who}: a root certificate {soon}");
    }
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let added = certificate.map(|der| roots.add(der));
        match added {
            Ok(Ok(())) => {}
            Ok(Err(Error::InvalidCertificate(reason))) if !is_unreadable(&reason) => {
                tracing::warn!(
                    "{who}: a root certificate is of a kind that is not supported: {reason}"
                );
                why = certificate_error(&reason);
            }
            _ => tracing::warn!("{who}: a root certificate cannot be read"),
        }
    }
    if roots.is_empty() {
        tracing::warn!("{who}: no root certificate that can be used in what was given");
        return Err(why);
    }
    Ok(roots)
}

fn is_unreadable(reason: &CertificateError) -> bool {
    *reason == CertificateError::BadEncoding
}

/// What the machine lacked to open a file of the trust store.
fn lack(error: &rustls_native_certs::Error) -> Option<(&std::io::Error, NetError)> {
    match &error.kind {
        ErrorKind::Io { inner, .. } => machine_lacks(inner).map(|lack| (inner, lack)),
        _ => None,
    }
}

fn platform_roots() -> Result<RootCertStore, NetError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    // What could not be opened now may be the root that is needed.
    if let Some((error, lack)) = found.errors.iter().find_map(lack) {
        UNREAD.warn(format_args!("cannot read the trust store: {error}"));
        return Err(lack);
    }
    if roots.is_empty() {
        tracing::error!("no trust store on this machine: install ca-certificates or give a root");
        return Err(NetError::TlsUntrusted);
    }
    Ok(roots)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::capture::logged;

    #[test]
    fn what_is_wrong_with_files_is_told_by_the_name_of_who_has_them() {
        let files = |root, key| TlsFiles {
            root,
            certificate: None,
            key,
            verify: Verify::All,
            ..TlsFiles::default()
        };
        let log = logged(|| {
            for files in [
                files(None, Some(&b"key"[..])),
                files(Some(&b"root"[..]), None),
            ] {
                let FoundConfig::Missing(missing) = TlsConfigs::default().find(&"pump", &files)
                else {
                    panic!("made of nothing");
                };
                assert!(missing.make().is_err());
            }
        });
        assert_eq!(
            log,
            [
                "WARN pump: the client key has no certificate",
                "WARN pump: no root certificate that can be used in what was given",
            ]
        );
    }
}
