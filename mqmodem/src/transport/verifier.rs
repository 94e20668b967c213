//! What of a broker's certificate is verified.

use super::kind::{self, Unsupported};
use mqmodem_core::{TlsFiles, Verify};
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use tokio_rustls::rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, Error, PeerMisbehaved, RootCertStore, SignatureScheme,
};
use webpki::RawPublicKeyEntity;

/// What is to be said of a link that is verified like this; nothing where all is.
pub(crate) fn warning(files: &TlsFiles<'_>) -> Option<&'static str> {
    match files.verify {
        Verify::All if files.any_date => {
            Some("the dates of the broker's certificate are not checked")
        }
        Verify::All => None,
        Verify::Nothing => Some(
            "the broker's certificate is not verified: anyone can pass for the broker (option verify is 0)",
        ),
        Verify::Chain => Some(
            "the name in the broker's certificate is not checked: whoever has one of a trusted \
             root can pass for the broker (option verify is 2)",
        ),
    }
}

/// Verifies as much as the option says; always that the peer has the key of its
/// certificate.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) verify: Verify,
    /// Whether certificates may be out of date.
    pub(super) any_date: bool,
    /// Roots it must hang from, unless nothing is verified.
    pub(super) roots: RootCertStore,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    /// Whether a certificate is of now, for brokers, and hangs from a root, or is one.
    fn verify_chain(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        match self.verify_dated(&ParsedCertificate::try_from(leaf)?, intermediates, now) {
            Err(error) if says_no_root_signed_it(&error) && self.is_root(leaf) => Ok(()),
            Err(error) => Err(self.true_reason(error, leaf, intermediates)),
            Ok(()) => Ok(()),
        }
    }

    /// Whether a certificate is of now, and hangs from a root. Where it may be out of date, it is
    /// judged as of a time when it was not, and so are those it hangs from.
    fn verify_dated(
        &self,
        leaf: &ParsedCertificate<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        let as_of = |time| {
            let (roots, algorithms) = (&self.roots, self.algorithms.all);
            verify_server_cert_signed_by_trust_anchor(leaf, roots, intermediates, time, algorithms)
        };
        let mut verified = as_of(now);
        for _ in 0..MOST_DATES {
            match verified.as_ref().err().and_then(valid_time) {
                Some(time) if self.any_date => verified = as_of(time),
                _ => break,
            }
        }
        verified
    }

    /// Whether the certificate has the name and the key of a root. Who holds the
    /// key of a root could have signed any certificate, and so this one.
    fn is_root(&self, leaf: &CertificateDer<'_>) -> bool {
        let anchor = webpki::anchor_from_trusted_cert(leaf);
        anchor.is_ok_and(|anchor| self.roots.roots.contains(&anchor))
    }

    /// The reason for the user, where the verifier's own leads astray.
    fn true_reason(
        &self,
        error: Error,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Error {
        match &error {
            // What an issuer's key cannot verify looks as if it was forged.
            Error::InvalidCertificate(CertificateError::BadSignature) => {
                let unsupported = self.unsupported_issuer(intermediates);
                unsupported.map_or(error, Error::from)
            }
            // Nobody trusts who signed it: that it is a CA's does not matter.
            _ if is_ca_as_broker(&error) && !self.knows_issuer(leaf, intermediates) => {
                CertificateError::UnknownIssuer.into()
            }
            _ => error,
        }
    }

    fn unsupported_issuer(&self, intermediates: &[CertificateDer<'_>]) -> Option<Unsupported> {
        let roots = self.roots.roots.iter().map(webpki::spki_for_anchor);
        let own = roots.filter_map(|key| kind::check_key(&key, &self.algorithms).err());
        let sent = intermediates.iter().filter_map(|certificate| {
            let key = kind::public_key(certificate);
            key.and_then(|key| kind::check_key(&key, &self.algorithms))
                .err()
        });
        own.chain(sent).next()
    }

    /// Whether the issuer's name is that of a root or of a certificate that was sent.
    fn knows_issuer(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> bool {
        let Some(leaf) = kind::read(leaf) else {
            return false;
        };
        let issuer = leaf.issuer().as_raw();
        let names = |certificate: &CertificateDer<'_>| {
            kind::read(certificate).is_some_and(|sent| sent.subject().as_raw() == issuer)
        };
        let mut anchors = self.roots.roots.iter();
        // The name of a root is kept without the header around it.
        let is_root = anchors.any(|root| issuer.ends_with(&root.subject));
        leaf.subject().as_raw() != issuer && (is_root || intermediates.iter().any(names))
    }
}

/// How many times a chain is judged as of, at most.
const MOST_DATES: usize = 8;

/// A time when a certificate was valid that is out of date.
fn valid_time(error: &Error) -> Option<UnixTime> {
    match error {
        Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. }) => {
            Some(*not_after)
        }
        Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. }) => {
            Some(*not_before)
        }
        _ => None,
    }
}

/// All else was well: only that nobody signed it for a broker.
fn says_no_root_signed_it(error: &Error) -> bool {
    let unknown = Error::InvalidCertificate(CertificateError::UnknownIssuer);
    *error == unknown || is_ca_as_broker(error)
}

fn is_ca_as_broker(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(other)) = error else {
        return false;
    };
    other.0.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity)
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        kind::check_key(&kind::public_key(end_entity)?, &self.algorithms)?;
        if self.verify != Verify::Nothing {
            self.verify_chain(end_entity, intermediates, now)?;
        }
        if self.verify == Verify::All {
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    /// By the key alone: a certificate of version 1 has one too.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = kind::public_key(certificate)?;
        let unread = |_| Unsupported("the key of the certificate cannot be read");
        let key = RawPublicKeyEntity::try_from(&key).map_err(unread)?;
        let of_scheme = |(scheme, _): &&(SignatureScheme, _)| *scheme == signature.scheme;
        let found = self.algorithms.mapping.iter().find(of_scheme);
        let (_, algorithms) =
            found.ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
        // A scheme of TLS 1.2 fits keys of several curves.
        let valid = algorithms.iter().any(|algorithm| {
            let verified = key.verify_signature(*algorithm, message, signature.signature());
            verified.is_ok()
        });
        if valid {
            Ok(HandshakeSignatureValid::assertion())
        } else {
            Err(CertificateError::BadSignature.into())
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = kind::public_key(certificate)?;
        verify_tls13_signature_with_raw_key(message, &key, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
