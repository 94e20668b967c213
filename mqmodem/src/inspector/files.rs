//! The files of the page.

use crate::http::HttpRefusal;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// A file of the page.
struct PageFile {
    /// Its name below `/page/`; `index.html` is `/` too.
    name: &'static str,
    /// What HTTP calls it.
    kind: &'static str,
    bytes: &'static [u8],
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! file {
    ($name:literal, $kind:expr) => {
        PageFile {
            name: $name,
            kind: $kind,
            bytes: include_bytes!(concat!("page/", $name)),
        }
    };
}

/// The files of the page.
static PAGE: &[PageFile] = &[
    file!("actions.js", SCRIPT),
    file!("api.js", SCRIPT),
    file!("app.css", CSS),
    file!("app.js", SCRIPT),
    file!("bytes.js", SCRIPT),
    file!("capture.js", SCRIPT),
    file!("describe.js", SCRIPT),
    file!("detail.js", SCRIPT),
    file!("dom.js", SCRIPT),
    file!("downloads.js", SCRIPT),
    file!("event.js", SCRIPT),
    file!("filter.js", SCRIPT),
    file!("index.html", HTML),
    file!("list.js", SCRIPT),
    file!("metrics.js", SCRIPT),
    file!("modems.js", SCRIPT),
    file!("plot.js", SCRIPT),
    file!("store.js", SCRIPT),
    file!("stream.js", SCRIPT),
    file!("time.js", SCRIPT),
    file!("uPlot.iife.min.js", SCRIPT),
    file!("view.js", SCRIPT),
    file!("waiting.js", SCRIPT),
];

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_file_of_the_page_is_carried() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/inspector/page");
        let files = std::fs::read_dir(folder).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let there: BTreeSet<_> = names.filter(|name| !name.ends_with("LICENSE")).collect();
        let carried: BTreeSet<_> = PAGE.iter().map(|file| file.name.to_owned()).collect();
        assert_eq!(carried, there);
    }
}
