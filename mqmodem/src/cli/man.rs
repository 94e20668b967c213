//! `mqmodem man`

use super::exit;
use super::failure::ProgramFailure;
use super::help;
use super::output::print;
use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use std::io;
use std::process::ExitCode;

/// Print a manual page of this program.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem man > /usr/local/share/man/man1/mqmodem.1
  mqmodem man chat run > /usr/local/share/man/man1/mqmodem-chat-run.1")]
pub(super) struct ManArguments {
    /// The subcommand it is about; otherwise the program.
    subcommand: Vec<String>,
}

pub(super) fn run(
    arguments: &ManArguments,
    mut program: Command,
) -> Result<ExitCode, ProgramFailure> {
    program.build();
    let words = &arguments.subcommand;
    let found = help::subcommand(&program, words)?;
    let (examples, codes) = (examples(&found), exit::codes(found.get_name()));
    // The name of a page has no space.
    let name = std::iter::once("mqmodem").chain(words.iter().map(String::as_str));
    let name = name.collect::<Vec<_>>().join("-");
    let page = found.name(&*name.leak()).version(env!("CARGO_PKG_VERSION"));
    let mut roff = Vec::new();
    write(page, &examples, &codes, &mut roff)
        .map_err(|error| ProgramFailure::system("cannot make the page", &error))?;
    print(&String::from_utf8_lossy(&roff))?;
    Ok(ExitCode::SUCCESS)
}

/// The examples of a command's help, without their heading.
fn examples(command: &Command) -> String {
    let help = command
        .get_after_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    help.trim_start_matches("Examples:\n").to_owned()
}

fn write(
    page: Command,
    examples: &str,
    codes: &[(u8, &str)],
    roff: &mut Vec<u8>,
) -> io::Result<()> {
    let has_subcommands = page.has_subcommands();
    let man = Man::new(page);
    man.render_title(roff)?;
    man.render_name_section(roff)?;
    man.render_synopsis_section(roff)?;
    man.render_description_section(roff)?;
    man.render_options_section(roff)?;
    if has_subcommands {
        man.render_subcommands_section(roff)?;
    }
    let mut more = Roff::new();
    more.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in codes {
        more.control("TP", []);
        more.text([roman(code.to_string())]);
        more.text([roman(*meaning)]);
    }
    if !examples.is_empty() {
        more.control("SH", ["EXAMPLES"]);
        more.control("nf", []);
        more.text([roman(examples)]);
        more.control("fi", []);
    }
    more.to_writer(roff)?;
    man.render_version_section(roff)
}
