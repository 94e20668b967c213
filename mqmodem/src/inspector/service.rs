//! The thread that serves the page.

use super::fields::FIELDS;
use super::router::router;
use super::state::Inspector;
use crate::http::{self, HttpService};
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use tokio::runtime;

/// Connections at once: a browser opens several for each page.
const CONNECTIONS: usize = 64;

/// Serves the page on a thread of its own, until the program ends: what a page makes to do
/// holds up no modem.
pub(crate) fn serve(inspector: Inspector, listener: TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let thread = thread::Builder::new().name("inspector".to_owned());
    thread.spawn(move || {
        runtime.block_on(async {
            match tokio::net::TcpListener::from_std(listener) {
                Ok(listener) => {
                    let service = HttpService {
                        router: router(Arc::new(inspector)),
                        fields: FIELDS,
                        clients: CONNECTIONS,
                        name: "the inspector",
                    };
                    match http::serve(listener, service).await {}
                }
                Err(error) => tracing::error!("cannot serve the inspector: {error}"),
            }
        });
    })?;
    Ok(())
}
