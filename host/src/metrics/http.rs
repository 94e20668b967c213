//! `GET /metrics`, and nothing else of HTTP.

use super::Metrics;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How long a client may take for all of it.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest request.
const LONGEST: usize = 8 * 1024;
/// Clients at once; more have to wait.
const CLIENTS: usize = 8;
/// How long to wait after a failed accept, mostly a lack of descriptors.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves the metrics until it is dropped.
pub async fn serve(listener: TcpListener, metrics: Arc<Metrics>) {
    let mut clients = JoinSet::new();
    loop {
        while clients.len() >= CLIENTS {
            clients.join_next().await;
        }
        match listener.accept().await {
            Ok((stream, _)) => {
                let metrics = metrics.clone();
                clients.spawn(async move {
                    let answered = tokio::time::timeout(PATIENCE, answer(stream, &metrics)).await;
                    if let Ok(Err(error)) = answered {
                        tracing::debug!("metrics: {error}");
                    }
                });
            }
            Err(error) => {
                tracing::error!("cannot serve metrics: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
        while clients.try_join_next().is_some() {}
    }
}

async fn answer(mut stream: TcpStream, metrics: &Metrics) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        if request.len() > LONGEST || stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let (status, body) = match request.strip_prefix(b"GET ") {
        Some(rest) if is_metrics(rest) => ("200 OK", metrics.page()),
        Some(_) => ("404 Not Found", "there is /metrics\n".to_owned()),
        None => (
            "405 Method Not Allowed",
            "there is GET /metrics\n".to_owned(),
        ),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}

/// Whether the request is for the metrics, with or without a query.
fn is_metrics(rest: &[u8]) -> bool {
    let path = rest.split(|byte| matches!(byte, b' ' | b'?')).next();
    path == Some(b"/metrics")
}
