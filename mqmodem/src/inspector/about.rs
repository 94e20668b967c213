//! `GET /api/about`: what serves the page.

use super::json::json;
use super::state::Inspector;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
struct About<'a> {
    program: &'a str,
    run: &'a str,
    version: u32,
    read_only: bool,
    fleet: bool,
}

pub(super) async fn about(State(inspector): State<Arc<Inspector>>) -> Response {
    json(&About {
        program: concat!("mqmodem ", env!("CARGO_PKG_VERSION")),
        run: inspector.live.run(),
        version: 1,
        read_only: inspector.read_only,
        fleet: inspector.fleet,
    })
}
