//! The command line: read, or refused in one sentence.

mod form;
mod sentence;
pub(super) mod words;

use super::exit;
use super::failure::USAGE;
use super::logs::coloured;
use super::output;
use super::program::{ProgramArguments, command};
use clap::error::ErrorKind;
use clap::{ArgMatches, Command, FromArgMatches};
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

/// The longest value that means anything: paths are not longer.
const LONGEST: usize = 4095;

/// What was asked for; otherwise it was said why not, or help was shown.
pub(super) fn read(words: &[OsString]) -> Result<ProgramArguments, ExitCode> {
    parsed(words).map_err(|refused| match refused {
        Refused::Wrong(what) => {
            // Where standard error is closed, the exit code has to say it alone.
            let _ = writeln!(std::io::stderr().lock(), "mqmodem: {what}");
            ExitCode::from(USAGE)
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

fn parsed(words: &[OsString]) -> Result<ProgramArguments, Refused> {
    let mut program = command();
    let matches = program.try_get_matches_from_mut(words);
    let arguments = matches.and_then(|matches| {
        let arguments = ProgramArguments::from_arg_matches(&matches)?;
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
        return ExitCode::from(USAGE);
    }
    let said = output::print(&text(&|| coloured(&std::io::stdout())));
    exit::code(said.map(|()| ExitCode::SUCCESS))
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

#[cfg(test)]
mod tests;
