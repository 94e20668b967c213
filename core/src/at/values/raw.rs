//! Values as they stand on a line, one after the other.

/// The values at the front of `rest`, up to the command's end, as they stand there.
pub(crate) fn raw(rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(rest);
    core::iter::from_fn(move || {
        let text = rest.take()?.trim_ascii_start();
        let (value, behind) = match text.split_first() {
            Some((b'"', text)) => split_at_byte(text, |byte| byte == b'"'),
            _ => split_at_byte(text, |byte| matches!(byte, b',' | b';')),
        };
        let behind = match text.first() {
            Some(b'"') => behind.get(1..).unwrap_or_default().trim_ascii_start(),
            _ => behind,
        };
        rest = behind.strip_prefix(b",");
        Some(value.trim_ascii_end())
    })
}

fn split_at_byte(text: &[u8], ends: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| ends(*byte));
    text.split_at(end.unwrap_or(text.len()))
}
