//! `cargo xtask tidy`: what the house rules say and no other tool checks.

mod source;

use crate::sh::{self, Result};
use source::{code, without_tests, words};

/// The layers of the core and what each may import. Tests may import anything.
const LAYERS: [(&str, &[&str]); 7] = [
    ("time", &[]),
    ("buffer", &["time"]),
    ("at", &["time", "buffer"]),
    ("mqtt", &["time", "buffer"]),
    ("modem", &["time", "buffer", "at", "mqtt"]),
    ("commands", &["time", "buffer", "at", "mqtt", "modem"]),
    (
        "dialect",
        &["time", "buffer", "at", "mqtt", "modem", "commands"],
    ),
];

/// Lines of a source file, tests included.
const MAX_LINES: usize = 400;
/// Lines of a README.
const MAX_README: usize = 150;

/// These panic where the stream is full or closed.
const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

/// A file of the repository, its path written from the root.
struct File {
    path: String,
    text: String,
    /// [`code`] of it.
    code: String,
}

/// Checks everything and prints every finding.
pub fn run() -> Result {
    let files = sources()?;
    let mut findings = lengths(&files);
    findings.extend(readmes());
    findings.extend(forbidden(&files));
    findings.extend(lints()?);
    findings.extend(layers(&files));
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => Err("1 finding".to_owned()),
        n => Err(format!("{n} findings")),
    }
}

fn sources() -> Result<Vec<File>> {
    let root = sh::root();
    let dirs = ["core", "mqmodem", "chat", "xtask", "examples", "tests"];
    let paths = dirs.iter().flat_map(|dir| sh::files(&root.join(dir), "rs"));
    let file = |path: std::path::PathBuf| {
        let text = sh::read(&path)?;
        let code = code(&text);
        let path = path.strip_prefix(&root).unwrap_or(&path);
        let path = path.to_string_lossy().replace('\\', "/");
        Ok(File { path, text, code })
    };
    paths.map(file).collect()
}

fn lengths(files: &[File]) -> Vec<String> {
    let long = |file: &&File| file.text.lines().count() > MAX_LINES;
    let say = |file: &File| {
        let lines = file.text.lines().count();
        format!(
            "{}: {lines} lines, at most {MAX_LINES}: split it",
            file.path
        )
    };
    files.iter().filter(long).map(say).collect()
}

fn readmes() -> Vec<String> {
    let mut findings = Vec::new();
    for name in ["README.md", "README.zh-CN.md"] {
        let Ok(text) = sh::read(&sh::root().join(name)) else {
            findings.push(format!("{name} is missing"));
            continue;
        };
        let lines = text.lines().count();
        if lines > MAX_README {
            findings.push(format!("{name}: {lines} lines, at most {MAX_README}"));
        }
    }
    findings
}

/// Words that may not stand in the published crates.
fn forbidden(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    let published = |file: &&File| {
        ["core/src/", "mqmodem/src/", "chat/src/"]
            .iter()
            .any(|dir| file.path.starts_with(dir))
    };
    for file in files.iter().filter(published) {
        let code = without_tests(&file.code);
        let words: Vec<_> = words(&code).collect();
        for pair in words.windows(2) {
            let (line, word) = pair[0];
            let at = format!("{}:{line}", file.path);
            if word == "unsafe" {
                findings.push(format!("{at}: unsafe"));
            }
            if PRINTING.contains(&word) && pair[1].1 == "!" {
                findings.push(format!("{at}: {word}! panics where the stream is closed"));
            }
        }
    }
    findings
}

/// Every published crate obeys the lints of the workspace, `unsafe_code =
/// "forbid"` among them.
fn lints() -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let workspace = sh::read(&sh::root().join("Cargo.toml"))?;
    if !workspace.contains("unsafe_code = \"forbid\"") {
        findings.push("Cargo.toml: unsafe_code is not forbidden".to_owned());
    }
    for name in ["core", "mqmodem", "chat"] {
        let manifest = sh::read(&sh::root().join(name).join("Cargo.toml"))?;
        // The core builds alone, and says them itself; a test of its own compares them.
        let own = name == "core" && manifest.contains("unsafe_code = \"forbid\"");
        if !own && !manifest.contains("[lints]\nworkspace = true") {
            findings.push(format!(
                "{name}/Cargo.toml: the workspace's lints are not on"
            ));
        }
    }
    Ok(findings)
}

