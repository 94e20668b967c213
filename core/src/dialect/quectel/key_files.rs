//! The files that hold keys of TLS contexts: whatever their form, they are never read back.

use super::state::{key, use_module};
use crate::buffer::Buf;
use crate::modem::Staged;
use crate::modem::api::Slot;
use crate::modem::command::context::Context;
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;

/// Where the names of these files are kept, each behind its length.
const NAMES: Slot = Slot::Dialect(0);
/// The most bytes of them.
const MOST: usize = 1024;

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
    is_chosen(cx.staged(), name) || names(cx.stored(NAMES)).any(|it| it == name)
}

fn is_chosen(staged: Staged<'_>, name: &str) -> bool {
    (0..=5).any(|context| file_name(staged.text(key::PRIVATE + context)) == name)
}

fn names(kept: Option<&[u8]>) -> impl Iterator<Item = &str> {
    let mut rest = kept.unwrap_or_default();
    core::iter::from_fn(move || {
        let (&len, behind) = rest.split_first()?;
        let (name, behind) = behind.split_at_checked(len.into())?;
        rest = behind;
        core::str::from_utf8(name).ok()
    })
}

/// Remembers that a file is a key. Names of files that are no more are forgotten. `None`
/// where there is nothing new.
pub(super) fn remember(cx: &mut Context, path: &str) -> Result<Option<Wait>, Fail> {
    let name = file_name(path);
    let known = names(cx.stored(NAMES)).any(|it| it == name);
    if known || name.is_empty() {
        return Ok(None);
    }
    let mut memory = [0; MOST];
    let mut all = Buf::lent(&mut memory);
    let staged = cx.staged();
    let others = names(cx.stored(NAMES));
    let others = others.filter(|name| is_chosen(staged, name) || cx.file(name).is_some());
    for name in others.chain([name]) {
        all.push(name.len() as u8)?;
        all.extend(name.as_bytes())?;
    }
    let kept = cx.store_with(|_| NAMES, |record| Ok(record.extend(all.as_slice())?));
    kept.map(Some)
}
