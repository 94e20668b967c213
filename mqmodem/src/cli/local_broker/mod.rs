//! A throw-away broker in this process, for `mqmodem try` and `mqmodem broker`.

mod certificates;
mod rights;

use certificates::Certificates;
use mqtt5::broker::MqttBroker;
use mqtt5::broker::config::{BrokerConfig, StorageBackend, StorageConfig, TlsConfig};
pub(crate) use rights::FORBIDDEN;
use rights::Rights;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::task::AbortHandle;

/// More than any modem sends, and little enough to bound the broker's memory.
const MAX_PACKET: usize = 1024 * 1024;

/// A port that is free.
const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A broker without TLS that lives as long as this.
#[derive(Debug)]
pub(crate) struct LocalBroker {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    task: AbortHandle,
}

/// A broker that listens on loopback, with TLS beside.
#[derive(Debug)]
pub(crate) struct LocalTlsBroker {
    /// Without TLS.
    pub(crate) plain: LocalBroker,
    /// Where it listens with TLS.
    pub(crate) tls: SocketAddr,
    /// The root its certificate hangs from, PEM.
    pub(crate) root: String,
}

impl LocalBroker {
    /// Starts a broker there.
    pub(crate) async fn start(address: SocketAddr) -> Result<Self, String> {
        Self::run(bind(config(address)).await?)
    }

    fn run(mut broker: MqttBroker) -> Result<Self, String> {
        let address = broker.local_addr().ok_or("it did not get its port")?;
        let task = tokio::spawn(async move {
            if let Err(error) = broker.run().await {
                tracing::error!("the broker stopped: {error}");
            }
        });
        Ok(Self {
            address,
            task: task.abort_handle(),
        })
    }
}

impl LocalTlsBroker {
    /// Starts a broker on free ports.
    pub(crate) async fn start() -> Result<Self, String> {
        let certificates = Certificates::make()?;
        let tls = TlsConfig::new(certificates.chain_file(), certificates.key_file());
        let broker = bind(BrokerConfig {
            tls_config: Some(tls.with_bind_addresses(vec![ANY])),
            ..config(ANY)
        });
        let broker = broker.await?;
        // The broker has read its files; the key needs no longer be on disk.
        let root = certificates.into_root();
        let tls = broker.tls_local_addr().ok_or("it did not get its port")?;
        let plain = LocalBroker::run(broker)?;
        Ok(Self { plain, tls, root })
    }
}

impl Drop for LocalBroker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn bind(config: BrokerConfig) -> Result<MqttBroker, String> {
    let bound = MqttBroker::with_config(config).await;
    let broker = bound.map_err(|error| error.to_string())?;
    Ok(broker.with_auth_provider(Arc::new(Rights)))
}

fn config(address: SocketAddr) -> BrokerConfig {
    BrokerConfig {
        bind_addresses: vec![address],
        max_packet_size: MAX_PACKET,
        storage_config: StorageConfig::new()
            .with_backend(StorageBackend::Memory)
            .with_persistence(true),
        sys_topics_enabled: false,
        ..BrokerConfig::default()
    }
}