/// Each layer of the core imports only from those below it, and only the
/// dialects name a vendor.
fn layers(files: &[File]) -> Vec<String> {
    let Some(lib) = files.iter().find(|file| file.path == "core/src/lib.rs") else {
        return vec!["core/src/lib.rs is missing".to_owned()];
    };
    let exports = exports(&lib.code);
    let vendors = vendors(files);
    let mut findings = Vec::new();
    for file in files {
        let Some(place) = file.path.strip_prefix("core/src/") else {
            continue;
        };
        let module = module(place);
        let Some((layer, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == module[0]) else {
            if place != "lib.rs" {
                findings.push(format!("{}: belongs to no layer", file.path));
            }
            continue;
        };
        if module.last() == Some(&"tests") {
            continue;
        }
        let code = without_tests(&file.code);
        for (line, name) in imports(&code, module.len()) {
            let Some(used) = layer_of(name, &exports) else {
                continue;
            };
            if used != *layer && !allowed.contains(&used) {
                findings.push(format!("{}:{line}: {layer} may not know {used}", file.path));
            }
        }
        if *layer != "dialect" {
            findings.extend(vendor_names(file, &code, &vendors));
        }
    }
    findings
}

/// The module path of a file of `core/src`.
fn module(place: &str) -> Vec<&str> {
    let place = place.trim_end_matches(".rs").trim_end_matches("/mod");
    place.split('/').collect()
}

/// The vendors there are: a file each in `dialect/`.
fn vendors(files: &[File]) -> Vec<&str> {
    let stem = |file: &'_ File| -> Option<String> {
        let place = file.path.strip_prefix("core/src/dialect/")?;
        Some(place.split(['/', '.']).next()?.to_owned())
    };
    let mut names: Vec<&str> = files
        .iter()
        .filter_map(|file| stem(file).map(|stem| (file, stem)))
        .filter(|(_, stem)| !["mod", "tests"].contains(&stem.as_str()))
        .map(|(file, stem)| &file.path["core/src/dialect/".len()..][..stem.len()])
        .collect();
    names.dedup();
    names
}

fn vendor_names(file: &File, code: &str, vendors: &[&str]) -> Vec<String> {
    let names = |word: &str| {
        vendors
            .iter()
            .any(|vendor| vendor.eq_ignore_ascii_case(word))
    };
    words(code)
        .filter(|(_, word)| names(word))
        .map(|(line, word)| format!("{}:{line}: names the vendor {word}", file.path))
        .collect()
}

/// What `lib.rs` exports at the root, as pairs of name and layer.
fn exports(lib: &str) -> Vec<(&str, &str)> {
    let mut exports = Vec::new();
    for statement in lib.split(';') {
        let Some((_, path)) = statement.split_once("pub use ") else {
            continue;
        };
        let mut names = words(path)
            .map(|(_, word)| word)
            .filter(|word| is_name(word));
        if let Some(layer) = names.next() {
            exports.extend(names.map(|name| (name, layer)));
        }
    }
    exports
}

/// The layer a name at the root of the crate belongs to.
fn layer_of<'a>(name: &'a str, exports: &[(&str, &'a str)]) -> Option<&'a str> {
    let layer = |name: &str| {
        LAYERS
            .iter()
            .find(|(layer, _)| *layer == name)
            .map(|(layer, _)| *layer)
    };
    layer(name).or_else(|| {
        exports
            .iter()
            .find(|(export, _)| *export == name)
            .map(|(_, layer)| *layer)
    })
}

/// The names code takes from the root of its crate, `depth` being how many
/// `super` lead there.
fn imports(code: &str, depth: usize) -> Vec<(usize, &str)> {
    let words: Vec<_> = words(code).collect();
    let mut imports = Vec::new();
    for at in 0..words.len() {
        let rest = &words[at..];
        if rest[0].1 == "crate" && is_path(&rest[1..]) {
            imports.extend(first_names(&rest[3..]));
        }
        let first = at < 3 || words[at - 3].1 != "super";
        if first && supers(rest) >= depth {
            imports.extend(first_names(&rest[3 * depth..]));
        }
    }
    imports
}

/// How many `super::` the words start with.
fn supers(words: &[(usize, &str)]) -> usize {
    let up = |chunk: &&[(usize, &str)]| chunk[0].1 == "super" && is_path(&chunk[1..]);
    words.chunks_exact(3).take_while(up).count()
}

fn is_path(words: &[(usize, &str)]) -> bool {
    matches!(words, [(_, ":"), (_, ":"), ..])
}

/// The name a path goes on with, or those a group of them starts with.
fn first_names<'a>(words: &[(usize, &'a str)]) -> Vec<(usize, &'a str)> {
    if words.first().is_none_or(|(_, word)| *word != "{") {
        return words.first().copied().into_iter().collect();
    }
    let mut names = Vec::new();
    let (mut depth, mut fresh) = (0, false);
    for (line, word) in words {
        match *word {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," => {}
            name if fresh && depth == 1 => names.push((*line, name)),
            _ => {}
        }
        fresh = matches!(*word, "{" | ",");
        if depth == 0 {
            break;
        }
    }
    names
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(code: &str, depth: usize) -> Vec<&str> {
        imports(code, depth)
            .into_iter()
            .map(|(_, name)| name)
            .collect()
    }

    #[test]
    fn finds_imports() {
        for (code, depth, names) in [
            ("use crate::at::x;", 1, vec!["at"]),
            (
                "use crate::{at::{b, c}, buffer, Modem as M};",
                1,
                vec!["at", "buffer", "Modem"],
            ),
            ("fn f() { crate::modem::g() }", 2, vec!["modem"]),
            ("use super::x; use super::super::modem;", 2, vec!["modem"]),
            ("use super::super::x;", 3, vec![]),
        ] {
            assert_eq!(taken(code, depth), names, "{code}");
        }
    }

    #[test]
    fn knows_what_the_root_exports() {
        let exports =
            exports("pub mod at; pub use modem::api::{Action, Slot}; pub use buffer::Buf;");
        assert_eq!(layer_of("Slot", &exports), Some("modem"));
        assert_eq!(layer_of("Buf", &exports), Some("buffer"));
        assert_eq!(layer_of("at", &exports), Some("at"));
        assert_eq!(layer_of("NoSuch", &exports), None);
    }
}
