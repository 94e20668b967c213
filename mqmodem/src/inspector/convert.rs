//! `POST /api/convert`: what a page shows, as a file in another form.

use super::body::whole;
use crate::http::HttpRefusal;
use crate::replay::{ConversionForm, Selection, convert as converted};
use crate::runtime::threads::Threads;
use axum::body::Body;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::time::Duration;

/// The most a page may send, in bytes.
const LONGEST: usize = 32 * 1024 * 1024;
/// How long that may take to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// One at a time: it may take a while, and holds up no stream.
static CONVERTING: Threads = Threads::new("convert", 1);

/// A form there is.
struct Form {
    name: &'static str,
    to: ConversionForm,
    kind: &'static str,
}

/// The forms there are.
const FORMS: [Form; 3] = [
    Form {
        name: "pcapng",
        to: ConversionForm::Pcapng,
        kind: "application/vnd.tcpdump.pcap",
    },
    Form {
        name: "chat",
        to: ConversionForm::Chat,
        kind: "text/plain; charset=utf-8",
    },
    Form {
        name: "text",
        to: ConversionForm::Text,
        kind: "text/plain; charset=utf-8",
    },
];

#[derive(Deserialize)]
pub(super) struct ConvertQuery {
    to: String,
    modem: Option<String>,
}

pub(super) async fn convert(
    Query(query): Query<ConvertQuery>,
    body: Body,
) -> Result<Response, HttpRefusal> {
    let wrong = |why: String| HttpRefusal::new(StatusCode::BAD_REQUEST, why);
    let Some(form) = FORMS.iter().find(|form| form.name == query.to) else {
        let names: Vec<_> = FORMS.iter().map(|form| form.name).collect();
        return Err(wrong(format!("`to` is one of {}", names.join(", "))));
    };
    let lines = whole(body, LONGEST, PATIENCE).await?;
    let to = form.to;
    let selection = Selection {
        modem: query.modem,
        ..Selection::default()
    };
    let convert = move || {
        let mut file = Vec::new();
        let done = converted(&lines[..], &mut file, to, &selection);
        done.map(|()| file).map_err(|error| error.to_string())
    };
    let file = CONVERTING.run(convert).await;
    let file = file
        .map_err(|error| wrong(error.to_string()))?
        .map_err(wrong)?;
    let name = format!("attachment; filename=\"mqmodem.{}\"", form.name);
    let head = [
        (CONTENT_TYPE, form.kind.to_owned()),
        (CONTENT_DISPOSITION, name),
    ];
    Ok((head, file).into_response())
}
