//! Why a link failed, in the modem's words.

use mqmodem_core::NetError;
use std::io;
use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};

/// Why TCP did not come up.
pub(super) fn before_open(error: &io::Error) -> NetError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => NetError::Refused,
        io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable
        | io::ErrorKind::PermissionDenied => NetError::Unreachable,
        io::ErrorKind::TimedOut => NetError::TimedOut,
        _ => NetError::Broken,
    }
}

/// Why a connection that was up broke.
pub(super) fn after_open(error: &io::Error) -> NetError {
    match error.kind() {
        io::ErrorKind::TimedOut => NetError::TimedOut,
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => NetError::Unreachable,
        _ => NetError::Broken,
    }
}

/// What TLS has against the peer or the peer against us; `None` where it is not
/// about TLS. `asked` says whether the peer asked for a client certificate.
pub(super) fn tls_error(error: &io::Error, asked: bool) -> Option<NetError> {
    let tls = error.get_ref()?.downcast_ref::<Error>()?;
    tracing::debug!("TLS: {tls}");
    Some(match tls {
        Error::InvalidCertificate(reason) => certificate_error(reason),
        Error::AlertReceived(alert) => alert_error(*alert, asked),
        Error::InconsistentKeys(_) | Error::NoCertificatesPresented => {
            NetError::TlsClientCertificate
        }
        _ => NetError::TlsOther,
    })
}

fn certificate_error(reason: &CertificateError) -> NetError {
    match reason {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            NetError::TlsName
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => NetError::TlsExpired,
        // Unknown issuer, bad signature, wrong purpose, revoked, self-signed…
        _ => NetError::TlsUntrusted,
    }
}

fn alert_error(alert: AlertDescription, asked: bool) -> NetError {
    match alert {
        AlertDescription::CertificateRequired
        | AlertDescription::NoCertificate
        | AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => NetError::TlsClientCertificate,
        // TLS 1.2 has no word of its own for a missing certificate.
        AlertDescription::HandshakeFailure | AlertDescription::DecryptError if asked => {
            NetError::TlsClientCertificate
        }
        _ => NetError::TlsOther,
    }
}
