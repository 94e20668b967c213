//! Where metrics are served.

use super::address::{cannot_listen, tcp_address, warn_if_reachable};
use crate::cli::failure::ProgramFailure;
use crate::observe::metrics::{self, Metrics};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves metrics, where they are wanted.
pub(in crate::cli) async fn open(
    address: Option<&str>,
) -> Result<Option<Arc<Metrics>>, ProgramFailure> {
    let Some(text) = address else {
        return Ok(None);
    };
    let address = tcp_address("--metrics", text).await?;
    let listener = TcpListener::bind(address).await;
    let listener = listener.map_err(|error| cannot_listen(address, &error))?;
    if let Ok(address) = listener.local_addr() {
        tracing::info!("metrics at http://{address}/metrics");
        warn_if_reachable(address, "read the metrics there");
    }
    let metrics = Arc::new(Metrics::default());
    tokio::spawn(metrics::serve(listener, metrics.clone()));
    Ok(Some(metrics))
}
