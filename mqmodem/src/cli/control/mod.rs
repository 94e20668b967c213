//! `mqmodem control` and `mqmodem fault`

mod words;

use super::failure::ProgramFailure;
use super::output::{print, print_more};
use clap::Args;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Where the path stands that no argument names.
const VARIABLE: &str = "MQMODEM_CONTROL";

/// Make something go wrong with a modem that runs.
///
/// The modem must run with --control PATH. The number of the fault is printed.
#[derive(Debug, Args)]
#[command(after_help = words::examples())]
pub(super) struct FaultArguments {
    /// The control socket, and behind it the words of the fault. `$MQMODEM_CONTROL` may stand
    /// for the socket; where it is set, the first word is one only if it holds a /. Where
    /// several modems run, `modem NAME` stands before the words.
    #[arg(required = true, num_args = 1.., value_name = "[PATH] WORDS", allow_hyphen_values = true)]
    words: Vec<String>,
}

/// Say a line to the modems that run, and print what they answer.
///
/// The modems must run with --control PATH.
#[derive(Debug, Args)]
#[command(
    after_help = "Lines, with `modem NAME` before them where several modems run:
  fault WORDS   make something go wrong: mqmodem fault --help
  list, clear   tell what is in force; end all of it, or one by its number
  wait 3 5s     wait until fault 3 has acted, for five seconds
  send AT+CSQ   send a line beside the host, once it is idle; the answer is printed
  state         tell how the modem is
  note TEXT     write a note into the trace
  events from=0 print what happens, in JSON as a trace has it, until it is stopped

Examples:
  mqmodem control ./control.sock state
  mqmodem control ./control.sock modem pump-7 send AT+CSQ
  mqmodem control ./control.sock wait 3 5s
  mqmodem control ./control.sock events from=0 | grep PUBLISH"
)]
pub(super) struct ControlArguments {
    /// The control socket, and behind it the line. `$MQMODEM_CONTROL` may stand for the
    /// socket; where it is set, the first word is one only if it holds a /.
    #[arg(required = true, num_args = 1.., value_name = "[PATH] LINE", allow_hyphen_values = true)]
    words: Vec<String>,
}

pub(super) fn fault(arguments: &FaultArguments) -> Result<ExitCode, ProgramFailure> {
    let (socket, words) = split(&arguments.words)?;
    say(&socket, &words::fault_line(words))
}

pub(super) fn control(arguments: &ControlArguments) -> Result<ExitCode, ProgramFailure> {
    let (socket, words) = split(&arguments.words)?;
    say(&socket, &words::line(words))
}

/// The control socket.
struct SocketPath {
    path: PathBuf,
    /// How it is written, where it seems to be written otherwise.
    hint: Option<String>,
}

/// The socket, and the words behind it.
fn split(words: &[String]) -> Result<(SocketPath, &[String]), ProgramFailure> {
    let usual = std::env::var_os(VARIABLE).filter(|path| !path.is_empty());
    let first = words.first().map_or("", String::as_str);
    let rest = words.get(1..).unwrap_or_default();
    let (path, hint, words) = match usual.filter(|_| !first.contains('/')) {
        Some(path) => (path.into(), hint_of_word(first), words),
        None => (PathBuf::from(first), hint_of_path(first), rest),
    };
    if words.is_empty() {
        let what = || "write what is to be done, such as: net reset".to_owned();
        let text = format!(
            "there is nothing behind the control socket {}; {}",
            path.display(),
            hint.unwrap_or_else(what)
        );
        return Err(ProgramFailure::new(text).of_usage());
    }
    Ok((SocketPath { path, hint }, words))
}

/// What is to be told of a first word that is no path, and looks like one.
fn hint_of_word(word: &str) -> Option<String> {
    let is_like_one = word.contains('.') || Path::new(word).exists();
    is_like_one.then(|| format!("since ${VARIABLE} is set, write ./{word} for that socket"))
}

/// What is to be told of a path that looks like the first word of a line.
fn hint_of_path(path: &str) -> Option<String> {
    let is_word = !path.contains('/') && !Path::new(path).exists();
    is_word.then(|| {
        format!("the path of the control socket stands before the words, or in ${VARIABLE}")
    })
}

/// Sends one line, and prints the answer.
fn say(socket: &SocketPath, line: &str) -> Result<ExitCode, ProgramFailure> {
    let SocketPath { path, hint } = socket;
    if line.contains(['\n', '\r']) {
        return Err(ProgramFailure::new(
            "there is a line break in the words; write \\n or \\r in quotes",
        )
        .of_usage());
    }
    let lost = |error: &std::io::Error| {
        ProgramFailure::system(format_args!("cannot speak to {}", path.display()), error)
    };
    let mut stream = UnixStream::connect(path).map_err(|error| match error.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::NotFound => nobody_listens(socket),
        _ => lost(&error),
    })?;
    stream
        .write_all(format!("{line}\n").as_bytes())
        .map_err(|error| lost(&error))?;
    // One line is answered, and more where it says how many.
    stream
        .shutdown(std::net::Shutdown::Write)
        .map_err(|error| lost(&error))?;
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose().map_err(|error| lost(&error))?;
    let first = first.unwrap_or_default();
    if let Some(why) = first.strip_prefix("error ") {
        let hint = hint.as_ref().map(|hint| format!("; {hint}"));
        return Err(ProgramFailure::new(
            why.to_owned() + &hint.unwrap_or_default(),
        ));
    }
    let Some(answer) = first.strip_prefix("ok") else {
        return Err(ProgramFailure::new(format!(
            "{} gives no answer",
            path.display()
        )));
    };
    let first = answer.trim_start();
    if !first.is_empty() {
        print(&format!("{first}\n"))?;
    }
    for line in lines {
        let line = line.map_err(|error| lost(&error))?;
        if !print_more(&line)? {
            break;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn nobody_listens(socket: &SocketPath) -> ProgramFailure {
    let path = socket.path.display();
    let start = || format!("start modems with: mqmodem serve --control {path}");
    let hint = socket.hint.clone().unwrap_or_else(start);
    ProgramFailure::new(format!("nobody listens at {path}; {hint}"))
}
