//! A Rust file as tokens, without what is compiled for tests only.

use crate::sh::{self, Result};
use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The folders that hold Rust.
const DIRS: [&str; 7] = [
    "core", "faults", "mqmodem", "chat", "xtask", "examples", "tests",
];

/// The published crates, each in a folder of its name.
pub const PUBLISHED: [&str; 4] = ["core", "faults", "mqmodem", "chat"];

/// The Rust files of the repository by their path from its root.
pub type Files = BTreeMap<String, File>;

/// A Rust file.
pub struct File {
    /// As it is written.
    pub text: String,
    /// What of it is compiled outside of tests.
    pub tokens: TokenStream,
}

impl File {
    /// Reads `text`; the error is what the lexer objects to.
    pub fn new(text: String) -> Result<Self> {
        let tokens = text.parse::<TokenStream>().map_err(|e| e.to_string())?;
        let tokens = without_tests(tokens);
        Ok(Self { text, tokens })
    }
}

/// Every Rust file of the repository.
pub fn read() -> Result<Files> {
    let root = sh::root();
    let paths = DIRS.iter().flat_map(|dir| sh::files(&root.join(dir), "rs"));
    let file = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap_or(&path);
        let name = name.to_string_lossy().replace('\\', "/");
        let file = File::new(sh::read(&path)?).map_err(|why| format!("{name}: {why}"))?;
        Ok((name, file))
    };
    paths.map(file).collect()
}

/// The names and keywords among the tokens, each with what follows it.
pub fn words(tokens: &TokenStream) -> Vec<(Ident, Option<char>)> {
    let mut words = Vec::new();
    let mut tokens = tokens.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) => {
                let next = match tokens.peek() {
                    Some(TokenTree::Punct(next)) => Some(next.as_char()),
                    _ => None,
                };
                words.push((word, next));
            }
            TokenTree::Group(group) => words.extend(self::words(&group.stream())),
            _ => {}
        }
    }
    words
}

/// Each literal, with its line: texts with their quotes.
pub fn literals(tokens: &TokenStream) -> Vec<(String, usize)> {
    let literals = tokens.clone().into_iter().flat_map(|token| match token {
        TokenTree::Literal(literal) => vec![(literal.to_string(), literal.span().start().line)],
        TokenTree::Group(group) => literals(&group.stream()),
        _ => Vec::new(),
    });
    literals.collect()
}

/// The tokens without each item, field or statement under `#[cfg(test)]`.
fn without_tests(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut left = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_test(&tokens[at..]) {
            at += item(&tokens[at..]);
            continue;
        }
        left.push(match &tokens[at] {
            TokenTree::Group(group) => inside(group),
            token => token.clone(),
        });
        at += 1;
    }
    left.into_iter().collect()
}

fn inside(group: &Group) -> TokenTree {
    let mut inner = Group::new(group.delimiter(), without_tests(group.stream()));
    inner.set_span(group.span());
    TokenTree::Group(inner)
}

/// Whether these start with attributes of which one is `#[cfg(test)]` or
/// `#[cfg(all(test, ...))]`.
fn is_test(tokens: &[TokenTree]) -> bool {
    let attributes = tokens.chunks_exact(2).map_while(|pair| match pair {
        [TokenTree::Punct(mark), TokenTree::Group(group)] if mark.as_char() == '#' => Some(group),
        _ => None,
    });
    let mut texts = attributes.map(|group| group.stream().to_string().replace(' ', ""));
    texts.any(|text| text == "cfg(test)" || text.starts_with("cfg(all(test,"))
}

/// How many tokens the item has that starts here, its attributes among them.
fn item(tokens: &[TokenTree]) -> usize {
    let mut at = 0;
    while let [TokenTree::Punct(mark), TokenTree::Group(_), ..] = &tokens[at..]
        && mark.as_char() == '#'
    {
        at += 2;
    }
    let mut angles = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let semicolon =
                    matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ';');
                return at + usize::from(semicolon);
            }
            TokenTree::Punct(mark) => match mark.as_char() {
                ';' => return at,
                ',' if angles == 0 => return at,
                '<' => angles += 1,
                '>' if angles > 0 => angles -= 1,
                // The arrow of a result is no bracket.
                '-' if mark.spacing() == Spacing::Joint => at += 1,
                _ => {}
            },
            _ => {}
        }
    }
    at
}

/// Files with these paths and texts.
#[cfg(test)]
pub fn files(files: &[(&str, &str)]) -> Files {
    let file = |text: &str| File::new(text.to_owned()).unwrap();
    let files = files.iter();
    files
        .map(|(path, text)| ((*path).to_owned(), file(text)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str) -> String {
        let file = File::new(text.to_owned()).unwrap();
        let words = words(&file.tokens).into_iter();
        let words: Vec<_> = words.map(|(word, _)| word.to_string()).collect();
        words.join(" ")
    }

    #[test]
    fn leaves_out_what_is_for_tests() {
        for (text, words) in [
            ("mod a; #[cfg(test)] mod b; mod c;", "mod a mod c"),
            ("/// Of b.\n#[cfg(test)] mod b { fn f() {} }", ""),
            (
                "#[cfg(test)] #[doc = \"x\"] mod b { fn f() {} } fn g() {}",
                "fn g",
            ),
            ("#[cfg(all(test, unix))] use a::{b, c}; use d;", "use d"),
            ("struct S { #[cfg(test)] a: B<C, D>, e: F }", "struct S e F"),
            (
                "impl S { #[cfg(test)] fn a() -> B<C> {} fn d() {} }",
                "impl S fn d",
            ),
            ("#[cfg(not(test))] mod a;", "cfg not test mod a"),
        ] {
            assert_eq!(left(text), words, "{text}");
        }
    }

    #[test]
    fn comments_and_literals_are_no_words() {
        assert_eq!(left("// unsafe\nfn f() { \"unsafe\" }"), "fn f");
    }
}
