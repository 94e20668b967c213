//! Which files of the host hold keys, or once did: whatever their form, they are never read
//! back.

use crate::buffer::Buf;
use crate::modem::Staged;
use crate::modem::api::Slot;
use crate::modem::command::context::Context;
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;

/// The most bytes of their names, each behind its length.
const MOST: usize = 1024;

/// Where a dialect keeps the names of these files.
#[derive(Clone, Copy)]
pub struct KeyFiles {
    /// The record of the names.
    pub slot: Slot,
    /// Whether the file of this name is in use as a key.
    pub is_chosen: fn(Staged<'_>, &str) -> bool,
}

impl KeyFiles {
    /// Whether a file is a key, or was, also before a restart.
    pub fn has(self, cx: &Context, name: &str) -> bool {
        (self.is_chosen)(cx.staged(), name) || self.names(cx).any(|it| it == name)
    }

    fn names<'c>(self, cx: &'c Context) -> impl Iterator<Item = &'c str> {
        let mut rest = cx.stored(self.slot).unwrap_or_default();
        core::iter::from_fn(move || {
            let (&len, behind) = rest.split_first()?;
            let (name, behind) = behind.split_at_checked(len.into())?;
            rest = behind;
            core::str::from_utf8(name).ok()
        })
    }

    /// Remembers that a file is a key. Names of files that are no more are forgotten. `None`
    /// where there is nothing new.
    pub fn remember(self, cx: &mut Context, name: &str) -> Result<Option<Wait>, Fail> {
        if name.is_empty() || self.names(cx).any(|it| it == name) {
            return Ok(None);
        }
        let mut memory = [0; MOST];
        let mut all = Buf::lent(&mut memory);
        let staged = cx.staged();
        let others = self.names(cx);
        let others = others.filter(|it| (self.is_chosen)(staged, it) || cx.file(it).is_some());
        for name in others.chain([name]) {
            all.push(u8::try_from(name.len()).map_err(|_| Fail::MEMORY_FULL)?)?;
            all.extend(name.as_bytes())?;
        }
        let kept = cx.store_with(|_| self.slot, |record| Ok(record.extend(all.as_slice())?));
        kept.map(Some)
    }
}
