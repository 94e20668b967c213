//! TLS with a pre-shared key, by OpenSSL: rustls has none.

use super::error::other_failure;
use super::host_name::unbracketed;
use mqmodem_core::{NetError, Psk, TlsFiles, TlsVersion};
use openssl::error::ErrorStack;
use openssl::ssl::{
    Error, Ssl, SslContext, SslContextBuilder, SslMethod, SslOptions, SslVerifyMode, SslVersion,
};
use std::net::IpAddr;
use std::pin::Pin;
use tokio::net::TcpStream;
use tokio_openssl::SslStream;

/// Only where the key alone says who both are: with RSA-PSK a certificate would count.
const CIPHERS: &str = "kECDHEPSK:kDHEPSK:kPSK:!eNULL";

/// What OpenSSL adds to the number of an alert that it received.
const ALERTS: i32 = 1000;
/// Alerts of a broker that does not take the key (RFC 4279 §2, RFC 8446 §4.2.11):
/// bad record MAC, handshake failure, illegal parameter, decrypt error, unknown PSK identity.
const REFUSALS: [i32; 5] = [20, 40, 47, 51, 115];

/// How a connection with a pre-shared key is made. Without `Debug`: it holds the key.
pub(super) struct PskConfig {
    identity: String,
    key: Vec<u8>,
    /// Who the broker is asked to be.
    name: String,
    alpn: Option<String>,
    version: TlsVersion,
}

impl PskConfig {
    pub(super) fn new(files: &TlsFiles<'_>, psk: Psk<'_>, name: &str) -> Self {
        Self {
            identity: psk.identity().to_owned(),
            key: psk.key().collect(),
            name: unbracketed(name).to_owned(),
            alpn: files.alpn.map(str::to_owned),
            version: files.version,
        }
    }

    /// Writes identity, with a NUL behind it, and key; the length of the key, if there is
    /// room.
    fn write(&self, identity: &mut [u8], key: &mut [u8]) -> Option<usize> {
        let place = identity.get_mut(..=self.identity.len())?;
        let (end, text) = place.split_last_mut()?;
        text.copy_from_slice(self.identity.as_bytes());
        *end = 0;
        key.get_mut(..self.key.len())?.copy_from_slice(&self.key);
        Some(self.key.len())
    }
}

/// TLS on a TCP connection.
pub(super) async fn secure(
    tcp: TcpStream,
    config: PskConfig,
) -> Result<Box<SslStream<TcpStream>>, NetError> {
    let ssl = session(config).map_err(other_failure)?;
    let mut stream = Box::new(SslStream::new(ssl, tcp).map_err(other_failure)?);
    match Pin::new(&mut *stream).connect().await {
        Ok(()) => Ok(stream),
        Err(error) => Err(failure(&error)),
    }
}

fn session(config: PskConfig) -> Result<Ssl, ErrorStack> {
    let mut context = SslContext::builder(SslMethod::tls_client())?;
    // A broker that shows a certificate has not used the key: it is trusted by nobody.
    context.set_verify(SslVerifyMode::PEER);
    // MQTT has a goodbye of its own.
    context.set_options(SslOptions::IGNORE_UNEXPECTED_EOF);
    context.set_cipher_list(CIPHERS)?;
    limit_version(&mut context, config.version)?;
    if let Some(protocols) = &config.alpn {
        context.set_alpn_protos(&wire_form(protocols))?;
    }
    let name = config.name.clone();
    context.set_psk_client_callback(move |_, _, identity, key| {
        Ok(config.write(identity, key).unwrap_or(0))
    });
    let mut ssl = Ssl::new(&context.build())?;
    if name.parse::<IpAddr>().is_err() {
        ssl.set_hostname(&name)?;
    }
    Ok(ssl)
}

fn limit_version(context: &mut SslContextBuilder, version: TlsVersion) -> Result<(), ErrorStack> {
    let (min, max) = match version {
        TlsVersion::Any => (SslVersion::TLS1_2, SslVersion::TLS1_3),
        TlsVersion::V12 => (SslVersion::TLS1_2, SslVersion::TLS1_2),
        TlsVersion::V13 => (SslVersion::TLS1_3, SslVersion::TLS1_3),
    };
    context.set_min_proto_version(Some(min))?;
    context.set_max_proto_version(Some(max))
}

/// Names of protocols with commas between them, as TLS sends them (RFC 7301 §3.1).
fn wire_form(protocols: &str) -> Vec<u8> {
    let mut wire = Vec::new();
    for name in protocols.split(',') {
        wire.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        wire.extend(name.as_bytes());
    }
    wire
}

fn failure(error: &Error) -> NetError {
    let is_refusal = error.ssl_error().is_some_and(|stack| {
        let mut reasons = stack.errors().iter().map(|one| one.reason_code() - ALERTS);
        reasons.any(|alert| REFUSALS.contains(&alert))
    });
    if is_refusal {
        tracing::debug!("TLS: {error}");
        return NetError::TlsClientCertificate;
    }
    other_failure(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_are_sent_with_their_lengths() {
        assert_eq!(wire_form("mqtt,x-a"), b"\x04mqtt\x03x-a");
    }
}
