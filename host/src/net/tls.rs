//! TLS settings, made from the modem's certificates.

use super::verifier::Nameless;
use mqmodem_core::{NetError, TlsFiles, Verify};
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_rustls::rustls::client::ResolvesClientCert;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::{CertifiedKey, SigningKey};
use tokio_rustls::rustls::{ClientConfig, Error, InconsistentKeys, RootCertStore, SignatureScheme};

/// How long settings are taken from the cache. The platform's trust store may
/// change under a program that runs for years.
const FRESH: Duration = Duration::from_secs(3600);

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
    alpn: Option<Box<str>>,
}

/// Settings, or what they are to be made of.
pub(super) enum Found {
    Ready(Arc<ClientConfig>),
    Missing(Missing),
}

pub(super) struct Missing {
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
    pub(super) fn find(&self, files: &TlsFiles<'_>) -> Found {
        let copy = |pem: Option<&[u8]>| pem.map(Box::from);
        let files = Files {
            root: copy(files.root),
            certificate: copy(files.certificate),
            key: copy(files.key),
            verify: files.verify,
            alpn: files.alpn.map(Box::from),
        };
        let cache = lock(&self.0);
        match cache.by_files.get(&files) {
            Some((config, made)) if made.elapsed() < FRESH => Found::Ready(config.clone()),
            _ => {
                let cache = self.0.clone();
                Found::Missing(Missing { files, cache })
            }
        }
    }
}

impl Found {
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
        let made = tokio::task::spawn_blocking(move || missing.make()).await;
        made.unwrap_or(Err(NetError::TlsOther))
    }
}

impl Missing {
    fn make(self) -> Result<Arc<ClientConfig>, NetError> {
        let config = Arc::new(client_config(&self.files)?);
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

fn client_config(files: &Files) -> Result<ClientConfig, NetError> {
    let provider = Arc::new(default_provider());
    let identity = Identity::new(files, &provider)?;
    let algorithms = provider.signature_verification_algorithms;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| NetError::TlsOther)?;
    let nameless = |roots| Arc::new(Nameless { roots, algorithms });
    let builder = match files.verify {
        Verify::All => builder.with_root_certificates(roots(files)?),
        Verify::Chain => {
            let verifier = nameless(Some(roots(files)?));
            builder
                .dangerous()
                .with_custom_certificate_verifier(verifier)
        }
        Verify::Nothing => {
            let verifier = nameless(None);
            builder
                .dangerous()
                .with_custom_certificate_verifier(verifier)
        }
    };
    let mut config = builder.with_client_cert_resolver(Arc::new(identity));
    let protocols = files.alpn.iter().flat_map(|alpn| alpn.split(','));
    config.alpn_protocols = protocols.map(|name| name.as_bytes().to_vec()).collect();
    Ok(config)
}

fn roots(files: &Files) -> Result<RootCertStore, NetError> {
    match &files.root {
        Some(pem) => given_roots(pem),
        None => platform_roots(),
    }
}

/// The roots in `pem`. One that cannot be read trusts no one, which is what the
/// user then is told: not trusted.
fn given_roots(pem: &[u8]) -> Result<RootCertStore, NetError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let added = certificate.map(|der| roots.add(der));
        if !matches!(added, Ok(Ok(()))) {
            tracing::warn!("a root certificate cannot be read");
            return Err(NetError::TlsUntrusted);
        }
    }
    if roots.is_empty() {
        tracing::warn!("no root certificate in what was given");
        return Err(NetError::TlsUntrusted);
    }
    Ok(roots)
}

fn platform_roots() -> Result<RootCertStore, NetError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        tracing::error!("no trust store on this machine: install ca-certificates or give a root");
        return Err(NetError::TlsUntrusted);
    }
    Ok(roots)
}

thread_local! {
    /// Whether a server asked for a client certificate. Handshakes are polled
    /// on one thread at a time, so this tells which one it was.
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a handshake; also tells whether a client certificate was asked for.
pub(super) async fn asked_during<F: Future>(handshake: F) -> (F::Output, bool) {
    let mut handshake = pin!(handshake);
    let mut asked = false;
    let output = poll_fn(|cx| {
        ASKED.set(false);
        let polled = handshake.as_mut().poll(cx);
        asked |= ASKED.get();
        polled
    })
    .await;
    (output, asked)
}

/// What the modem shows of itself, where a server asks.
#[derive(Debug)]
struct Identity(Option<Arc<CertifiedKey>>);

impl Identity {
    fn new(files: &Files, provider: &CryptoProvider) -> Result<Self, NetError> {
        let key = match (&files.certificate, &files.key) {
            (Some(certificate), Some(key)) => Some(certified(certificate, key, provider)),
            (None, None) => None,
            _ => Some(Err("one of client certificate and key is missing")),
        };
        key.transpose().map(Self).map_err(|why| {
            tracing::warn!("client certificate: {why}");
            NetError::TlsClientCertificate
        })
    }
}

fn certified(
    certificate: &[u8],
    key: &[u8],
    provider: &CryptoProvider,
) -> Result<Arc<CertifiedKey>, &'static str> {
    let chain = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<Vec<_>, _>>()
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or("it cannot be read")?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| "its key cannot be read")?;
    let key = signing_key(key, provider)?;
    let certified = CertifiedKey::new(chain, key);
    match certified.keys_match() {
        Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(Arc::new(certified)),
        Err(_) => Err("its key does not match"),
    }
}

fn signing_key(
    key: PrivateKeyDer<'static>,
    provider: &CryptoProvider,
) -> Result<Arc<dyn SigningKey>, &'static str> {
    let loaded = provider.key_provider.load_private_key(key);
    loaded.map_err(|_| "its key is of a kind not supported")
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, _issuers: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        ASKED.set(true);
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
