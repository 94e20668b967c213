//! `cargo xtask tidy`: what the house rules say and no other tool checks.

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
use imports::Import;
use source::Files;
use std::fmt::Display;
use tree::Tree;

/// Checks everything and prints every finding.
pub fn run() -> Result {
    let files = source::read()?;
    let mut findings = of_texts(&files)?;
    let crates = tree::crates(&files)?;
    findings.extend(of_imports(&files, &crates));
    findings.extend(of_names(&crates));
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

fn of_imports(files: &Files, crates: &[Tree]) -> Vec<String> {
    let mut findings = layers::homeless(files);
    // They know no vendor outside of the folder of the dialects.
    for package in source::PUBLISHED {
        findings.extend(in_package(package, layers::vendors(files, package)));
    }
    let mut every: Vec<Import> = Vec::new();
    for tree in crates {
        let imports = imports::imports(tree);
        findings.extend(in_package(&tree.package, circles::circles(&imports)));
        every.extend(imports);
    }
    findings.extend(in_package("the workspace", layers::upward(&every)));
    findings
}

fn of_names(crates: &[Tree]) -> Vec<String> {
    let mut findings = Vec::new();
    for (package, doubles) in names::doubles(crates) {
        findings.extend(in_package(package, doubles));
    }
    for (package, words) in names::words(crates) {
        findings.extend(in_package(package, words));
    }
    findings
}

/// Findings with the place they are in.
fn in_package(
    package: &str,
    findings: impl IntoIterator<Item = impl Display>,
) -> impl Iterator<Item = String> {
    findings
        .into_iter()
        .map(move |finding| format!("{package}: {finding}"))
}
