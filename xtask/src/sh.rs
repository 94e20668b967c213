//! Running other programs. An error is a sentence for the person at the terminal.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a verb comes to: nothing to say, or the reason it failed.
pub type Result<T = ()> = std::result::Result<T, String>;

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Where cargo builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The cargo that runs us, at the root of the repository.
pub fn cargo<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(args).current_dir(root());
    command
}

/// A program at the root of the repository.
pub fn program<'a>(path: impl AsRef<Path>, args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(path.as_ref());
    command.args(args).current_dir(root());
    command
}

/// Runs it to its end, its output going where ours goes.
pub fn run(command: &mut Command) -> Result {
    let status = command
        .status()
        .map_err(|e| format!("{}: {e}", line(command)))?;
    if status.success() {
        return Ok(());
    }
    Err(format!("`{}` ended with {status}", line(command)))
}

/// Runs it to its end and returns what it wrote to its standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let out = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("{}: {e}", line(command)))?;
    if !out.status.success() {
        return Err(format!("`{}` ended with {}", line(command), out.status));
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Ends a process group whose leader is a child of ours that was not waited for.
pub fn stop_group(leader: u32) {
    let group = format!("-{leader}");
    let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
}

/// The command as one would type it.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![program.file_name().unwrap_or_default().to_string_lossy()];
    words.extend(command.get_args().map(std::ffi::OsStr::to_string_lossy));
    words.join(" ")
}

/// Where a program is: on the path, or where systems keep their servers.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from))
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}

/// Where a program is, or the sentence that says how to get it.
pub fn need(name: &str, how: &str) -> Result<PathBuf> {
    find(name).ok_or_else(|| format!("`{name}` is not installed. {how}"))
}

/// Reads a file of the repository.
pub fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// Writes a file, making its directory where needed.
pub fn write(path: &Path, text: &[u8]) -> Result {
    let dir = path.parent().unwrap_or(path);
    std::fs::create_dir_all(dir)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|e| format!("{}: {e}", path.display()))
}

/// Every file below `dir` that ends in `.ext`, sorted.
pub fn files(dir: &Path, ext: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "target") {
                    dirs.push(path);
                }
            } else if path.extension().is_some_and(|e| e == ext) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The features that the core's feature `dialects` names.
pub fn dialects() -> Result<Vec<String>> {
    let manifest = read(&root().join("core/Cargo.toml"))?;
    let mut lines = manifest.lines();
    let list = lines.find_map(|line| line.strip_prefix("dialects = ["));
    let list = list.ok_or("core/Cargo.toml has no feature dialects on one line")?;
    let names = list.split('"').skip(1).step_by(2).map(str::to_owned);
    Ok(names.collect())
}
