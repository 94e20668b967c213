//! What the options that are texts take.

/// Whether a text is empty or a host name, and no address: TLS has no other
/// names (RFC 6066 §3).
pub(super) fn is_server_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    name.is_empty() || (name.split('.').all(is_label) && !is_number)
}

fn is_label(label: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let hyphen_outside = label.starts_with('-') || label.ends_with('-');
    matches!(label.len(), 1..=63) && label.bytes().all(good) && !hyphen_outside
}

/// Whether a text is empty or names with commas between them.
pub(super) fn is_protocol_list(list: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(good);
    list.is_empty() || list.split(',').all(is_name)
}
