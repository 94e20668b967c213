//! Learns why a broker ends a handshake before it has shown its certificate.

use super::host_name::{server_name, unbracketed};
use super::{kind, resolve};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::crypto::{
    ActiveKeyExchange, SupportedKxGroup, WebPkiSupportedAlgorithms,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    AlertDescription, ClientConfig, DigitallySignedStruct, Error, NamedGroup, SignatureScheme,
};

/// What is offered besides what can be verified.
const MORE: [SignatureScheme; 4] = [
    SignatureScheme::ECDSA_NISTP521_SHA512,
    SignatureScheme::ED448,
    // Of keys that are for PSS alone.
    SignatureScheme::Unknown(0x0809),
    SignatureScheme::Unknown(0x080b),
];

/// Curves of certificates that brokers show over TLS 1.2 only to who names them.
/// They come last, so that none is taken for the exchange of keys.
static CURVES: [Curve; 5] = [
    Curve(NamedGroup::secp521r1),
    Curve(NamedGroup::Unknown(0x16)), // secp256k1
    Curve(NamedGroup::Unknown(0x1a)), // brainpoolP256r1
    Curve(NamedGroup::Unknown(0x1b)), // brainpoolP384r1
    Curve(NamedGroup::Unknown(0x1c)), // brainpoolP512r1
];

/// A curve that is named and not computed with.
#[derive(Debug)]
struct Curve(NamedGroup);

impl SupportedKxGroup for Curve {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        Err(only_looking())
    }

    fn name(&self) -> NamedGroup {
        self.0
    }
}

/// Whether a broker found nothing in common with us. One whose certificate we
/// cannot verify says this in place of showing it.
pub(super) fn found_nothing_in_common(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    matches!(
        inner,
        Some(Error::AlertReceived(AlertDescription::HandshakeFailure))
    )
}

/// Whether the broker has a certificate of a kind that is not supported. It is
/// asked once more, with an offer it can take; the connection ends there.
pub(super) async fn shows_unsupported(broker: SocketAddr, name: ServerName<'static>) -> bool {
    let shown = look(broker, name).await;
    let algorithms = default_provider().signature_verification_algorithms;
    let check = |shown| kind::check_key(&kind::public_key(&shown)?, &algorithms);
    shown.is_some_and(|shown| check(shown).is_err())
}

/// The certificate of a broker in words, as far as it shows one; of `name`.
pub(crate) async fn see_certificate(host: &str, port: u16, name: &str) -> Option<String> {
    let name = server_name(name).ok()?;
    for broker in resolve::lookup(unbracketed(host), port).await.ok()? {
        if let Some(shown) = look(broker, name.clone()).await {
            return kind::describe(&shown);
        }
    }
    None
}

/// The certificate a broker shows to who takes any.
async fn look(broker: SocketAddr, name: ServerName<'static>) -> Option<CertificateDer<'static>> {
    let mut provider = default_provider();
    let curves = CURVES.iter().map(|curve| curve as &dyn SupportedKxGroup);
    provider.kx_groups.extend(curves);
    let looker = Arc::new(Looker {
        algorithms: provider.signature_verification_algorithms,
        seen: OnceLock::new(),
    });
    let builder = ClientConfig::builder_with_provider(Arc::new(provider));
    let builder = builder.with_safe_default_protocol_versions().ok()?;
    let config = builder
        .dangerous()
        .with_custom_certificate_verifier(looker.clone())
        .with_no_client_auth();
    let tcp = TcpStream::connect(broker).await.ok()?;
    // It ends in an error, since it is only looked at.
    let _ = TlsConnector::from(Arc::new(config))
        .connect(name, tcp)
        .await;
    looker.seen.get().cloned()
}

/// Looks at a certificate and goes no further.
#[derive(Debug)]
struct Looker {
    algorithms: WebPkiSupportedAlgorithms,
    seen: OnceLock<CertificateDer<'static>>,
}

impl ServerCertVerifier for Looker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.seen.get_or_init(|| end_entity.clone().into_owned());
        Err(only_looking())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(only_looking())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(only_looking())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.algorithms.supported_schemes();
        schemes.extend(MORE);
        schemes
    }
}

fn only_looking() -> Error {
    Error::General("the certificate was only looked at".to_owned())
}
