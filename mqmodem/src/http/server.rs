//! Takes connections and has their requests answered.

use super::refusal::HttpFields;
use super::wire::HttpWire;
use crate::runtime::bounded_tasks::{BoundedTasks, Welcome};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::middleware::map_response_with_state;
use axum::response::Response;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// How long a request may take to come, and a connection to be without one.
const HEAD: Duration = Duration::from_secs(10);
/// How long who has shown no use may be connected.
const STRANGE: Duration = Duration::from_secs(30);
/// The longest head of a request, and what waits to be written, about.
const BUFFER: usize = 64 * 1024;
/// Fields in a head.
const FIELDS: usize = 64;
/// What the system may keep for a client that does not read: one that wakes is not to
/// see the past for long.
const SEND_BUFFER: usize = 256 * 1024;
/// How long to wait after a failed accept, which mostly is a lack of descriptors.
const PAUSE: Duration = Duration::from_secs(1);

/// What is served.
#[derive(Clone)]
pub(crate) struct HttpService {
    pub(crate) router: Router,
    /// What every answer has.
    pub(crate) fields: HttpFields,
    /// Connections at once. One more sends away who came first, and has not shown by
    /// [`Welcome`] that there is a use in it.
    pub(crate) clients: usize,
    /// What it is called in the log.
    pub(crate) name: &'static str,
}

/// Answers for ever. Each request has a [`Welcome`] of its connection as extension.
pub(crate) async fn serve(listener: TcpListener, service: HttpService) -> Infallible {
    let fields = service.fields;
    let router = service.router.layer(map_response_with_state(fields, add));
    let mut clients = BoundedTasks::new(service.clients);
    loop {
        tokio::select! {
            biased;
            Some(()) = clients.next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    prepare(&stream);
                    let welcome = Welcome::default();
                    let router = router.clone().layer(Extension(welcome.clone()));
                    let task = attend(HttpWire::new(stream, fields), router, welcome.clone());
                    clients.admit_maybe_welcome(task, welcome);
                }
                Err(error) => {
                    tracing::error!("cannot serve {}: {error}", service.name);
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
}

/// What every answer has.
async fn add(State(fields): State<HttpFields>, mut answer: Response) -> Response {
    for (name, value) in fields {
        let value = HeaderValue::from_static(value);
        answer.headers_mut().insert(*name, value);
    }
    answer
}

fn prepare(stream: &TcpStream) {
    let sized = rustix::net::sockopt::set_socket_send_buffer_size(stream, SEND_BUFFER);
    if let Err(error) = sized {
        tracing::debug!("cannot set SO_SNDBUF: {error}");
    }
    // Pieces of a stream are not to wait for each other.
    let _ = stream.set_nodelay(true);
}

/// Answers a client as long as it asks.
async fn attend(wire: HttpWire, router: Router, welcome: Welcome) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(BUFFER)
        .max_headers(FIELDS)
        .serve_connection(TokioIo::new(wire), TowerToHyperService::new(router));
    tokio::select! {
        ended = connection => if let Err(error) = ended {
            tracing::debug!("HTTP: {error}");
        },
        () = is_stranger(welcome) => {}
    }
}

/// Resolves where who is connected has shown no use in time: it may not even read.
async fn is_stranger(welcome: Welcome) {
    tokio::time::sleep(STRANGE).await;
    if welcome.is_given() {
        pending::<()>().await;
    }
}
