//! Certificates made on the spot, and servers that use them.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

pub mod dial;
pub mod openssl;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

pub const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// A root that signs.
pub struct Authority {
    pub pem: String,
    key_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // No two look the same, else one could be tried for the other.
        let key = KeyPair::generate().unwrap();
        let name = format!("root {:02x?}", &key.public_key_raw()[1..9]);
        params.distinguished_name.push(DnType::CommonName, name);
        Self {
            pem: params.self_signed(&key).unwrap().pem(),
            key_pem: key.serialize_pem(),
            issuer: Issuer::new(params, key),
        }
    }

    /// An authority below this one.
    pub fn below(&self, tweak: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let name = format!("issuer {:02x?}", &key.public_key_raw()[1..9]);
        params.distinguished_name.push(DnType::CommonName, name);
        tweak(&mut params);
        let signed = params.signed_by(&key, &self.issuer).unwrap();
        Self {
            pem: signed.pem(),
            key_pem: key.serialize_pem(),
            issuer: Issuer::new(params, key),
        }
    }

    /// Certificate and key of a client.
    pub fn client(&self) -> (String, String) {
        self.sign(&Leaf::named(&["client"]))
    }

    /// Certificate and key, PEM.
    pub fn sign(&self, leaf: &Leaf) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = leaf.0.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

/// What is to be signed.
pub struct Leaf(pub CertificateParams);

impl Leaf {
    pub fn named(names: &[&str]) -> Self {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        Self(CertificateParams::new(names).unwrap())
    }

    pub fn good() -> Self {
        Self::named(&["localhost", "127.0.0.1"])
    }

    /// With this name in its subject, and in no other place.
    pub fn in_subject(name: &str) -> Self {
        let mut leaf = Self::named(&[]);
        leaf.0.distinguished_name.push(DnType::CommonName, name);
        leaf
    }

    pub fn but(mut self, tweak: impl FnOnce(&mut CertificateParams)) -> Self {
        tweak(&mut self.0);
        self
    }

    /// Signs itself; certificate and key, PEM.
    pub fn self_signed(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        (self.0.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    pub fn expired() -> Self {
        let mut leaf = Self::good();
        leaf.0.not_before = date_time_ymd(2000, 1, 1);
        leaf.0.not_after = date_time_ymd(2001, 1, 1);
        leaf
    }

    pub fn not_yet_valid() -> Self {
        let mut leaf = Self::good();
        leaf.0.not_before = date_time_ymd(3000, 1, 1);
        leaf.0.not_after = date_time_ymd(3001, 1, 1);
        leaf
    }
}

/// A TLS server on loopback that sends back what it gets.
pub struct Server {
    chain: String,
    key: String,
    clients: Option<String>,
    version: Option<&'static SupportedProtocolVersion>,
    /// Speaks these protocols, and says what it was asked for.
    protocols: Option<Vec<Vec<u8>>>,
}

impl Server {
    pub fn new(authority: &Authority, leaf: &Leaf) -> Self {
        let (chain, key) = authority.sign(leaf);
        Self::of(chain, key)
    }

    pub fn self_signed(authority: &Authority) -> Self {
        Self::of(authority.pem.clone(), authority.key_pem.clone())
    }

    /// With this chain and key, PEM.
    pub fn of(chain: String, key: String) -> Self {
        Self {
            chain,
            key,
            clients: None,
            version: None,
            protocols: None,
        }
    }

    /// Clients must show a certificate of this authority.
    pub fn asking(mut self, authority: &Authority) -> Self {
        self.clients = Some(authority.pem.clone());
        self
    }

    pub fn only(mut self, version: &'static SupportedProtocolVersion) -> Self {
        self.version = Some(version);
        self
    }

    /// Speaks these protocols (ALPN). In place of what it gets it sends back the
    /// name it was asked for and the protocol that was agreed on.
    pub fn telling(mut self, protocols: &[&str]) -> Self {
        let names = protocols.iter().map(|name| name.as_bytes().to_vec());
        self.protocols = Some(names.collect());
        self
    }

    fn config(&self) -> ServerConfig {
        let provider = Arc::new(default_provider());
        let versions = self
            .version
            .map_or(VERSIONS.to_vec(), |version| vec![version]);
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&versions)
            .unwrap();
        let builder = match &self.clients {
            None => builder.with_no_client_auth(),
            Some(root) => {
                let mut roots = RootCertStore::empty();
                roots.add(certificate(root)).unwrap();
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).unwrap();
        let chain = CertificateDer::pem_slice_iter(self.chain.as_bytes());
        let chain = chain.map(Result::unwrap).collect();
        // Also what rustls would not show of itself.
        let key = provider.key_provider.load_private_key(key).unwrap();
        let shown = Arc::new(CertifiedKey::new(chain, key));
        let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(shown)));
        config.alpn_protocols = self.protocols.clone().unwrap_or_default();
        config
    }

    /// Serves one client; returns the port.
    pub async fn start(self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = TlsAcceptor::from(Arc::new(self.config()));
        let tells = self.protocols.is_some();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let mut buf = [0; 100];
            while let Ok(n @ 1..) = stream.read(&mut buf).await {
                let asked = stream.get_ref().1;
                let name = asked.server_name().unwrap_or("-");
                let protocol = asked.alpn_protocol().unwrap_or(b"-");
                let told = [name.as_bytes(), b" ", protocol].concat();
                let answer = if tells { &told } else { &buf[..n] };
                let _ = stream.write_all(answer).await;
            }
            let _ = stream.shutdown().await;
        });
        port
    }
}

fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// A server that answers the first bytes with these, then closes.
pub async fn start_raw(answer: &[u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = answer.to_vec();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buf = [0; 1000];
        let _ = stream.read(&mut buf).await;
        let _ = stream.write_all(&answer).await;
    });
    port
}
