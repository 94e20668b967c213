//! `GET /api/modems`: the modems there are.

use super::json::json;
use super::state::Inspector;
use crate::http::HttpRefusal;
use crate::observe::{ModemState, RosterOrder, RosterQuery};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// Modems in an answer, where nothing else is asked for, and at most.
const USUAL: usize = 100;
const MOST: usize = 500;

#[derive(Deserialize)]
pub(super) struct ModemsQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    offset: usize,
    limit: Option<usize>,
}

impl ModemsQuery {
    fn read(self) -> Result<RosterQuery, HttpRefusal> {
        let wrong = |why| HttpRefusal::new(StatusCode::BAD_REQUEST, why);
        let state = ModemState::ALL
            .into_iter()
            .find(|it| it.word() == self.state);
        if state.is_none() && !self.state.is_empty() {
            return Err(wrong(
                "state is connected, connecting, waiting, down or off",
            ));
        }
        let sort = self.sort.strip_prefix('-');
        let order = match sort.unwrap_or(&self.sort) {
            "" | "name" => RosterOrder::Name,
            "errors" => RosterOrder::Errors,
            "activity" => RosterOrder::Activity,
            _ => return Err(wrong("sort is name, errors or activity, or - before one")),
        };
        Ok(RosterQuery {
            name: self.q,
            state,
            order,
            reversed: sort.is_some(),
            offset: self.offset,
            limit: self.limit.unwrap_or(USUAL).min(MOST),
        })
    }
}

pub(super) async fn modems(
    State(inspector): State<Arc<Inspector>>,
    Query(query): Query<ModemsQuery>,
) -> Result<Response, HttpRefusal> {
    Ok(json(&inspector.live.list(&query.read()?)))
}

/// The modem that is meant, if there is one; without a name the only one.
pub(super) fn modem_named(
    inspector: &Inspector,
    name: Option<String>,
) -> Result<String, HttpRefusal> {
    let mut names = inspector.live.names();
    match name {
        Some(name) if names.contains(&name) => Ok(name),
        Some(_) => Err(HttpRefusal::new(
            StatusCode::NOT_FOUND,
            "no modem of this name runs",
        )),
        None if names.len() == 1 => Ok(names.remove(0)),
        None => Err(HttpRefusal::new(
            StatusCode::BAD_REQUEST,
            "say which modem, by modem=NAME",
        )),
    }
}
