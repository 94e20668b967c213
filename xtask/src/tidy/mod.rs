//! `cargo xtask tidy`: what the house rules say and no other tool checks.

mod allowed;
mod circles;
mod imports;
mod layers;
mod names;
mod paths;
mod scope;
mod source;
mod texts;
mod tree;
mod walks;
mod workflows;

use crate::sh::{self, Result};
use circles::Circle;
use imports::Import;
use source::Files;
use std::collections::BTreeMap;
use tree::Tree;

/// Checks everything and prints every finding; with `all`, also those that are
/// allowed for now.
pub fn run(all: bool) -> Result {
    let files = source::read()?;
    let mut findings = of_texts(&files)?;
    let crates = tree::crates(&files)?;
    findings.extend(of_imports(&files, &crates, all));
    findings.extend(of_names(&crates, all));
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => Err("1 finding".to_owned()),
        n => Err(format!("{n} findings")),
    }
}

fn of_texts(files: &Files) -> Result<Vec<String>> {
    let mut findings = texts::lengths(files);
    findings.extend(texts::readmes());
    findings.extend(texts::forbidden(files));
    findings.extend(texts::lints()?);
    findings.extend(texts::testkit()?);
    let architecture = sh::read(&sh::root().join("ARCHITECTURE.md"))?;
    findings.extend(walks::check(&architecture));
    findings.extend(workflows::check()?);
    Ok(findings)
}

fn of_imports(files: &Files, crates: &[Tree], all: bool) -> Vec<String> {
    let mut findings = layers::homeless(files);
    for package in layers::NEUTRAL {
        let vendors = layers::vendors(files, package);
        let kind = (package, "names of vendors");
        let beyond = allowed::beyond(allowed::VENDORS, kind, vendors.len(), &vendors, all);
        findings.extend(beyond);
    }
    let mut every: Vec<Import> = Vec::new();
    let mut circles: BTreeMap<&str, Vec<Circle>> = BTreeMap::new();
    for tree in crates {
        let imports = imports::imports(tree);
        let found = circles::circles(&imports);
        circles.entry(&tree.package).or_default().extend(found);
        every.extend(imports);
    }
    let upward = layers::upward(&every);
    let kind = ("the workspace", "imports that lead upwards");
    findings.extend(allowed::beyond(
        allowed::UPWARD,
        kind,
        upward.len(),
        &upward,
        all,
    ));
    for (package, circles) in circles {
        let count = circles.iter().map(|circle| circle.files.len()).sum();
        let kind = (package, "files in circles of imports");
        findings.extend(allowed::beyond(
            allowed::IN_CIRCLES,
            kind,
            count,
            &circles,
            all,
        ));
    }
    findings
}

fn of_names(crates: &[Tree], all: bool) -> Vec<String> {
    let mut findings = Vec::new();
    for (package, doubles) in names::doubles(crates) {
        let kind = (package, "names of two public types or more");
        let beyond = allowed::beyond(allowed::DOUBLES, kind, doubles.len(), &doubles, all);
        findings.extend(beyond);
    }
    for (package, words) in names::words(crates) {
        let words: Vec<_> = words.into_iter().collect();
        let kind = (package, "public names with a word that has a better one");
        findings.extend(allowed::beyond(
            allowed::WORDS,
            kind,
            words.len(),
            &words,
            all,
        ));
    }
    findings
}
