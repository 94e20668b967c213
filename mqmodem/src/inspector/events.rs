//! `GET /api/events`: what happens to a modem, as it happens.

use super::modems::modem_named;
use super::state::Inspector;
use crate::http::HttpRefusal;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How often a page is given what is new.
const PAUSE: Duration = Duration::from_millis(50);

#[derive(Deserialize)]
pub(super) struct EventsQuery {
    modem: Option<String>,
    #[serde(default)]
    from: u64,
}

/// A stream that never ends by itself.
pub(super) async fn events(
    State(inspector): State<Arc<Inspector>>,
    Query(query): Query<EventsQuery>,
) -> Result<Response, HttpRefusal> {
    let modem = modem_named(&inspector, query.modem)?;
    let turn = inspector.streams.clone().try_acquire_owned();
    let turn = turn.map_err(|_| {
        HttpRefusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many streams are open; close another page of the inspector",
        )
    })?;
    let reader = inspector.live.read(&modem, query.from, PAUSE);
    // It is given back when the page goes.
    let pieces = stream::unfold((reader, turn), async |(mut reader, turn)| {
        let text = reader.next().await;
        Some((Ok::<_, Infallible>(Bytes::from(text)), (reader, turn)))
    });
    let kind = [(CONTENT_TYPE, "application/x-ndjson")];
    Ok((kind, Body::from_stream(pieces)).into_response())
}
