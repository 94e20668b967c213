//! Placeholders in texts of a configuration: `{name}`, and `{{` for a brace.

use std::fmt;

/// What a text of a broker may hold.
pub(super) const PLACEHOLDERS: &[&str] = &["{name}", "{index}", "{imei}", "{host}"];

/// A part of a text.
enum Piece<'t> {
    Text(&'t str),
    /// A brace that was written twice.
    Brace(char),
    Placeholder(&'t str),
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BraceError {
    what: What,
    there_are: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Unknown(String),
    Stray(char),
}

impl BraceError {
    /// The same of a secret: only what reads like a placeholder is shown.
    pub(crate) fn discreet(mut self) -> Self {
        if let What::Unknown(name) = &mut self.what
            && (name.len() > 16 || !name.bytes().all(|it| it.is_ascii_lowercase() || it == b'_'))
        {
            "...".clone_into(name);
        }
        self
    }
}

impl fmt::Display for BraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let there_are = &self.there_are;
        match &self.what {
            What::Unknown(name) => write!(
                f,
                "there is no placeholder {{{name}}}; there are {there_are}, and {{{{ and }}}} for braces"
            ),
            What::Stray(brace) => write!(
                f,
                "a {brace} stands alone; write {brace}{brace} for a brace, or one of {there_are}"
            ),
        }
    }
}

/// Whether every placeholder of a text is one of these.
pub(crate) fn check(text: &str, there_are: &[&str]) -> Result<(), BraceError> {
    let wrong = |what| BraceError {
        what,
        there_are: there_are.join(", "),
    };
    for piece in Pieces(text) {
        match piece {
            Err(brace) => return Err(wrong(What::Stray(brace))),
            Ok(Piece::Placeholder(name)) if !there_are.contains(&&*format!("{{{name}}}")) => {
                return Err(wrong(What::Unknown(name.to_owned())));
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

/// A text that was checked, with what stands for its placeholders.
pub(crate) fn fill(text: &str, mut of: impl FnMut(&str) -> String) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in Pieces(text) {
        match piece {
            Ok(Piece::Text(text)) => filled.push_str(text),
            Ok(Piece::Brace(brace)) | Err(brace) => filled.push(brace),
            Ok(Piece::Placeholder(name)) => filled.push_str(&of(name)),
        }
    }
    filled
}

/// A text that is to be taken as it stands.
pub(crate) fn literal(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// The pieces of a text, or the brace that stands alone.
struct Pieces<'t>(&'t str);

impl<'t> Iterator for Pieces<'t> {
    type Item = Result<Piece<'t>, char>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.0;
        let first = text.chars().next()?;
        if first != '{' && first != '}' {
            let end = text.find(['{', '}']).unwrap_or(text.len());
            let (plain, rest) = text.split_at(end);
            self.0 = rest;
            return Some(Ok(Piece::Text(plain)));
        }
        let rest = &text[1..];
        if let Some(rest) = rest.strip_prefix(first) {
            self.0 = rest;
            return Some(Ok(Piece::Brace(first)));
        }
        let inner = rest.split_once('}').filter(|_| first == '{');
        if let Some((name, behind)) = inner.filter(|(name, _)| !name.contains('{')) {
            self.0 = behind;
            return Some(Ok(Piece::Placeholder(name)));
        }
        self.0 = rest;
        Some(Err(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &["{name}", "{index}"];

    #[test]
    fn placeholders_and_braces_are_filled() {
        let of = |name: &str| name.to_uppercase();
        for (text, want) in [
            ("", ""),
            ("plain", "plain"),
            ("{name}-{index}", "NAME-INDEX"),
            ("{{name}}", "{name}"),
            ("{{{name}}}", "{NAME}"),
            ("a{{b", "a{b"),
            ("ä}}{name}ö", "ä}NAMEö"),
        ] {
            assert_eq!(check(text, NAMES), Ok(()), "{text}");
            assert_eq!(fill(text, of), want, "{text}");
            assert_eq!(fill(&literal(text), of), text);
        }
    }

    #[test]
    fn what_is_unknown_or_alone_is_told_with_what_there_is() {
        for (text, want) in [
            (
                "{nmae}",
                "there is no placeholder {nmae}; there are {name}, {index}",
            ),
            ("x{}", "no placeholder {}"),
            ("{Name}", "no placeholder {Name}"),
            ("{ name}", "no placeholder { name}"),
            ("a{b", "a { stands alone; write {{ for a brace"),
            ("a}b", "a } stands alone; write }}"),
            ("{name", "a { stands alone"),
            ("{a{name}", "a { stands alone"),
            ("{{name}", "a } stands alone"),
        ] {
            let said = check(text, NAMES).unwrap_err().to_string();
            assert!(said.contains(want), "{text}: {said}");
        }
    }

    #[test]
    fn of_a_secret_only_what_reads_like_a_placeholder_is_shown() {
        let said = |text| check(text, NAMES).unwrap_err().discreet().to_string();
        assert!(said("hunter2{nmae}").contains("{nmae}"));
        for secret in ["hunter{2X!}", "{hunter", "hunter}2"] {
            assert!(!said(secret).contains("hunter") && !said(secret).contains('2'));
        }
    }
}
