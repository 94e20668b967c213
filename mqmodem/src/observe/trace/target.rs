//! Where a trace goes, and in which form.

use super::file;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// Where a trace goes: a file, or standard output, which is called `-`. The ending of the
/// name says the form, also behind the `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceTarget(PathBuf);

/// The form of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceForm {
    /// Lines for people.
    Text,
    /// Events, one a line, in JSON: `.jsonl`.
    JsonLines,
    /// Packets for Wireshark: `.pcapng`.
    Capture,
}

impl TraceTarget {
    /// What is called so.
    pub fn of(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The form its name says.
    pub fn form(&self) -> TraceForm {
        match self.ending() {
            "jsonl" => TraceForm::JsonLines,
            "pcapng" => TraceForm::Capture,
            _ => TraceForm::Text,
        }
    }

    fn ending(&self) -> &str {
        let name = self.0.file_name().and_then(|name| name.to_str());
        let ending = name.and_then(|name| name.rsplit_once('.'));
        ending.map_or("", |(_, ending)| ending)
    }

    /// Whether it is standard output.
    pub fn is_output(&self) -> bool {
        let text = self.0.to_str().unwrap_or_default();
        text == "-" || (text.starts_with("-.") && self.form() != TraceForm::Text)
    }

    /// The file, where it is one.
    pub fn path(&self) -> Option<&Path> {
        (!self.is_output()).then_some(&self.0)
    }

    /// Opens a new file of it; a regular one can be read by its owner alone.
    pub(crate) fn open(&self) -> io::Result<File> {
        match self.path() {
            Some(path) => file::open(path),
            None => Ok(rustix::io::dup(rustix::stdio::stdout())?.into()),
        }
    }
}

impl fmt::Display for TraceTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
            Some(path) => path.display().fmt(f),
            None => f.write_str("standard output"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_where_and_how() {
        for (name, form, is_output) in [
            ("x.log", TraceForm::Text, false),
            ("x", TraceForm::Text, false),
            ("dir/x.jsonl", TraceForm::JsonLines, false),
            ("-.pcapng", TraceForm::Capture, true),
            ("x.jsonl.log", TraceForm::Text, false),
            ("-", TraceForm::Text, true),
            ("-.jsonl", TraceForm::JsonLines, true),
            ("./-", TraceForm::Text, false),
            ("-.log", TraceForm::Text, false),
        ] {
            let target = TraceTarget::of(Path::new(name));
            assert_eq!(
                (target.form(), target.is_output()),
                (form, is_output),
                "{name}"
            );
        }
    }
}
