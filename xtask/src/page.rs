//! `cargo xtask page`: the page of the inspector is checked by TypeScript, tested in node
//! and in a browser, against the program.

use crate::sh::{self, Result, cargo};
use crate::{npm, setup};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The page, and what tests it.
const PAGE: &str = "mqmodem/src/inspector/page";
const TESTS: &str = "tests/page";
/// Files of the page that are others', and what they are in their package.
const FOREIGN: [(&str, &str); 2] = [
    ("uPlot.iife.min.js", "uplot/dist/uPlot.iife.min.js"),
    ("uPlot.LICENSE", "uplot/LICENSE"),
];
const WHO: &str = "the tests of the page need";

/// Runs all of it, or with `unit` what needs neither a browser nor the program.
pub fn run(words: &[&str]) -> Result {
    match words {
        [] => all(),
        ["unit"] => unit(),
        other => Err(format!("page: no such option: {}", other.join(" "))),
    }
}

/// Everything.
pub fn all() -> Result {
    unit()?;
    browser()
}

fn unit() -> Result {
    npm::install(&sh::root().join(TESTS), &folder(), WHO)?;
    link("page", PAGE)?;
    link("tests", TESTS)?;
    same_as_published()?;
    types()?;
    let tests = sh::files(&folder().join("tests/unit"), "js");
    node(&tests)
}

/// The packages are there, and the page and its tests are seen beside them.
fn folder() -> PathBuf {
    sh::target().join("page")
}

/// Node finds packages beside the files it runs: the files are seen here, too.
fn link(name: &str, path: &str) -> Result {
    let (at, to) = (folder().join(name), sh::root().join(path));
    if std::fs::read_link(&at).is_ok_and(|there| there == to) {
        return Ok(());
    }
    let _ = std::fs::remove_file(&at);
    std::os::unix::fs::symlink(&to, &at).map_err(|e| format!("{}: {e}", at.display()))
}

/// What is others' in the page is, byte for byte, what they published.
fn same_as_published() -> Result {
    for (ours, theirs) in FOREIGN {
        let ours = sh::root().join(PAGE).join(ours);
        let theirs = folder().join("node_modules").join(theirs);
        if bytes(&ours)? != bytes(&theirs)? {
            let (ours, theirs) = (ours.display(), theirs.display());
            return Err(format!("{ours} is not what was published: {theirs}"));
        }
    }
    Ok(())
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn types() -> Result {
    let config = folder().join("tsconfig.json");
    let text = sh::read(&sh::root().join(TESTS).join("tsconfig.json"))?;
    sh::write(&config, text.as_bytes())?;
    let compiler = folder().join("node_modules/.bin/tsc");
    let config = config.to_string_lossy();
    sh::run(&mut sh::program(compiler, ["-p", &config]))
}

fn browser() -> Result {
    let chromium = setup::chromium(WHO)?;
    setup::run()?;
    sh::run(&mut cargo(["build", "--quiet", "--package", "mqmodem"]))?;
    let tests = sh::files(&folder().join("tests/browser"), "js");
    let tests: Vec<_> = tests
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".test.js"))
        .collect();
    let mut command = test_runner(&tests);
    command
        .env("CHROMIUM", chromium)
        .env("MQMODEM", sh::target().join("debug/mqmodem"))
        .env(
            "MOSQUITTO",
            sh::need("mosquitto", "Get it: cargo xtask setup")?,
        )
        .env("PICTURES", folder().join("pictures"));
    sh::run(&mut command)
}

fn node(tests: &[PathBuf]) -> Result {
    sh::run(&mut test_runner(tests))
}

/// Node's own test runner on these files.
fn test_runner(tests: &[PathBuf]) -> Command {
    let mut command = sh::program("node", ["--test", "--test-reporter=spec"]);
    command.args(tests).env("REPOSITORY", sh::root()).env(
        "NODE_OPTIONS",
        "--preserve-symlinks --preserve-symlinks-main",
    );
    command
}
