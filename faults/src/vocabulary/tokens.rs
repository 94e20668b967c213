//! Words, cut out of a line.

/// The words of a line: what is in quotes stays together, a comma stands alone.
///
/// # Errors
/// Where a quote is open at the end.
pub(super) fn tokens(line: &str) -> Result<Vec<&str>, String> {
    let mut tokens = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (token, behind) = rest.split_at(end_of(rest)?.max(1));
        tokens.push(token);
        rest = behind.trim_start();
    }
    Ok(tokens)
}

/// Where the first word ends. A comma ends it.
fn end_of(text: &str) -> Result<usize, String> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' | ' ' | '\t' if !quoted => return Ok(at),
            _ => {}
        }
    }
    if quoted {
        return Err(format!("a quote is open in `{text}`; end it with \""));
    }
    Ok(text.len())
}

/// What there is that is most like `word`, if anything is much like it.
pub(super) fn nearest<'w>(word: &str, all: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let all = all.into_iter();
    let distance = |known: &str| strsim::osa_distance(&word.to_lowercase(), &known.to_lowercase());
    let near = all.map(|known| (distance(known), known));
    let near = near.min_by_key(|(distance, _)| *distance);
    near.filter(|(distance, known)| distance * 2 <= known.len())
        .map(|(_, known)| known)
}

/// What is wrong with a word: what there is, and what is most like it.
pub(super) fn unknown<'w>(
    word: &str,
    what: &str,
    all: impl IntoIterator<Item = &'w str>,
) -> String {
    let mut known: Vec<&str> = Vec::new();
    for name in all {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    let list = known.join(", ");
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("`{word}` is {what}; there are {list}: did you mean `{near}`?"),
        None => format!("`{word}` is {what}; there are {list}"),
    }
}
