//! The files of the page.

use crate::http::HttpRefusal;
use crate::observe::inspector::PAGE;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

pub(super) async fn index() -> Response {
    file("index.html")
}

pub(super) async fn named(Path(name): Path<String>) -> Response {
    file(&name)
}

fn file(name: &str) -> Response {
    match PAGE.iter().find(|file| file.name == name) {
        Some(file) => ([(CONTENT_TYPE, file.kind)], file.bytes).into_response(),
        None => unknown().into_response(),
    }
}

/// Nothing is there.
pub(super) fn unknown() -> HttpRefusal {
    HttpRefusal::new(StatusCode::NOT_FOUND, "the inspector has no such page")
}
