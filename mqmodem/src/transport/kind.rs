//! Of what kind certificates and keys are, and which kinds TLS here can do.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use tokio_rustls::rustls::crypto::WebPkiSupportedAlgorithms;
use tokio_rustls::rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use tokio_rustls::rustls::{CertificateError, Error, OtherError};
use x509_parser::asn1_rs::Any;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// Bits of the RSA keys that can be verified.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Signatures over SHA-1: of RSA and of ECDSA.
const SHA_1: [&str; 2] = ["1.2.840.113549.1.1.5", "1.2.840.10045.4.1"];

/// A certificate or key is of a kind that TLS here cannot do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsupported(pub(super) &'static str);

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unsupported {}

impl From<Unsupported> for Error {
    fn from(why: Unsupported) -> Self {
        Self::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(why))))
    }
}

/// The certificate, of whatever version and with whatever extensions.
pub(super) fn read<'c>(der: &'c CertificateDer<'_>) -> Option<X509Certificate<'c>> {
    X509Certificate::from_der(der).ok().map(|(_, read)| read)
}

/// The key of a certificate, which is taken as it is: version and extensions do
/// not matter to it.
pub(super) fn public_key<'c>(
    der: &'c CertificateDer<'_>,
) -> Result<SubjectPublicKeyInfoDer<'c>, Unsupported> {
    let certificate = read(der).ok_or(Unsupported("the certificate cannot be read"))?;
    Ok(certificate.tbs_certificate.subject_pki.raw.into())
}

/// Whether signatures of this key can be verified.
pub(super) fn check_key(
    key: &SubjectPublicKeyInfoDer<'_>,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<(), Unsupported> {
    let unread = Unsupported("the key of the certificate cannot be read");
    let (_, parsed) = SubjectPublicKeyInfo::from_der(key).map_err(|_| unread)?;
    let known = algorithm(key).is_some_and(|of_key| {
        let mut all = algorithms.all.iter();
        all.any(|one| one.public_key_alg_id().as_ref() == of_key)
    });
    if !known {
        return Err(Unsupported(
            "the key of the certificate is of a kind not supported",
        ));
    }
    match parsed.parsed() {
        Ok(PublicKey::RSA(rsa)) if !RSA_BITS.contains(&rsa.key_size()) => Err(Unsupported(
            "the RSA key of the certificate has too few or too many bits",
        )),
        _ => Ok(()),
    }
}

/// What stands in the algorithm of a key: its type, and the curve where it has one.
fn algorithm<'k>(key: &'k SubjectPublicKeyInfoDer<'_>) -> Option<&'k [u8]> {
    let (_, whole) = Any::from_der(key).ok()?;
    let (_, algorithm) = Any::from_der(whole.data).ok()?;
    Some(algorithm.data)
}

/// A certificate in words: what decides whether it is taken.
pub(super) fn describe(der: &CertificateDer<'_>) -> Option<String> {
    let certificate = read(der)?;
    let version = certificate.version().0 + 1;
    let key = match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(rsa)) => format!("RSA of {} bits", rsa.key_size()),
        Ok(PublicKey::EC(point)) => format!("EC of {} bits", point.key_size().min(521)),
        _ => "a key of another kind".to_owned(),
    };
    let who = if certificate.subject().as_raw() == certificate.issuer().as_raw() {
        "signed by itself".to_owned()
    } else {
        format!("signed by {}", certificate.issuer())
    };
    let role = if certificate.is_ca() { ", a CA's" } else { "" };
    let signature = certificate.signature_algorithm.oid().to_id_string();
    let old = if SHA_1.contains(&signature.as_str()) {
        " with SHA-1"
    } else {
        ""
    };
    let times = certificate.validity();
    Some(format!(
        "X.509 v{version}{role}, {key}, {who}{old}, for {}, from {} to {}",
        names(&certificate),
        times.not_before,
        times.not_after
    ))
}

fn names(certificate: &X509Certificate<'_>) -> String {
    let san = certificate.subject_alternative_name().ok().flatten();
    let names = san.map(|san| {
        let names = san.value.general_names.iter().map(|name| match name {
            GeneralName::DNSName(name) => (*name).to_owned(),
            GeneralName::IPAddress(bytes) => address(bytes),
            other => other.to_string(),
        });
        names.collect::<Vec<_>>().join(", ")
    });
    names.unwrap_or(format!(
        "no name (its subject {} is none)",
        certificate.subject()
    ))
}

fn address(bytes: &[u8]) -> String {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let address = v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from));
    address.map_or("an address".to_owned(), |address| address.to_string())
}
