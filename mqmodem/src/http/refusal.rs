//! An answer that is no.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;

/// Fields that every answer has, and their values.
pub(crate) type HttpFields = &'static [(&'static str, &'static str)];

/// A request that is refused, and why, in a sentence.
#[derive(Debug)]
pub(crate) struct HttpRefusal {
    status: StatusCode,
    why: Cow<'static, str>,
}

impl HttpRefusal {
    pub(crate) fn new(status: StatusCode, why: impl Into<Cow<'static, str>>) -> Self {
        let why = why.into();
        Self { status, why }
    }

    #[cfg(feature = "inspector")]
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    #[cfg(feature = "inspector")]
    pub(crate) fn why(&self) -> &str {
        &self.why
    }
}

impl IntoResponse for HttpRefusal {
    fn into_response(self) -> Response {
        let kind = (CONTENT_TYPE, "text/plain; charset=utf-8");
        (self.status, [kind], format!("{}\n", self.why)).into_response()
    }
}
