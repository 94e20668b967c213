//! A layer imports only from those below it, and nobody outside of the
//! dialects names a vendor.

use super::imports::Import;
use super::source::{Files, words};

/// The parts of one folder and what each may import of the others.
struct Folder {
    path: &'static str,
    layers: &'static [(&'static str, &'static [&'static str])],
    /// Files that see all of them.
    above: &'static [&'static str],
}

/// From low to high. Tests may import anything.
const LAYERS: &[Folder] = &[CORE, PROGRAM];

const CORE: Folder = Folder {
    path: "core/src/",
    layers: &[
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
    ],
    above: &["lib"],
};

const PROGRAM: Folder = Folder {
    path: "mqmodem/src/",
    layers: &[
        ("runtime", &[]),
        ("log", &[]),
        ("manual", &[]),
        ("port", &["runtime", "log"]),
        ("transport", &["runtime", "log"]),
        ("store", &["runtime", "log"]),
        ("observe", &["runtime", "log", "port"]),
        (
            "driver",
            &["runtime", "log", "port", "transport", "store", "observe"],
        ),
        ("config", &["port", "transport", "store"]),
        ("fleet", &["runtime", "log", "port", "config"]),
    ],
    above: &["cli", "lib", "main"],
};

/// The folder of the dialects, one file or folder for each.
const DIALECTS: &str = "core/src/dialect/";
/// Sources that know no vendor.
const NEUTRAL: [&str; 1] = ["core/src/"];

/// Imports that lead upwards or sideways, and files that are in no layer.
pub fn check(files: &Files, imports: &[Import]) -> Vec<String> {
    let mut findings: Vec<_> = LAYERS
        .iter()
        .flat_map(|folder| homeless(folder, files))
        .collect();
    for import in imports {
        findings.extend(LAYERS.iter().filter_map(|folder| upward(folder, import)));
    }
    findings
}

/// The part of the folder a file is in: `modem` for `core/src/modem/api.rs`.
fn part<'a>(folder: &Folder, file: &'a str) -> Option<&'a str> {
    let place = file.strip_prefix(folder.path)?;
    place.split(['/', '.']).next()
}

fn homeless(folder: &Folder, files: &Files) -> Vec<String> {
    let known = |part: &str| {
        folder.above.contains(&part) || folder.layers.iter().any(|(layer, _)| *layer == part)
    };
    let homeless = files
        .keys()
        .filter(|file| part(folder, file).is_some_and(|part| !known(part)));
    homeless
        .map(|file| format!("{file}: is in no layer of {}", folder.path))
        .collect()
}

fn upward(folder: &Folder, import: &Import) -> Option<String> {
    let (from, to) = (part(folder, &import.from)?, part(folder, &import.to)?);
    if from == to || folder.above.contains(&from) {
        return None;
    }
    let (_, allowed) = folder.layers.iter().find(|(layer, _)| *layer == from)?;
    let Import {
        from: file,
        line,
        name,
        ..
    } = import;
    (!allowed.contains(&to)).then(|| format!("{file}:{line}: {from} may not import {name} of {to}"))
}

/// Vendors that are named where nobody knows one.
pub fn vendors(files: &Files) -> Vec<String> {
    let vendors = dialects(files);
    let mut findings = Vec::new();
    for (path, file) in files {
        if path.starts_with(DIALECTS) || !NEUTRAL.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        for (word, _) in words(&file.tokens) {
            if vendors
                .iter()
                .any(|vendor| word.to_string().eq_ignore_ascii_case(vendor))
            {
                let line = word.span().start().line;
                findings.push(format!("{path}:{line}: names the vendor {word}"));
            }
        }
    }
    findings
}

/// The names of the dialects there are.
fn dialects(files: &Files) -> Vec<&str> {
    let mut names: Vec<_> = files
        .keys()
        .filter_map(|path| path.strip_prefix(DIALECTS)?.split(['/', '.']).next())
        .filter(|name| !["mod", "tests"].contains(name))
        .collect();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::super::source::files;
    use super::*;

    fn import(from: &str, to: &str) -> Vec<Import> {
        let (from, to) = (from.to_owned(), to.to_owned());
        vec![Import {
            from,
            to,
            name: "Name".to_owned(),
            line: 3,
        }]
    }

    #[test]
    fn a_layer_imports_from_below() {
        let none = Files::new();
        let down = import("core/src/modem/link.rs", "core/src/mqtt/mod.rs");
        assert_eq!(check(&none, &down), Vec::<String>::new());
        let inside = import("core/src/modem/link.rs", "core/src/modem/api.rs");
        assert_eq!(check(&none, &inside), Vec::<String>::new());
        let up = import("core/src/at/line.rs", "core/src/modem/mod.rs");
        assert_eq!(
            check(&none, &up),
            ["core/src/at/line.rs:3: at may not import Name of modem"]
        );
        let aside = import("core/src/mqtt/mod.rs", "core/src/at/text.rs");
        assert_eq!(check(&none, &aside).len(), 1);
    }

    #[test]
    fn every_file_is_in_a_layer() {
        let files = files(&[("core/src/new/mod.rs", ""), ("core/src/lib.rs", "")]);
        assert_eq!(
            check(&files, &[]),
            ["core/src/new/mod.rs: is in no layer of core/src/"]
        );
    }

    #[test]
    fn only_dialects_name_vendors() {
        let files = files(&[
            ("core/src/dialect/acme/mod.rs", "mod acme;"),
            ("core/src/modem/mod.rs", "\nuse crate::dialect::acme;"),
        ]);
        assert_eq!(
            vendors(&files),
            ["core/src/modem/mod.rs:2: names the vendor acme"]
        );
    }
}
