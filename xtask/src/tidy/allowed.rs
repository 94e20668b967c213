//! What the rules allow for now, while the crates are being untangled. The
//! numbers only ever shrink; where all are gone, this file is too.

use std::fmt::Display;

/// Files that import each other in a circle, by package.
pub const IN_CIRCLES: &[(&str, usize)] = &[];
/// Imports that lead upwards.
pub const UPWARD: &[(&str, usize)] = &[];
/// Names of vendors outside of the dialects.
pub const VENDORS: &[(&str, usize)] = &[];
/// Public names with a word that has a better one, by package.
pub const WORDS: &[(&str, usize)] = &[];
/// Names that are those of two public types or more.
pub const DOUBLES: &[(&str, usize)] = &[];

/// The findings there are of this kind in `place`, unless so many are allowed.
/// `count` is their number. With `all` the allowed ones are printed.
pub fn beyond<T: Display>(
    allowed: &[(&str, usize)],
    (place, kind): (&str, &str),
    count: usize,
    findings: &[T],
    all: bool,
) -> Vec<String> {
    let limit = allowed.iter().find(|(name, _)| *name == place);
    let limit = limit.map_or(0, |(_, limit)| *limit);
    let texts: Vec<_> = findings
        .iter()
        .map(|finding| format!("{place}: {finding}"))
        .collect();
    if count > limit {
        let over = (limit > 0).then(|| format!("{place}: {count} {kind}, allowed are {limit}"));
        return texts.into_iter().chain(over).collect();
    }
    if all {
        for text in &texts {
            println!("{text}");
        }
    }
    if limit > 0 {
        println!("allowed for now: {count} of {limit} {kind} in {place}");
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_is_allowed_is_found() {
        let allowed = [("core", 2)];
        let found = |place, findings: &[&str]| {
            beyond(&allowed, (place, "names"), findings.len(), findings, false)
        };
        assert!(found("core", &["a", "b"]).is_empty());
        assert_eq!(
            found("core", &["a", "b", "c"]).last().unwrap(),
            "core: 3 names, allowed are 2"
        );
        assert_eq!(found("chat", &["a"]), ["chat: a"]);
    }
}
