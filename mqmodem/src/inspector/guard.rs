//! Sends away who may not look, before anything else is read of a request.

use super::state::Inspector;
use crate::http::HttpRefusal;
use crate::log::seldom::Seldom;
use crate::runtime::bounded_tasks::Welcome;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, HeaderName, ORIGIN, WWW_AUTHENTICATE};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

static REFUSED: Seldom = Seldom::new();

/// Lets a request through, or answers why not.
pub(super) async fn guard(
    State(inspector): State<Arc<Inspector>>,
    request: Request,
    next: Next,
) -> Response {
    match check(&inspector, &request) {
        Ok(()) => next.run(request).await,
        Err(refused) => {
            REFUSED.warn(format_args!("inspector: {}", refused.why()));
            let is_nameless = refused.status() == StatusCode::UNAUTHORIZED;
            let mut answer = refused.into_response();
            if is_nameless {
                let scheme = HeaderValue::from_static("Bearer");
                answer.headers_mut().insert(WWW_AUTHENTICATE, scheme);
            }
            answer
        }
    }
}

fn check(inspector: &Inspector, request: &Request) -> Result<(), HttpRefusal> {
    let access = &inspector.access;
    let headers = request.headers();
    let host = only(headers, &HOST).unwrap_or_default();
    let target = request.uri().authority().map(Authority::as_str);
    if !access.is_host(target.unwrap_or(host)) || !access.is_host(host) {
        return Err(HttpRefusal::new(
            StatusCode::MISDIRECTED_REQUEST,
            "the inspector is not called so; --inspect-host NAME gives it a name",
        ));
    }
    let is_ours = |origin| access.is_origin(origin);
    if headers.contains_key(ORIGIN) && !only(headers, &ORIGIN).is_some_and(is_ours) {
        return Err(HttpRefusal::new(
            StatusCode::FORBIDDEN,
            "another page may not ask the inspector",
        ));
    }
    if !request.uri().path().starts_with("/api/") {
        return Ok(());
    }
    check_token(inspector, headers)?;
    if let Some(welcome) = request.extensions().get::<Welcome>() {
        welcome.give();
    }
    Ok(())
}

fn check_token(inspector: &Inspector, headers: &HeaderMap) -> Result<(), HttpRefusal> {
    let token = only(headers, &AUTHORIZATION).and_then(|it| it.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, token)) = token else {
        return Err(HttpRefusal::new(
            StatusCode::UNAUTHORIZED,
            "the token is missing; open the address that mqmodem printed when it started",
        ));
    };
    if inspector.access.is_token(token.trim()) {
        return Ok(());
    }
    Err(HttpRefusal::new(
        StatusCode::FORBIDDEN,
        "the token is wrong; open the address that mqmodem printed when it started",
    ))
}

/// A field that is there once.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(first)
}
