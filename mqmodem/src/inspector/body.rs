//! What a request brings.

use crate::http::HttpRefusal;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::StatusCode;
use std::time::Duration;

/// All of it, once it is there: of no more bytes than this, within this time.
pub(super) async fn whole(body: Body, most: usize, within: Duration) -> Result<Bytes, HttpRefusal> {
    let bytes = tokio::time::timeout(within, to_bytes(body, most)).await;
    let bytes = bytes.map_err(|_| {
        let why = "the request did not come in time";
        HttpRefusal::new(StatusCode::REQUEST_TIMEOUT, why)
    })?;
    bytes.map_err(|_| {
        let why = format!("the request has {most} bytes at most");
        HttpRefusal::new(StatusCode::PAYLOAD_TOO_LARGE, why)
    })
}
