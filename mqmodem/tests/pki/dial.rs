//! A link that is opened, to see what becomes of it.

use mqmodem::transport::{NetLink, TlsConfigs};
use mqmodem_core::{Endpoint, Instant, NetError, TlsFiles, Verify};
use std::future::poll_fn;
use std::time::Duration;

/// Longer than any test takes where nothing hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Opens a link and waits for an answer of the server's: with TLS 1.3 it judges
/// a client's certificate after the handshake.
pub async fn dial(host: &str, port: u16, files: TlsFiles<'_>) -> Result<(), NetError> {
    let to = Endpoint {
        host,
        port,
        tls: Some(files),
        websocket: None,
        deadline: Instant::ZERO,
    };
    let mut link = NetLink::default();
    link.open(&"pump", &to, &TlsConfigs::default(), None);
    let talk = async {
        poll_fn(|cx| link.poll_opened(cx)).await?;
        let hello = b"hello\n";
        let mut sent = 0;
        while sent < hello.len() {
            sent += poll_fn(|cx| link.poll_write(cx, &hello[sent..])).await?;
        }
        let mut buf = [0; 100];
        let read = poll_fn(|cx| link.poll_read(cx, &mut buf)).await?;
        assert_ne!(read, 0, "the server hung up");
        link.close();
        poll_fn(|cx| link.poll_closed(cx)).await;
        Ok(())
    };
    let talked = tokio::time::timeout(PATIENCE, talk).await;
    talked.expect("the link opens or fails in time")
}

pub fn trusting(root: &str, verify: Verify) -> TlsFiles<'_> {
    TlsFiles {
        root: Some(root.as_bytes()),
        verify,
        ..TlsFiles::default()
    }
}
