//! How the program ends, as a number.

use super::failure::{ProgramFailure, USAGE};
use super::logs;
use clap::Command;
use std::process::ExitCode;

/// A second signal ended it at once.
pub(super) const INTERRUPTED: u8 = 130;

const DONE: (u8, &str) = (0, "done as asked");
const FAILED: &str = "failed; one sentence on standard error says why";
const NOT_UNDERSTOOD: (u8, &str) = (USAGE, "the command line is not understood; as said there");
const AT_ONCE: (u8, &str) = (INTERRUPTED, "ended at once by a second SIGINT or SIGTERM");

/// The exit code; where it failed, that is said first.
pub(super) fn code(done: Result<ExitCode, ProgramFailure>) -> ExitCode {
    let code = done.unwrap_or_else(|failure| {
        // Where standard error takes nothing, the exit code has to say it alone.
        logs::write(format!("mqmodem: {failure}\n").as_bytes());
        ExitCode::from(failure.code())
    });
    logs::end();
    code
}

/// What the exit codes of a subcommand mean.
pub(super) fn codes(name: &str) -> Vec<(u8, &'static str)> {
    let failed = match name {
        "doctor" => "a check failed; its line says what to do",
        "run" => "a chat did not go as it says, or could not be played",
        "fleet" => "a modem or its script failed; standard error says which and why",
        _ => FAILED,
    };
    let mut codes = vec![DONE, (1, failed), NOT_UNDERSTOOD];
    if matches!(name, "mqmodem" | "serve" | "fleet") {
        codes.push(AT_ONCE);
    }
    codes
}

/// The program with its exit codes in the long help of each part of it.
pub(super) fn with_exit_codes(command: Command) -> Command {
    let examples = command.get_after_help().map(ToString::to_string);
    let codes = codes(command.get_name());
    let codes = codes
        .iter()
        .map(|(code, meaning)| format!("\n  {code:<3}  {meaning}"));
    let text = format!("Exit codes:{}", codes.collect::<String>());
    let text = examples
        .into_iter()
        .chain([text])
        .collect::<Vec<_>>()
        .join("\n\n");
    command
        .after_long_help(text)
        .mut_subcommands(with_exit_codes)
}
