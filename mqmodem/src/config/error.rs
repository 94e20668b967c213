//! What is wrong with a configuration, and where.

use std::fmt;
use std::ops::Range;
use std::path::Path;

/// One sentence for people, with the file and line it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl ConfigError {
    pub(super) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// Something is wrong at `span` of the file.
    pub(super) fn at(path: &Path, text: &str, span: Range<usize>, what: &str) -> Self {
        let before = text.as_bytes().get(..span.start).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        let what = what.trim().replace('\n', "; ");
        Self(format!("{}:{line}: {what}", path.display()))
    }

    /// A file cannot be read.
    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        // The system's own text without its number.
        let text = error.to_string();
        let text = text.split(" (os error").next().unwrap_or_default();
        Self(format!(
            "cannot read {}: {text}; check its name and permissions",
            path.display()
        ))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}
