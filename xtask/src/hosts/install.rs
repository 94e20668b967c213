//! Installing host programs, each from where its users get it.

use super::program::{HOSTS, HostProgram, Source, script};
use crate::{npm, pypi, setup, sh};
use sh::{Result, cargo};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Installs what is missing; a second run finds everything and is quick.
pub fn run(hosts: &[&HostProgram]) -> Result {
    debian(hosts)?;
    let any = |wanted: fn(Source) -> bool| hosts.iter().any(|host| wanted(host.source));
    // The scripts that drive terminal programs are written in Python.
    if any(|source| matches!(source, Source::PyPi(_))) || hosts.iter().any(|host| is_python(host)) {
        python()?;
    }
    if any(|source| matches!(source, Source::Npm(_))) {
        npm::install(&script("npm"), &folder("npm"), "the host programs need")?;
    }
    for host in hosts {
        if let Source::Crate { package, .. } = host.source {
            rust(package)?;
        }
    }
    Ok(())
}

/// The command that runs a host's script.
pub fn command(host: &HostProgram) -> Result<Command> {
    if let Source::Crate { package, .. } = host.source {
        let built = folder("crates/debug").join(format!("{package}-host"));
        return Ok(Command::new(built));
    }
    let script = script(host.script);
    let interpreter = match script.extension().and_then(|e| e.to_str()) {
        Some("sh") => PathBuf::from("sh"),
        Some("py") => folder("venv").join("bin/python"),
        Some("ksc") => PathBuf::from("kermit"),
        Some("js") => PathBuf::from("node"),
        _ => return Err(format!("{}: what runs this?", script.display())),
    };
    let mut command = Command::new(interpreter);
    command.arg(script);
    command.env("NODE_PATH", folder("npm").join("node_modules"));
    Ok(command)
}

/// What is installed, to be told with the result: a version, behind the name of the
/// package where the host has another.
pub fn version(host: &HostProgram) -> String {
    let (package, found) = match host.source {
        Source::Debian { package, .. } => (host.name, dpkg_version(package)),
        Source::PyPi(name) => {
            let wanted = script("requirements.txt");
            (name, line_after(&wanted, &format!("{name}==")))
        }
        Source::Npm(name) => {
            let package = folder("npm/node_modules").join(name).join("package.json");
            (name, line_after(&package, "\"version\": "))
        }
        Source::Crate { name, package } => {
            let start = format!("{name} = {{ version = \"=");
            (name, line_after(&manifest(package), &start))
        }
    };
    let version = found.unwrap_or_else(|| "version not known".to_owned());
    match package {
        same if same == host.name => version,
        other => format!("{other} {version}"),
    }
}

fn is_python(host: &HostProgram) -> bool {
    Path::new(host.script)
        .extension()
        .is_some_and(|e| e == "py")
}

/// A folder of ours below `target/`.
fn folder(name: &str) -> PathBuf {
    sh::target().join("hosts").join(name)
}

fn debian(hosts: &[&HostProgram]) -> Result {
    let mut packages = Vec::new();
    for host in hosts {
        if let Source::Debian { package, program } = host.source
            && sh::find(program).is_none()
        {
            packages.push(package);
        }
    }
    setup::apt(&packages, "the host programs need")
}

fn dpkg_version(package: &str) -> Option<String> {
    let args = ["-W", "-f", "${Version}", package];
    let out = Command::new("dpkg-query").args(args).output().ok()?;
    let version = String::from_utf8(out.stdout).ok()?;
    Some(version).filter(|version| !version.is_empty())
}

/// What stands behind `start` in the first line that begins with it.
fn line_after(path: &Path, start: &str) -> Option<String> {
    let text = sh::read(path).ok()?;
    let mut lines = text.lines().map(str::trim_start);
    let rest = lines.find_map(|line| line.strip_prefix(start))?;
    let version = rest.split_whitespace().next()?;
    Some(version.trim_matches(['"', ',', '=']).to_owned())
}

fn python() -> Result {
    pypi::venv(&folder("venv"), &script("requirements.txt")).map(drop)
}

/// Built beside our own, so that neither build disturbs the other.
fn rust(package: &str) -> Result {
    let manifest = manifest(package);
    let manifest = manifest.to_string_lossy();
    let args = ["build", "--quiet", "--locked", "--manifest-path", &manifest];
    sh::run(cargo(args).env("CARGO_TARGET_DIR", folder("crates")))
}

/// The packages of the hosts written in Rust, each with a lock file of its own: what
/// they build on does not fit into one.
pub fn manifests() -> Vec<PathBuf> {
    let packages = HOSTS.iter().filter_map(|host| match host.source {
        Source::Crate { package, .. } => Some(manifest(package)),
        _ => None,
    });
    packages.collect()
}

fn manifest(package: &str) -> PathBuf {
    script(package).join("Cargo.toml")
}
