//! `GET /metrics`, and nothing else of HTTP.

use super::counters::Metrics;
use crate::runtime::bounded_tasks::BoundedTasks;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How long a client may take for all of it.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest request.
const LONGEST: usize = 8 * 1024;
/// What ends a request without a body.
const END: &[u8] = b"\r\n\r\n";
/// Clients at once.
const CLIENTS: usize = 32;
/// How long to wait after a failed accept, mostly a lack of descriptors.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves the metrics until it is dropped.
pub async fn serve(listener: TcpListener, metrics: Arc<Metrics>) {
    let mut clients = BoundedTasks::new(CLIENTS);
    loop {
        tokio::select! {
            biased;
            Some(()) = clients.next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => clients.admit(attend(stream, metrics.clone())),
                Err(error) => {
                    tracing::error!("cannot serve metrics: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
}

/// Deals with one client, who may not take for ever.
async fn attend(stream: TcpStream, metrics: Arc<Metrics>) {
    let answered = tokio::time::timeout(PATIENCE, answer(stream, &metrics)).await;
    if let Ok(Err(error)) = answered {
        tracing::debug!("metrics: {error}");
    }
}

async fn answer(mut stream: TcpStream, metrics: &Metrics) -> io::Result<()> {
    let mut request = Vec::new();
    let mut seen = 0;
    while !has_end(request.get(seen..).unwrap_or_default()) {
        seen = request.len().saturating_sub(END.len() - 1);
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

fn has_end(part: &[u8]) -> bool {
    part.windows(END.len()).any(|bytes| bytes == END)
}

/// Whether the request is for the metrics, with or without a query.
fn is_metrics(rest: &[u8]) -> bool {
    let path = rest.split(|byte| matches!(byte, b' ' | b'?')).next();
    path == Some(b"/metrics")
}
