//! `GET /metrics`.

use super::counters::Metrics;
use crate::http::{HttpRefusal, HttpService};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Clients at once.
const CLIENTS: usize = 32;

/// Serves the metrics until it is dropped.
pub async fn serve(listener: TcpListener, metrics: Arc<Metrics>) {
    let refused = |status, why| async move { HttpRefusal::new(status, why) };
    let unknown = move || refused(StatusCode::NOT_FOUND, "there is /metrics");
    let wrong = move || refused(StatusCode::METHOD_NOT_ALLOWED, "there is GET /metrics");
    let router = Router::new()
        .route("/metrics", get(page))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong)
        .with_state(metrics);
    let service = HttpService {
        router,
        // Who asks again in a minute needs no connection until then.
        fields: &[("connection", "close")],
        clients: CLIENTS,
        name: "metrics",
    };
    match crate::http::serve(listener, service).await {}
}

async fn page(State(metrics): State<Arc<Metrics>>) -> Response {
    let kind = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, metrics.page()).into_response()
}
