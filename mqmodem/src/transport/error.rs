//! Why a link failed, in the modem's words.

use super::kind::Unsupported;
use crate::log::seldom::Seldom;
use mqmodem_core::NetError;
use rustix::io::Errno;
use std::fmt::Display;
use std::io;
use tokio_rustls::rustls::{AlertDescription, CertificateError, Error, OtherError};

static LACKS: Seldom = Seldom::new();
static OTHER: Seldom = Seldom::new();

/// A failure of TLS that has no word of its own for the host: the log has its cause.
pub(super) fn other_failure(cause: impl Display) -> NetError {
    OTHER.warn(format_args!("TLS: {cause}"));
    NetError::TlsOther
}

/// What this machine lacks, where that is why something failed.
pub(super) fn machine_lacks(error: &io::Error) -> Option<NetError> {
    match Errno::from_io_error(error)? {
        Errno::ADDRNOTAVAIL | Errno::ADDRINUSE | Errno::AGAIN | Errno::AFNOSUPPORT => {
            Some(NetError::NoLocalAddress)
        }
        // What a handle needs besides its number is told alike.
        Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM => Some(NetError::NoFileHandle),
        _ => None,
    }
}

/// Why TCP did not come up.
pub(super) fn before_open(error: &io::Error) -> NetError {
    if let Some(lack) = machine_lacks(error) {
        LACKS.warn(format_args!("cannot open a connection: {error}"));
        return lack;
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => NetError::Refused,
        io::ErrorKind::TimedOut => NetError::TimedOut,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::BrokenPipe => NetError::Broken,
        // No broker was reached that could have closed anything.
        _ => NetError::Unreachable,
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
    let known = match tls {
        Error::InvalidCertificate(reason) => Some(certificate_error(reason)),
        Error::AlertReceived(alert) => alert_error(*alert, asked),
        _ => None,
    };
    if known.is_some() {
        tracing::debug!("TLS: {tls}");
    }
    Some(known.unwrap_or_else(|| other_failure(tls)))
}

/// What is wrong with a certificate of the broker.
pub(super) fn certificate_error(reason: &CertificateError) -> NetError {
    match reason {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            NetError::TlsName
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => NetError::TlsExpired,
        // What others may be able to read.
        CertificateError::BadEncoding
        | CertificateError::UnhandledCriticalExtension
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            NetError::TlsUnsupported
        }
        CertificateError::Other(other) => other_error(other),
        // Unknown issuer, bad signature, wrong purpose, revoked, self-signed…
        _ => NetError::TlsUntrusted,
    }
}

fn other_error(error: &OtherError) -> NetError {
    if error.0.is::<Unsupported>() {
        return NetError::TlsUnsupported;
    }
    match error.0.downcast_ref() {
        Some(
            webpki::Error::CaUsedAsEndEntity
            | webpki::Error::ExtensionValueInvalid
            | webpki::Error::InvalidSerialNumber
            | webpki::Error::MalformedDnsIdentifier
            | webpki::Error::MalformedExtensions
            | webpki::Error::MalformedNameConstraint
            | webpki::Error::InvalidNetworkMaskConstraint
            | webpki::Error::UnsupportedCertVersion
            | webpki::Error::UnsupportedCriticalExtension
            | webpki::Error::UnsupportedNameType,
        ) => NetError::TlsUnsupported,
        _ => NetError::TlsUntrusted,
    }
}

fn alert_error(alert: AlertDescription, asked: bool) -> Option<NetError> {
    Some(match alert {
        AlertDescription::UnrecognisedName => NetError::TlsName,
        AlertDescription::CertificateRequired
        | AlertDescription::NoCertificate
        | AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied
        // TLS 1.2 has no word of its own for a missing certificate.
        | AlertDescription::HandshakeFailure
        | AlertDescription::DecryptError
            if asked =>
        {
            NetError::TlsClientCertificate
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_machine_lacks_is_not_told_of_the_broker_or_the_network() {
        for (errno, why) in [
            (Errno::ADDRNOTAVAIL, NetError::NoLocalAddress),
            (Errno::ADDRINUSE, NetError::NoLocalAddress),
            (Errno::AGAIN, NetError::NoLocalAddress),
            (Errno::AFNOSUPPORT, NetError::NoLocalAddress),
            (Errno::MFILE, NetError::NoFileHandle),
            (Errno::NFILE, NetError::NoFileHandle),
            (Errno::NOBUFS, NetError::NoFileHandle),
            (Errno::NOMEM, NetError::NoFileHandle),
            (Errno::CONNREFUSED, NetError::Refused),
            (Errno::CONNRESET, NetError::Broken),
            (Errno::TIMEDOUT, NetError::TimedOut),
            (Errno::NETUNREACH, NetError::Unreachable),
            (Errno::HOSTUNREACH, NetError::Unreachable),
            (Errno::NETDOWN, NetError::Unreachable),
            (Errno::PERM, NetError::Unreachable),
            (Errno::ACCESS, NetError::Unreachable),
            (Errno::INVAL, NetError::Unreachable),
        ] {
            assert_eq!(before_open(&errno.into()), why, "{errno}");
        }
    }
}
