//! Plays every chat of `chats/`; an argument picks those whose name contains
//! it. `UPDATE_CHATS=1` rewrites what they expect.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("chats");
    let picked = |arg: &String| !arg.starts_with('-');
    let filter = std::env::args().skip(1).find(picked).unwrap_or_default();
    let update = std::env::var_os("UPDATE_CHATS").is_some_and(|value| value == "1");
    let mut out = std::io::stdout();
    let ok = match mqmodem_chat::run_dir(&folder, &filter, update) {
        Ok(report) => {
            // Nobody is left to tell where standard output is closed.
            let _ = writeln!(out, "{report}");
            report.is_ok()
        }
        Err(error) => {
            let _ = writeln!(out, "{}: {error}", folder.display());
            false
        }
    };
    if ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
