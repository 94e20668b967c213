//! `cargo xtask test`: everything that must pass before a change lands.

use crate::sh::{self, Result, cargo};
use crate::{audit, bench, docs, fuzz, hosts, no_std, page, python, setup, sim, soak, tidy};
use std::time::Instant;

/// One thing that must pass.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result,
}

const fn step(name: &'static str, about: &'static str, run: fn() -> Result) -> Step {
    Step { name, about, run }
}

/// Cheap ones first. The builds are ordered so that each reuses what the one
/// before it compiled.
const STEPS: &[Step] = &[
    step(
        "setup",
        "the tools the tests need are installed",
        setup::run,
    ),
    step("fmt", "rustfmt has nothing to say", fmt),
    step(
        "tidy",
        "layers, circles of imports, lengths and names",
        tidy::run,
    ),
    step(
        "deny",
        "bans, licences and sources of what we build on",
        audit::dependencies,
    ),
    step("clippy", "clippy has nothing to say", clippy),
    step(
        "clippy-core",
        "... nor of the core without alloc, and with one dialect alone",
        clippy_core,
    ),
    step(
        "clippy-host",
        "... nor of the program without broker",
        clippy_host,
    ),
    step("doc", "rustdoc has nothing to say", doc),
    step(
        "no-std",
        "the core links without std and without allocator",
        no_std::run,
    ),
    step(
        "cargo-test",
        "unit tests, chats, laws, real Mosquitto",
        tests,
    ),
    step(
        "psk",
        "pre-shared keys by OpenSSL, against Mosquitto",
        pre_shared_keys,
    ),
    step(
        "docs",
        "the manual is current, the transcripts hold",
        docs::check,
    ),
    step(
        "page",
        "the page of the inspector: types, node, and a browser",
        page::all,
    ),
    step(
        "hosts",
        "host programs by others, against a modem and Mosquitto",
        hosts::all,
    ),
    step(
        "python",
        "the wheel, its types, and the pytest plugin",
        python::all,
    ),
    step(
        "sim",
        "nothing lost, nothing doubled, whatever goes wrong",
        sim::short,
    ),
    step(
        "three-links",
        "laws and simulation on a modem of three links",
        sim::three_links,
    ),
    step(
        "soak",
        "modems killed and connections cut: nothing lost or doubled",
        soak::short,
    ),
    step("fuzz-short", "ten seconds of random sessions", fuzz::short),
    step(
        "bench-parse",
        "instructions per command are within limits",
        bench::parse::run,
    ),
];

/// What was asked for on the command line.
#[derive(Default)]
struct Choice<'a> {
    list: bool,
    only: Vec<&'a str>,
    skip: Vec<&'a str>,
}

/// Runs the steps, stops at the first that fails.
pub fn run(words: &[&str]) -> Result {
    let choice = choose(words)?;
    if choice.list {
        for step in STEPS {
            println!("{:12} {}", step.name, step.about);
        }
        return Ok(());
    }
    let begin = Instant::now();
    let (mut passed, mut failed) = (0, Ok(()));
    for step in STEPS.iter().filter(|step| choice.wants(step.name)) {
        failed = announce(step);
        if failed.is_err() {
            break;
        }
        passed += 1;
    }
    for step in STEPS.iter().filter(|step| !choice.wants(step.name)) {
        println!("not run: {}", step.name);
    }
    println!("took {:.0?}", begin.elapsed());
    println!("{passed} passed, {} failed", u8::from(failed.is_err()));
    failed
}

fn announce(step: &Step) -> Result {
    println!("\n== {}: {}", step.name, step.about);
    let begin = Instant::now();
    let result = (step.run)();
    let took = begin.elapsed().as_secs_f64();
    match &result {
        Ok(()) => println!("== {}: passed in {took:.1} s", step.name),
        Err(why) => println!("== {}: FAILED after {took:.1} s: {why}", step.name),
    }
    result.map_err(|_| {
        format!(
            "step `{}` failed; alone: cargo xtask test --only {0}",
            step.name
        )
    })
}

fn choose<'a>(words: &[&'a str]) -> Result<Choice<'a>> {
    let mut choice = Choice::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--list" => choice.list = true,
            "--only" => choice.only.push(known(words.next())?),
            "--skip" => choice.skip.push(known(words.next())?),
            other => return Err(format!("test: no such option: {other}")),
        }
    }
    Ok(choice)
}

/// The name of a step, or the names there are.
fn known<'a>(name: Option<&&'a str>) -> Result<&'a str> {
    let name = name.ok_or("test: the name of a step is missing")?;
    if STEPS.iter().any(|step| step.name == *name) {
        return Ok(name);
    }
    let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
    Err(format!(
        "test: no step `{name}`; there are: {}",
        names.join(", ")
    ))
}

impl Choice<'_> {
    fn wants(&self, name: &str) -> bool {
        (self.only.is_empty() || self.only.contains(&name)) && !self.skip.contains(&name)
    }
}

fn fmt() -> Result {
    sh::run(&mut cargo(["fmt", "--all", "--check"]))?;
    let alone = ["tests/fuzz/Cargo.toml", "xtask/no-std/Cargo.toml"];
    let alone = alone.map(|path| sh::root().join(path)).into_iter();
    for manifest in alone.chain(hosts::install::manifests()) {
        let manifest = manifest.to_string_lossy();
        let words = ["fmt", "--all", "--check", "--manifest-path", &manifest];
        sh::run(&mut cargo(words))?;
    }
    Ok(())
}

/// Clippy with this choice of packages and features; every warning is an error.
fn clippy_of(choice: &[&str]) -> Result {
    let words = ["clippy", "--quiet", "--all-targets"];
    let deny = ["--", "-D", "warnings"];
    let words = words.iter().chain(choice).chain(&deny).copied();
    sh::run(&mut cargo(words))
}

fn clippy() -> Result {
    clippy_of(&["--workspace"])
}

/// The core without its features, and with each dialect alone, as a chip has it.
fn clippy_core() -> Result {
    const ALONE: [&str; 3] = ["--package", "mqmodem-core", "--no-default-features"];
    clippy_of(&ALONE)?;
    for dialect in sh::dialects()? {
        let words = ["clippy", "--quiet", "--lib", "--features", &dialect];
        let deny = ["--", "-D", "warnings"];
        sh::run(&mut cargo(words.iter().chain(&ALONE).chain(&deny).copied()))?;
    }
    Ok(())
}

fn clippy_host() -> Result {
    clippy_of(&["--package", "mqmodem", "--no-default-features"])
}

/// The program with the feature `psk`: clippy, and its tests.
fn pre_shared_keys() -> Result {
    let package = ["--package", "mqmodem", "--features", "psk"];
    clippy_of(&package)?;
    let mut command = cargo(["test", "--quiet"]);
    command
        .args(package)
        .args(["--test", "psk", "--test", "both_versions"]);
    sh::run(&mut command)
}

fn doc() -> Result {
    let mut command = cargo(["doc", "--quiet", "--workspace", "--no-deps"]);
    sh::run(command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn tests() -> Result {
    sh::run(&mut cargo(["test", "--quiet", "--workspace"]))
}
