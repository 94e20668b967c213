//! `POST /api/control`: a line of the control socket.

use super::body::whole;
use super::modems::modem_named;
use super::state::Inspector;
use crate::control::{ControlLine, ask, words};
use crate::http::HttpRefusal;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// The longest line, in bytes.
const LONGEST: usize = 8 * 1024;
/// How long it may take to come.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
pub(super) struct ControlQuery {
    modem: Option<String>,
}

pub(super) async fn control(
    State(inspector): State<Arc<Inspector>>,
    Query(query): Query<ControlQuery>,
    body: Body,
) -> Result<Response, HttpRefusal> {
    let line = line(body).await?;
    let line = match ControlLine::parse(line.trim_end_matches(['\r', '\n'])) {
        Ok(line) => line,
        Err(why) => return Ok(answer(&Err(why))),
    };
    if inspector.read_only && line.acts() {
        return Err(HttpRefusal::new(
            StatusCode::FORBIDDEN,
            "the inspector was started with --inspect-read-only",
        ));
    }
    let modem = match query.modem {
        Some(name) => Some(modem_named(&inspector, Some(name))?),
        None => None,
    };
    Ok(answer(&ask(line.of(modem), &inspector.desk).await))
}

fn answer(answer: &Result<String, String>) -> Response {
    let status = match answer {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    };
    let kind = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    (status, kind, words(answer)).into_response()
}

/// The line, once all of it is there.
async fn line(body: Body) -> Result<String, HttpRefusal> {
    let bytes = whole(body, LONGEST, PATIENCE).await?;
    let text = String::from_utf8(bytes.into()).ok();
    let text = text.filter(|text| !text.trim_end_matches(['\r', '\n']).contains('\n'));
    text.ok_or_else(|| HttpRefusal::new(StatusCode::BAD_REQUEST, "write one line, in UTF-8"))
}
