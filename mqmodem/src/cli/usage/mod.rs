//! The command line: read, or refused in one sentence.

mod form;
mod sentence;

use super::Arguments;
use super::exit;
use super::logs::coloured;
use super::output;
use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches};
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

pub(super) use sentence::quoted;

/// The longest value that means anything: paths are not longer.
const LONGEST: usize = 4095;

/// The program as it is declared, with what its help says of exit codes.
pub(super) fn command() -> Command {
    exit::told(Arguments::command())
}

/// The subcommand these words lead to, and what is typed to get there.
pub(super) fn find<S: AsRef<str>>(
    program: &Command,
    words: impl IntoIterator<Item = S>,
) -> (&Command, String) {
    let mut found = (program, program.get_name().to_owned());
    for word in words {
        match found.0.find_subcommand(word.as_ref()) {
            Some(below) => found = (below, format!("{} {}", found.1, below.get_name())),
            None => break,
        }
    }
    found
}

/// What was asked for; otherwise it was said why not, or help was shown.
pub(super) fn read(words: &[OsString]) -> Result<Arguments, ExitCode> {
    parsed(words).map_err(|refused| match refused {
        Refused::Wrong(what) => {
            // Where standard error is closed, the exit code has to say it alone.
            let _ = writeln!(std::io::stderr().lock(), "mqmodem: {what}");
            ExitCode::from(exit::USAGE)
        }
        Refused::Shown(error) => show(&error),
    })
}

/// Why there is nothing to run.
#[derive(Debug)]
enum Refused {
    /// The sentence for the user.
    Wrong(String),
    /// Help or the version is to be shown.
    Shown(clap::Error),
}

fn parsed(words: &[OsString]) -> Result<Arguments, Refused> {
    let mut program = command();
    let matches = program.try_get_matches_from_mut(words);
    let arguments = matches.and_then(|matches| {
        let arguments = Arguments::from_arg_matches(&matches)?;
        Ok((arguments, matches))
    });
    match arguments {
        Ok((arguments, matches)) => match unfit(&program, &matches) {
            Some(what) => Err(Refused::Wrong(what)),
            None => Ok(arguments),
        },
        Err(error) if is_shown(error.kind()) => Err(Refused::Shown(error)),
        Err(error) => Err(Refused::Wrong(sentence::of(&error, &program, words))),
    }
}

fn is_shown(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

fn show(error: &clap::Error) -> ExitCode {
    let text = |stream: &dyn Fn() -> bool| {
        let text = error.render();
        if stream() {
            text.ansi().to_string()
        } else {
            text.to_string()
        }
    };
    if error.use_stderr() {
        let text = text(&|| coloured(&std::io::stderr()));
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
        return ExitCode::from(exit::USAGE);
    }
    let said = output::say(&text(&|| coloured(&std::io::stdout())));
    super::ended(said.map(|()| ExitCode::SUCCESS))
}

/// A value that is empty or longer than any can be, wherever it was given.
fn unfit(command: &Command, matches: &ArgMatches) -> Option<String> {
    for arg in command.get_arguments() {
        let values = matches.try_get_raw(arg.get_id().as_str());
        for value in values.ok().flatten().into_iter().flatten() {
            if value.is_empty() {
                return Some(form::missing(arg));
            }
            if value.len() > LONGEST {
                return Some(format!(
                    "{} is longer than {LONGEST} bytes; shorten it",
                    form::name(arg)
                ));
            }
        }
    }
    let (name, below) = matches.subcommand()?;
    unfit(command.find_subcommand(name)?, below)
}

/// Whether a value may be left out, and must stand behind `=`.
fn is_optional(arg: &Arg) -> bool {
    arg.is_require_equals_set()
}

#[cfg(test)]
mod tests;
