//! The broker that is built into the program, as one of another make.
#![allow(unreachable_pub, reason = "a part of a test")]

use mqtt5::broker::MqttBroker;
use mqtt5::broker::config::{BrokerConfig, StorageBackend, StorageConfig};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::runtime::Runtime;

/// A broker on loopback that lives as long as this.
pub struct EmbeddedBroker {
    pub port: u16,
    _runtime: Runtime,
}

impl EmbeddedBroker {
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let config = BrokerConfig {
            bind_addresses: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))],
            storage_config: StorageConfig::new()
                .with_backend(StorageBackend::Memory)
                .with_persistence(true),
            sys_topics_enabled: false,
            ..BrokerConfig::default()
        };
        let broker = runtime.block_on(MqttBroker::with_config(config));
        let mut broker = broker.unwrap();
        let port = broker.local_addr().unwrap().port();
        runtime.spawn(async move { broker.run().await });
        Self {
            port,
            _runtime: runtime,
        }
    }
}
