//! `mqmodem man`

use super::{Failure, say};
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use std::process::ExitCode;

/// Print a manual page of this program.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem man > /usr/local/share/man/man1/mqmodem.1
  mqmodem man serve > /usr/local/share/man/man1/mqmodem-serve.1")]
pub(super) struct Arguments {
    /// The subcommand it is about; otherwise the program.
    subcommand: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut program = super::Arguments::command().disable_help_subcommand(true);
    program.build();
    let page = match &arguments.subcommand {
        None => program,
        Some(name) => of(&program, name)?,
    };
    let mut roff = Vec::new();
    Man::new(page)
        .render(&mut roff)
        .map_err(|error| Failure::system("cannot make the page", &error))?;
    say(&String::from_utf8_lossy(&roff))?;
    Ok(ExitCode::SUCCESS)
}

fn of(program: &Command, name: &str) -> Result<Command, Failure> {
    let found = program.find_subcommand(name).cloned();
    let page = found.ok_or_else(|| {
        let all: Vec<_> = program.get_subcommands().map(Command::get_name).collect();
        Failure::new(format!(
            "there is no subcommand \"{name}\"; there are {}",
            all.join(", ")
        ))
    })?;
    // The name of a page has no space.
    Ok(page.name(&*format!("mqmodem-{name}").leak()))
}
