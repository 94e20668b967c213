//! What can be asked for.

use super::about::about;
use super::control::control;
use super::convert::convert;
use super::events::events;
use super::files;
use super::guard::guard;
use super::modems::modems;
use super::state::Inspector;
use crate::http::HttpRefusal;
use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use std::sync::Arc;

/// All that can be asked for.
pub(super) fn router(inspector: Arc<Inspector>) -> Router {
    Router::new()
        .route("/", get(files::index))
        .route("/page/{name}", get(files::named))
        .route("/api/about", get(about))
        .route("/api/modems", get(modems))
        .route("/api/events", get(events))
        .route("/api/control", post(control))
        .route("/api/convert", post(convert))
        .fallback(async || files::unknown())
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(inspector.clone(), guard))
        .with_state(inspector)
}

async fn wrong_method(request: Request) -> HttpRefusal {
    let why = match request.uri().path() {
        "/api/control" | "/api/convert" => "that takes POST alone",
        _ => "that takes GET alone",
    };
    HttpRefusal::new(StatusCode::METHOD_NOT_ALLOWED, why)
}
