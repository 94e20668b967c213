//! A layer imports only from those below it, and nobody outside of the
//! dialects names a vendor.

use super::imports::Import;
use super::source::{Files, literals, words};

/// The parts of one folder and what each may import of the others.
struct Folder {
    path: &'static str,
    /// From low to high.
    layers: &'static [(&'static str, &'static [&'static str])],
    /// Files that see all of them.
    above: &'static [&'static str],
    /// Whether every file must be in a layer. Otherwise those that are in none are
    /// below all others.
    complete: bool,
}

/// Tests may import anything.
const FOLDERS: [Folder; 3] = [CORE, MODEM, PROGRAM];

const CORE: Folder = Folder {
    path: "core/src/",
    layers: &[
        ("time", &[]),
        ("buffer", &["time"]),
        ("on_use", &[]),
        ("at", &["time", "buffer"]),
        ("mqtt", &["time", "buffer", "on_use"]),
        ("modem", &["time", "buffer", "on_use", "at", "mqtt"]),
        ("commands", &["time", "buffer", "at", "mqtt", "modem"]),
        (
            "dialect",
            &["time", "buffer", "at", "mqtt", "modem", "commands"],
        ),
    ],
    above: &["lib"],
    complete: true,
};

/// Mechanisms do not know each other: what one returns, `dispatch` gives to the next.
/// Commands act on that, and the calls of the border are above all.
const MODEM: Folder = Folder {
    path: "core/src/modem/",
    layers: &[
        ("progress", &[]),
        ("link", &[]),
        ("notify", &[]),
        ("storage", &[]),
        ("dispatch", &["progress", "link", "notify", "storage"]),
        (
            "command",
            &["progress", "link", "notify", "storage", "dispatch"],
        ),
    ],
    above: &["mod", "border"],
    complete: false,
};

const PROGRAM: Folder = Folder {
    path: "mqmodem/src/",
    layers: &[
        ("runtime", &[]),
        ("log", &[]),
        ("manual", &[]),
        ("http", &["runtime", "log"]),
        ("port", &["runtime", "log"]),
        ("transport", &["runtime", "log"]),
        ("store", &["runtime", "log"]),
        ("observe", &["runtime", "log", "http", "port"]),
        ("replay", &["port", "observe"]),
        (
            "driver",
            &["runtime", "log", "port", "transport", "store", "observe"],
        ),
        ("config", &["port", "transport", "store", "observe"]),
        ("control", &["runtime", "log", "port", "observe", "driver"]),
        (
            "inspector",
            &[
                "runtime", "log", "http", "observe", "replay", "driver", "control",
            ],
        ),
        ("fleet", &["runtime", "log", "port", "config"]),
    ],
    above: &["cli", "lib", "main"],
    complete: true,
};

/// The folder of the dialects, one file or folder for each.
const DIALECTS: &str = "core/src/dialect/";

/// Files that are in no layer.
pub fn homeless(files: &Files) -> Vec<String> {
    let mut findings = Vec::new();
    for folder in FOLDERS.iter().filter(|folder| folder.complete) {
        let known = |part: &str| folder.above.contains(&part) || folder.allowed(part).is_some();
        let homeless = |file: &&String| folder.part(file).is_some_and(|part| !known(part));
        let files = files.keys().filter(homeless);
        findings.extend(files.map(|file| format!("{file}: is in no layer of {}", folder.path)));
    }
    findings
}

/// Imports that lead upwards or sideways.
pub fn upward(imports: &[Import]) -> Vec<String> {
    let found = imports
        .iter()
        .flat_map(|import| FOLDERS.iter().filter_map(|folder| folder.upward(import)));
    found.collect()
}

impl Folder {
    /// The part of the folder a file is in: `modem` for `core/src/modem/api.rs`.
    fn part<'a>(&self, file: &'a str) -> Option<&'a str> {
        file.strip_prefix(self.path)?.split(['/', '.']).next()
    }

    /// What a part may import, if it is a layer.
    fn allowed(&self, part: &str) -> Option<&'static [&'static str]> {
        let layer = self.layers.iter().find(|(layer, _)| *layer == part);
        layer.map(|(_, allowed)| *allowed)
    }

    fn upward(&self, import: &Import) -> Option<String> {
        let (from, to) = (self.part(&import.from)?, self.part(&import.to)?);
        let allowed = self.allowed(from)?;
        let layer = self.above.contains(&to) || self.allowed(to).is_some();
        if from == to || !layer || allowed.contains(&to) {
            return None;
        }
        let Import {
            from: file,
            line,
            name,
            ..
        } = import;
        Some(format!(
            "{file}:{line}: {from} may not import {name} of {to}"
        ))
    }
}

/// Vendors that are named in this package, where nobody knows one.
pub fn vendors(files: &Files, package: &str) -> Vec<String> {
    let vendors = dialects(files);
    let mut findings = Vec::new();
    for (path, file) in files {
        if path.starts_with(DIALECTS) || !path.starts_with(&format!("{package}/src/")) {
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
        // A feature is called as its dialect is.
        for (text, line) in literals(&file.tokens) {
            let named = text.trim_matches('"').replace('-', "_");
            if vendors.contains(&named.as_str()) {
                findings.push(format!("{path}:{line}: names the vendor {text}"));
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
        for (from, to, wrong) in [
            ("core/src/modem/link.rs", "core/src/mqtt/mod.rs", false),
            ("core/src/at/line.rs", "core/src/modem/mod.rs", true),
            ("core/src/mqtt/mod.rs", "core/src/at/text.rs", true),
            ("core/src/mqtt/mod.rs", "core/src/lib.rs", true),
            ("core/src/modem/mod.rs", "core/src/modem/link/mod.rs", false),
            ("core/src/modem/link/mod.rs", "core/src/modem/ids.rs", false),
            (
                "core/src/modem/link/mod.rs",
                "core/src/modem/link/wait.rs",
                false,
            ),
            (
                "core/src/modem/link/mod.rs",
                "core/src/modem/notify/mod.rs",
                true,
            ),
            (
                "mqmodem/src/driver/mod.rs",
                "mqmodem/src/port/mod.rs",
                false,
            ),
            ("mqmodem/src/port/mod.rs", "mqmodem/src/driver/mod.rs", true),
        ] {
            let found = upward(&import(from, to));
            assert_eq!(found.len(), usize::from(wrong), "{from} > {to}: {found:?}");
        }
        let up = upward(&import("core/src/at/line.rs", "core/src/modem/mod.rs"));
        assert_eq!(
            up,
            ["core/src/at/line.rs:3: at may not import Name of modem"]
        );
    }

    #[test]
    fn every_file_is_in_a_layer() {
        let files = files(&[("core/src/new/mod.rs", ""), ("core/src/lib.rs", "")]);
        let found = ["core/src/new/mod.rs: is in no layer of core/src/"];
        assert_eq!(homeless(&files), found);
    }

    #[test]
    fn only_dialects_name_vendors() {
        let files = files(&[
            ("core/src/dialect/acme/mod.rs", "mod acme;"),
            (
                "core/src/modem/mod.rs",
                "\nuse crate::dialect::acme;\n#[cfg(feature = \"acme\")]\nfn f() {}",
            ),
            (
                "mqmodem/src/lib.rs",
                "const D: u8 = core::dialect::acme::ACME;",
            ),
        ]);
        let found = [
            "core/src/modem/mod.rs:2: names the vendor acme",
            "core/src/modem/mod.rs:3: names the vendor \"acme\"",
        ];
        assert_eq!(vendors(&files, "core"), found);
        assert_eq!(vendors(&files, "mqmodem").len(), 2);
    }
}
