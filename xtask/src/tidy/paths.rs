//! The paths that stand in code, as `super::x::f` or those of a `use`.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

/// A path as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Its names.
    pub names: Vec<String>,
    /// The line its last name stands on.
    pub line: usize,
    /// Whether a `use` inside a function names it.
    pub used: bool,
}

/// Every path among the tokens, those inside macros too.
pub fn paths(tokens: &TokenStream) -> Vec<Path> {
    let mut found = Vec::new();
    collect(tokens, &[], false, &mut found);
    found
}

fn collect(tokens: &TokenStream, prefix: &[String], used: bool, found: &mut Vec<Path>) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut used = used;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            // `use<'a>` of a type is none.
            TokenTree::Ident(word) if word == "use" => used = !is_mark(tokens.get(at + 1), '<'),
            // The name behind `as` is a new one.
            TokenTree::Ident(word) if used && word == "as" => at += 1,
            TokenTree::Punct(mark) if mark.as_char() == ';' => used = false,
            TokenTree::Ident(word) if starts_path(&tokens[..at]) => {
                at += path(word, &tokens[at..], prefix, used, found);
                continue;
            }
            TokenTree::Group(group) => collect(&group.stream(), prefix, used, found),
            _ => {}
        }
        at += 1;
    }
}

/// Whether a name behind these tokens starts a path: it is no field, no
/// method, no lifetime and no later part of a path.
fn starts_path(before: &[TokenTree]) -> bool {
    let mark = |back: usize| match before.len().checked_sub(back).map(|at| &before[at]) {
        Some(TokenTree::Punct(mark)) => Some(mark.as_char()),
        _ => None,
    };
    match mark(1) {
        Some('\'') => false,
        Some('.') => mark(2) == Some('.'),
        Some(':') => mark(2) != Some(':'),
        _ => true,
    }
}

/// Reads the path that starts with `first`; says how many tokens it has.
fn path(
    first: &Ident,
    tokens: &[TokenTree],
    prefix: &[String],
    used: bool,
    found: &mut Vec<Path>,
) -> usize {
    let mut names = prefix.to_vec();
    let mut line = first.span().start().line;
    // `{self}` is the module before the braces.
    if first != "self" || prefix.is_empty() {
        names.push(first.to_string());
    }
    let mut at = 1;
    while is_colons(&tokens[at..]) {
        match tokens.get(at + 2) {
            Some(TokenTree::Ident(name)) => {
                names.push(name.to_string());
                line = name.span().start().line;
                at += 3;
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                collect(&group.stream(), &names, used, found);
                return at + 3;
            }
            _ => break,
        }
    }
    found.push(Path { names, line, used });
    at
}

fn is_colons(tokens: &[TokenTree]) -> bool {
    is_mark(tokens.first(), ':') && is_mark(tokens.get(1), ':')
}

fn is_mark(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(found)) if found.as_char() == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_paths() {
        for (code, names) in [
            ("a::b::c()", "a::b::c"),
            ("x.y.z(super::w)", "x super::w"),
            (
                "use a::{self, b::{c, d}, e as f};",
                "a a::b::c a::b::d a::e",
            ),
            ("0..len", "len"),
            ("Vec::<a::B>::new()", "Vec a::B"),
            ("fn f<'a>(x: &'a T)", "fn f x T"),
            ("write!(f, \"{}\", a::b)", "write f a::b"),
            ("f(1); g(::std::x)", "f g"),
        ] {
            let tokens = code.parse().unwrap();
            let found = paths(&tokens).into_iter().map(|path| path.names.join("::"));
            assert_eq!(found.collect::<Vec<_>>().join(" "), names, "{code}");
        }
    }
}
