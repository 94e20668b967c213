//! What is wrong with a command line, and what to write instead.

use super::form;
use super::words::{find, is_optional, quoted};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error};
use std::ffi::OsString;

/// A command line that is not understood.
struct Line<'l> {
    error: &'l Error,
    program: &'l Command,
    /// The subcommand it is for, and how that is typed.
    command: &'l Command,
    path: String,
    words: Vec<String>,
}

/// The sentence for an error of the parser.
pub(super) fn of(error: &Error, program: &Command, words: &[OsString]) -> String {
    let words: Vec<_> = words
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let (command, path) = find(program, words.iter().skip(1));
    let line = Line {
        error,
        program,
        command,
        path,
        words,
    };
    line.sentence()
}

impl Line<'_> {
    fn sentence(&self) -> String {
        let invalid = self.said(ContextKind::InvalidArg);
        let arg = self.arg(&invalid);
        match (self.error.kind(), arg) {
            (ErrorKind::InvalidValue | ErrorKind::ValueValidation, Some(arg)) => {
                match &*self.said(ContextKind::InvalidValue) {
                    "" => form::missing(arg),
                    value => form::refused(arg, value),
                }
            }
            (ErrorKind::UnknownArgument, _) => self.unknown(&invalid),
            (ErrorKind::InvalidSubcommand, _) => self.no_subcommand(),
            (ErrorKind::MissingRequiredArgument, _) => self.lacking(arg, &invalid),
            (ErrorKind::ArgumentConflict, Some(arg)) => self.conflict(arg),
            (ErrorKind::TooManyValues, Some(arg)) => {
                let name = form::name(arg);
                format!("{name} takes no value; write {name} alone")
            }
            (ErrorKind::NoEquals | ErrorKind::TooFewValues, Some(arg)) => form::missing(arg),
            (ErrorKind::InvalidUtf8, _) => "an argument is not UTF-8; write it in UTF-8".to_owned(),
            _ => format!(
                "{}; {} --help shows how it is written",
                self.first_line(),
                self.path
            ),
        }
    }

    /// What the parser says of it, in one piece.
    fn said(&self, kind: ContextKind) -> String {
        match self.error.get(kind) {
            Some(ContextValue::String(text)) => text.clone(),
            Some(ContextValue::Strings(texts)) => texts.first().cloned().unwrap_or_default(),
            _ => String::new(),
        }
    }

    fn first_line(&self) -> String {
        let text = self.error.to_string();
        let line = text.lines().next().unwrap_or_default();
        line.trim_start_matches("error: ").to_owned()
    }

    /// The argument that the parser writes so: `--pty[=<LINK>]`, `<FILES>...`.
    fn arg(&self, written: &str) -> Option<&Arg> {
        let end = written.find([' ', '[', '=', '.']).unwrap_or(written.len());
        let name = written.get(..end).unwrap_or_default();
        let positional = |arg: &Arg| {
            arg.is_positional() && written.contains(&format!("<{}>", form::value_name(arg)))
        };
        self.flag(name)
            .or_else(|| self.command.get_positionals().find(|arg| positional(arg)))
    }

    /// The flag that is typed so.
    fn flag(&self, word: &str) -> Option<&Arg> {
        let mut args = self.command.get_arguments();
        args.find(|arg| !arg.is_positional() && is_typed(arg, word))
    }

    fn unknown(&self, word: &str) -> String {
        let before = self
            .words
            .iter()
            .position(|it| it == word)
            .and_then(|at| at.checked_sub(1));
        let before = before.and_then(|at| self.words.get(at));
        let is_flag = word.starts_with('-');
        match before.and_then(|before| self.flag(before)) {
            Some(flag) if is_optional(flag) && !is_flag => format!(
                "{} takes its value behind an equals sign; write {}",
                form::name(flag),
                form::with(flag, &shell(word))
            ),
            Some(flag) if takes_value(flag) => form::refused(flag, word),
            Some(flag) if !is_flag => {
                format!(
                    "{} takes no value; leave {} out",
                    form::name(flag),
                    quoted(word)
                )
            }
            _ if is_flag => self.unknown_flag(word),
            _ => format!(
                "{} takes no {}; {}",
                self.path,
                quoted(word),
                self.for_example()
            ),
        }
    }

    fn unknown_flag(&self, word: &str) -> String {
        let long = |it: &&String| it.starts_with(word) && !it.starts_with("--");
        if let Some(typed) = self.words.iter().find(long)
            && let Some((name, value)) = dashed(typed)
            && self.flag(&name).is_some()
        {
            return format!("{} has two dashes; write {name}{value}", quoted(&name[2..]));
        }
        let what = format!("{} has no flag {}", self.path, quoted(word));
        let suggested = self.said(ContextKind::SuggestedArg);
        let others = self.others_with(word);
        if !others.is_empty() {
            format!("{what}, but {}", owners(&others))
        } else if suggested.is_empty() {
            format!("{what}; {} --help shows those it has", self.path)
        } else {
            format!("{what}; perhaps {suggested} is meant")
        }
    }

    /// Where there is this flag.
    fn others_with(&self, word: &str) -> Vec<String> {
        let name = self.program.get_name();
        let has = |command: &&Command| command.get_arguments().any(|arg| is_typed(arg, word));
        let below = self.program.get_subcommands().filter(has);
        let below = below.map(|command| format!("{name} {}", command.get_name()));
        let itself = Some(self.program).filter(has).map(|_| name.to_owned());
        itself.into_iter().chain(below).collect()
    }

    fn no_subcommand(&self) -> String {
        let word = self.said(ContextKind::InvalidSubcommand);
        let suggested = self.said(ContextKind::SuggestedSubcommand);
        let all: Vec<_> = self
            .command
            .get_subcommands()
            .map(Command::get_name)
            .collect();
        let what = format!("{} has no subcommand {}", self.path, quoted(&word));
        if suggested.is_empty() {
            format!("{what}; there are {}", all.join(", "))
        } else {
            format!("{what}; perhaps {suggested} is meant")
        }
    }

    fn lacking(&self, arg: Option<&Arg>, written: &str) -> String {
        let Some(arg) = arg else {
            return format!("{} needs {written}; {}", self.path, self.for_example());
        };
        let name = form::name(arg);
        if !arg.is_required_set() {
            return format!(
                "{name} is needed beside what is given; add {}",
                form::example(arg)
            );
        }
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let mut chars = help.chars();
        let first = chars.next().map(|c| c.to_ascii_lowercase());
        let help: String = first.into_iter().chain(chars).collect();
        let help = help.trim_end_matches('.');
        format!("{} needs {name}, {help}; {}", self.path, self.for_example())
    }

    fn conflict(&self, arg: &Arg) -> String {
        let name = form::name(arg);
        let prior = self.said(ContextKind::PriorArg);
        match self.arg(&prior) {
            Some(other) if other.get_id() != arg.get_id() => {
                format!(
                    "{name} and {} exclude each other; give one of them",
                    form::name(other)
                )
            }
            _ => format!("{name} is there twice; give it once"),
        }
    }

    /// The first example of its help.
    fn for_example(&self) -> String {
        let help = self
            .command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let example = help.lines().find(|line| line.starts_with("  mqmodem"));
        let example = example.unwrap_or_default().trim();
        // What is said of it stands far to the right.
        let example = example.split("   ").next().unwrap_or_default();
        if example.is_empty() {
            return format!("{} --help shows how it is written", self.path);
        }
        format!("for example: {example}")
    }
}

/// Which programs have it.
fn owners(programs: &[String]) -> String {
    match programs {
        [all @ .., last] if !all.is_empty() => format!("{} and {last} have", all.join(", ")),
        _ => format!("{} has", programs.concat()),
    }
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

fn is_typed(arg: &Arg, word: &str) -> bool {
    let long = |name: &str| word.strip_prefix("--") == Some(name);
    let short = |name: char| {
        word.strip_prefix('-')
            .is_some_and(|it| it.starts_with(name))
    };
    arg.get_long().is_some_and(long)
        || !word.starts_with("--") && arg.get_short().is_some_and(short)
}

/// A long flag that was typed with one dash, and its value.
fn dashed(typed: &str) -> Option<(String, String)> {
    let bare = typed.strip_prefix('-')?;
    let at = bare.find('=').unwrap_or(bare.len());
    let (name, value) = bare.split_at_checked(at)?;
    Some((format!("--{name}"), value.to_owned()))
}

/// A word as a shell takes it for one.
fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:,@%+".contains(c);
    if word.chars().all(plain) {
        return word.to_owned();
    }
    format!(
        "'{}'",
        word.escape_debug().to_string().replace('\'', "'\\''")
    )
}
