//! The broker that is built into the program, as one of another make.
#![allow(unreachable_pub, reason = "a part of a test")]

use mqtt5::broker::MqttBroker;
use mqtt5::broker::config::{BrokerConfig, StorageBackend, StorageConfig, TlsConfig};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use tokio::runtime::Runtime;

/// A broker on loopback that lives as long as this.
pub struct EmbeddedBroker {
    pub port: u16,
    _runtime: Runtime,
}

/// Any port on loopback.
const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

impl EmbeddedBroker {
    pub fn start() -> Self {
        Self::of(vec![ANY], None)
    }

    /// Over TLS alone, with these files.
    pub fn tls(chain: PathBuf, key: PathBuf) -> Self {
        let tls = TlsConfig::new(chain, key).with_bind_addresses(vec![ANY]);
        Self::of(Vec::new(), Some(tls))
    }

    fn of(bind_addresses: Vec<SocketAddr>, tls_config: Option<TlsConfig>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let config = BrokerConfig {
            bind_addresses,
            tls_config,
            storage_config: StorageConfig::new()
                .with_backend(StorageBackend::Memory)
                .with_persistence(true),
            sys_topics_enabled: false,
            ..BrokerConfig::default()
        };
        let broker = runtime.block_on(MqttBroker::with_config(config));
        let mut broker = broker.unwrap();
        let address = broker.local_addr().or_else(|| broker.tls_local_addr());
        let port = address.unwrap().port();
        runtime.spawn(async move { broker.run().await });
        Self {
            port,
            _runtime: runtime,
        }
    }
}
