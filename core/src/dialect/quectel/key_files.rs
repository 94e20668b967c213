//! The files that hold keys of TLS contexts.

use super::state::{key, use_module};
use crate::commands::key_files::KeyFiles;
use crate::modem::Staged;
use crate::modem::api::Slot;
use crate::modem::command::context::Context;
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;

const KEYS: KeyFiles = KeyFiles {
    slot: Slot::Dialect(0),
    is_chosen,
};

/// The name of a file without the place it is kept in.
pub(super) fn file_name(path: &str) -> &str {
    let place = path.get(..4);
    let has_place = place.is_some_and(|it| {
        ["UFS:", "RAM:"]
            .iter()
            .any(|of| it.eq_ignore_ascii_case(of))
    });
    if has_place {
        path.get(4..).unwrap_or_default()
    } else {
        path
    }
}

/// Whether a file is the key of a context, or was, also before a restart.
pub(super) fn is_key(cx: &mut Context, name: &str) -> bool {
    use_module(cx);
    KEYS.has(cx, name)
}

fn is_chosen(staged: Staged<'_>, name: &str) -> bool {
    (0..=5).any(|context| file_name(staged.text(key::PRIVATE + context)) == name)
}

/// Remembers that a file is a key.
pub(super) fn remember(cx: &mut Context, path: &str) -> Result<Option<Wait>, Fail> {
    KEYS.remember(cx, file_name(path))
}
