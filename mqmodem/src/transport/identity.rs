//! What the modem shows of itself, where a broker asks.

use super::kind;
use mqmodem_core::NetError;
use std::cell::Cell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio_rustls::rustls::SignatureScheme;
use tokio_rustls::rustls::client::ResolvesClientCert;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::{CertifiedKey, SigningKey};
use x509_parser::asn1_rs::{FromDer, Integer, Sequence};

/// Why a client certificate and its key cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientCertificateError {
    /// There is a certificate and no key.
    KeyMissing,
    /// There is a key and no certificate.
    CertificateMissing,
    /// The certificate cannot be read.
    CertificateUnreadable,
    /// The key cannot be read.
    KeyUnreadable,
    /// The key is of a kind that is not supported.
    KeyUnsupported,
    /// The key is that of another certificate.
    KeyDoesNotMatch,
}

impl fmt::Display for ClientCertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyMissing => "the client certificate has no key",
            Self::CertificateMissing => "the client key has no certificate",
            Self::CertificateUnreadable => "the client certificate cannot be read",
            Self::KeyUnreadable => "the client key cannot be read",
            Self::KeyUnsupported => {
                "the client key is of a kind that is not supported; use EC P-256, EC P-384, \
                 Ed25519, or RSA of 2,048 to 8,192 bits"
            }
            Self::KeyDoesNotMatch => "the client key does not belong to the client certificate",
        })
    }
}

impl std::error::Error for ClientCertificateError {}

impl From<ClientCertificateError> for NetError {
    fn from(error: ClientCertificateError) -> Self {
        match error {
            ClientCertificateError::KeyUnsupported => Self::TlsUnsupported,
            _ => Self::TlsClientCertificate,
        }
    }
}

/// The time a client certificate is for. Brokers judge it; this says what they
/// will find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// It is valid now, or its time is unknown.
    Valid,
    /// Its time is over in so many days, 30 at most.
    ExpiresIn(i64),
    /// Its time is over.
    Expired,
    /// Its time has not begun.
    NotYetValid,
}

/// Checks that a client certificate and its key, PEM, can work together. Whether
/// a broker takes them is up to the broker.
pub fn check_client_certificate(
    certificate: Option<&[u8]>,
    key: Option<&[u8]>,
) -> Result<Validity, ClientCertificateError> {
    Ok(ClientIdentity::new(certificate, key, &default_provider())?.validity())
}

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;
/// How many days before its end a certificate is warned of.
const WARNED: i64 = 30;

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid => f.write_str("is valid"),
            Self::ExpiresIn(0) => f.write_str("expires within a day"),
            Self::ExpiresIn(1) => f.write_str("expires in 1 day"),
            Self::ExpiresIn(days) => write!(f, "expires in {days} days"),
            Self::Expired => f.write_str("is expired"),
            Self::NotYetValid => f.write_str("is not yet valid"),
        }
    }
}

/// The time a certificate is for, seen from now.
fn validity(certificate: &CertificateDer<'_>) -> Validity {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs().cast_signed());
    let Some(times) = kind::read(certificate).map(|read| read.validity().clone()) else {
        return Validity::Valid;
    };
    if now < times.not_before.timestamp() {
        return Validity::NotYetValid;
    }
    match times.not_after.timestamp().saturating_sub(now) {
        ..0 => Validity::Expired,
        left if left <= WARNED * DAY => Validity::ExpiresIn(left / DAY),
        _ => Validity::Valid,
    }
}

/// The first of some certificates, PEM, that expires within 30 days.
pub(crate) fn ends_soon(pem: &[u8]) -> Option<Validity> {
    let certificates = CertificateDer::pem_slice_iter(pem).flatten();
    let mut ends = certificates.map(|der| validity(&der));
    ends.find(|it| matches!(it, Validity::ExpiresIn(_)))
}

/// What the modem shows of itself, where a broker asks.
#[derive(Debug)]
pub(super) struct ClientIdentity(Option<Arc<CertifiedKey>>);

impl ClientIdentity {
    pub(super) fn new(
        certificate: Option<&[u8]>,
        key: Option<&[u8]>,
        provider: &CryptoProvider,
    ) -> Result<Self, ClientCertificateError> {
        certified(certificate, key, provider).map(Self)
    }

    /// The time its certificate is for.
    pub(super) fn validity(&self) -> Validity {
        let leaf = self.0.as_deref().and_then(|it| it.cert.first());
        leaf.map_or(Validity::Valid, validity)
    }
}

fn certified(
    certificate: Option<&[u8]>,
    key: Option<&[u8]>,
    provider: &CryptoProvider,
) -> Result<Option<Arc<CertifiedKey>>, ClientCertificateError> {
    let (certificate, key) = match (certificate, key) {
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(ClientCertificateError::KeyMissing),
        (None, Some(_)) => return Err(ClientCertificateError::CertificateMissing),
        (Some(certificate), Some(key)) => (certificate, key),
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
    let chain = chain.unwrap_or_default();
    let leaf = chain.first().and_then(|leaf| kind::public_key(leaf).ok());
    let of_certificate = leaf.ok_or(ClientCertificateError::CertificateUnreadable)?;
    let key = PrivateKeyDer::from_pem_slice(key);
    let key = signing_key(
        key.map_err(|_| ClientCertificateError::KeyUnreadable)?,
        provider,
    )?;
    let belongs = |of_key| of_key == of_certificate;
    if !key.public_key().is_none_or(belongs) {
        return Err(ClientCertificateError::KeyDoesNotMatch);
    }
    Ok(Some(Arc::new(CertifiedKey::new(chain, key))))
}

fn signing_key(
    key: PrivateKeyDer<'static>,
    provider: &CryptoProvider,
) -> Result<Arc<dyn SigningKey>, ClientCertificateError> {
    // Every form of a key begins with its version.
    let is_key = Sequence::from_der(key.secret_der())
        .is_ok_and(|(_, sequence)| Integer::from_der(&sequence.content).is_ok());
    let loaded = provider.key_provider.load_private_key(key);
    loaded.map_err(|_| {
        if is_key {
            ClientCertificateError::KeyUnsupported
        } else {
            ClientCertificateError::KeyUnreadable
        }
    })
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

impl ResolvesClientCert for ClientIdentity {
    fn resolve(&self, _issuers: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        ASKED.set(true);
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}
