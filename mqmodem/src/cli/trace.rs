//! `mqmodem trace`

use super::failure::ProgramFailure;
use crate::observe::filter::Filter;
use crate::observe::trace::TraceTarget;
use crate::replay::{ConversionError, ConversionForm, Selection, UnreadableTrace, convert};
use clap::{Args, ValueEnum};
use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Convert a trace of --trace FILE.jsonl to another form.
///
/// A filter is words that an event must have: AT+MQTTPUB or "two words" in its text, -PING for
/// what must not be there, topic:a/*, name:PUBLISH, id:7, code:24, command:12, qos:1, after:5s,
/// slower:500ms, and is: with error, urc, fault, in, out, at or mqtt. docs/trace.md tells more.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem trace x.jsonl --to text
  mqmodem trace x.jsonl --to pcapng -o x.pcapng
  mqmodem trace x.jsonl --to text --modem pump-7 --filter 'is:mqtt topic:meters/* -PING'")]
pub(super) struct ConversionArguments {
    /// The trace; `-` is standard input.
    file: PathBuf,

    /// What it is to become.
    #[arg(long, value_enum)]
    to: Form,

    /// The modem it is to be about; otherwise all of them.
    #[arg(long, value_name = "NAME")]
    modem: Option<String>,

    /// Only events of which all these words hold.
    #[arg(long, value_name = "WORDS")]
    filter: Option<String>,

    /// Where it is written to; otherwise standard output. It can be read by you alone.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// A capture for Wireshark.
    Pcapng,
    /// A chat that does again what was done to one modem.
    Chat,
    /// Lines for people.
    Text,
}

pub(super) fn run(arguments: &ConversionArguments) -> Result<ExitCode, ProgramFailure> {
    let filter: Result<Filter, _> = arguments.filter.as_deref().unwrap_or_default().parse();
    let filter = filter.map_err(|wrong| {
        ProgramFailure::new(format!("--filter cannot be read: {wrong}")).of_usage()
    })?;
    let to = match arguments.to {
        Form::Pcapng => ConversionForm::Pcapng,
        Form::Chat => ConversionForm::Chat,
        Form::Text => ConversionForm::Text,
    };
    let selection = Selection {
        modem: arguments.modem.clone(),
        filter,
    };
    let file = &arguments.file;
    let input = open(file)?;
    let done = match &arguments.output {
        None => convert(input, BufWriter::new(io::stdout().lock()), to, &selection),
        Some(path) => {
            is_another(path, file)?;
            let target = TraceTarget::of(path).open();
            let target = target.map_err(|error| {
                ProgramFailure::system(format_args!("cannot write {}", path.display()), &error)
            })?;
            convert(input, BufWriter::new(target), to, &selection)
        }
    };
    match done {
        // Its reader wants no more.
        Err(ConversionError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(error) => return Err(failure(file, arguments.output.as_deref(), &error)),
        Ok(()) => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// The trace in a file, or in standard input, which is called `-`.
pub(super) fn open(file: &Path) -> Result<Box<dyn io::BufRead>, ProgramFailure> {
    if file == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let opened = File::open(file);
    let opened = opened.map_err(|error| {
        ProgramFailure::system(format_args!("cannot read {}", file.display()), &error)
    })?;
    Ok(Box::new(BufReader::new(opened)))
}

/// The trace must not be written over while it is read.
fn is_another(output: &Path, file: &Path) -> Result<(), ProgramFailure> {
    let same = output.canonicalize().ok().filter(|it| it.is_file());
    if same.is_some() && same == file.canonicalize().ok() {
        let name = file.display();
        return Err(ProgramFailure::new(format!(
            "{name} cannot be converted onto itself; choose another name for -o"
        )));
    }
    Ok(())
}

/// Why a trace cannot be converted.
pub(super) fn failure(
    file: &Path,
    output: Option<&Path>,
    error: &ConversionError,
) -> ProgramFailure {
    let name = match file.to_str() {
        Some("-") => "standard input".into(),
        _ => file.to_string_lossy(),
    };
    match error {
        ConversionError::Trace(UnreadableTrace::Input(error)) => {
            ProgramFailure::system(format_args!("cannot read {name}"), error)
        }
        ConversionError::Output(error) => {
            let to = output.map_or("standard output".into(), |it| it.display().to_string());
            ProgramFailure::system(format_args!("cannot write {to}"), error)
        }
        ConversionError::Trace(UnreadableTrace::Line { number, what }) => {
            ProgramFailure::new(format!("{name}:{number}: {what}"))
        }
        wrong => ProgramFailure::new(format!("{name}: {wrong}")),
    }
}
