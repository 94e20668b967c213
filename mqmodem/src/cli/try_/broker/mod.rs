//! A throw-away broker on loopback, for `mqmodem try`.

mod certificates;
mod rights;

use certificates::Certificates;
use mqtt5::broker::MqttBroker;
use mqtt5::broker::config::{BrokerConfig, StorageBackend, StorageConfig, TlsConfig};
pub(crate) use rights::FORBIDDEN;
use rights::Rights;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::task::AbortHandle;

/// More than any AT line holds, and little enough to bound the broker's memory.
const MAX_PACKET: usize = 256 * 1024;

/// A broker that lives as long as this.
#[derive(Debug)]
pub(crate) struct LocalBroker {
    /// Where it listens without TLS.
    pub(crate) plain: SocketAddr,
    /// Where it listens with TLS.
    pub(crate) tls: SocketAddr,
    /// The root its certificate hangs from, PEM.
    pub(crate) root: String,
    task: AbortHandle,
}

impl LocalBroker {
    /// Starts a broker on free ports.
    pub(crate) async fn start() -> Result<Self, String> {
        let certificates = Certificates::make()?;
        let started = MqttBroker::with_config(config(&certificates)).await;
        let broker = started.map_err(|error| error.to_string())?;
        let mut broker = broker.with_auth_provider(Arc::new(Rights));
        // The broker has read its files; the key needs no longer be on disk.
        let root = certificates.into_root();
        let addresses = broker.local_addr().zip(broker.tls_local_addr());
        let (plain, tls) = addresses.ok_or("it did not get its ports")?;
        let task = tokio::spawn(async move {
            if let Err(error) = broker.run().await {
                tracing::error!("the broker stopped: {error}");
            }
        });
        Ok(Self {
            plain,
            tls,
            root,
            task: task.abort_handle(),
        })
    }
}

impl Drop for LocalBroker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn config(certificates: &Certificates) -> BrokerConfig {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let tls = TlsConfig::new(certificates.chain_file(), certificates.key_file());
    BrokerConfig {
        bind_addresses: vec![any_port],
        tls_config: Some(tls.with_bind_addresses(vec![any_port])),
        max_packet_size: MAX_PACKET,
        storage_config: StorageConfig::new()
            .with_backend(StorageBackend::Memory)
            .with_persistence(false),
        sys_topics_enabled: false,
        ..BrokerConfig::default()
    }
}
