//! Plays every `.chat` of a folder: `play FOLDER [NAME]`, where only those whose
//! name contains `NAME` count. `UPDATE_CHATS=1` rewrites what they expect.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let folder = words.next().unwrap_or_else(|| ".".to_owned());
    let name = words.next().unwrap_or_default();
    let update = std::env::var_os("UPDATE_CHATS").is_some_and(|value| value == "1");
    let mut out = std::io::stdout();
    match mqmodem_chat::run_dir(Path::new(&folder), &name, update) {
        Ok(report) if report.is_ok() => {
            let _ = writeln!(out, "{report}");
            ExitCode::SUCCESS
        }
        Ok(report) => {
            let _ = writeln!(out, "{report}");
            ExitCode::FAILURE
        }
        Err(error) => {
            let _ = writeln!(out, "{folder}: {error}");
            ExitCode::FAILURE
        }
    }
}
