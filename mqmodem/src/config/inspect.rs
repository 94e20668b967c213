//! The page that shows modems.

use std::path::PathBuf;

/// Bytes of events that are kept where nothing else is said.
pub(crate) const MEMORY: usize = 64 * 1024 * 1024;
/// The least that is of use.
#[cfg(feature = "inspector")]
const LEAST: usize = 1024 * 1024;

/// The page that shows modems, and who may see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InspectPlan {
    /// Where it is served; nowhere without one.
    pub at: Option<InspectPlace>,
    /// Whether nothing can be done to modems.
    pub read_only: bool,
    /// Names it may be called by besides.
    pub hosts: Vec<String>,
    /// A file with the token.
    pub token_file: Option<PathBuf>,
    /// Bytes of events that are kept.
    pub memory: Option<usize>,
}

/// Where it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InspectPlace {
    /// At the usual port, or one behind it that is free.
    Usual,
    /// `PORT` on loopback, or `HOST:PORT`.
    At(String),
}

impl InspectPlan {
    /// The address, where it is said.
    pub(crate) fn address(&self) -> Option<&str> {
        match &self.at {
            Some(InspectPlace::At(address)) => Some(address),
            Some(InspectPlace::Usual) | None => None,
        }
    }
}

#[cfg(feature = "inspector")]
/// A number of bytes, as `64M` or `64 MiB`.
pub(crate) fn memory(text: &str) -> Result<usize, String> {
    let digits = text.find(|it: char| !it.is_ascii_digit());
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let shift = match unit.trim_start().to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KIB" => 10,
        "M" | "MIB" => 20,
        "G" | "GIB" => 30,
        _ => return Err("write a number and K, M or G, such as 64M".to_owned()),
    };
    let bytes = number.parse().ok();
    let bytes = bytes.and_then(|it: usize| it.checked_mul(1 << shift));
    match bytes {
        None => Err("write a number and K, M or G, such as 64M".to_owned()),
        Some(bytes) if bytes < LEAST => Err("that is too little; give 1M at least".to_owned()),
        Some(bytes) => Ok(bytes),
    }
}

#[cfg(all(test, feature = "inspector"))]
mod tests {
    use super::*;

    #[test]
    fn memory_has_a_unit() {
        for (text, bytes) in [
            ("64M", 64 << 20),
            ("64 MiB", 64 << 20),
            ("2g", 2 << 30),
            ("2048K", 2 << 20),
            ("1048576", 1 << 20),
        ] {
            assert_eq!(memory(text), Ok(bytes), "{text}");
        }
        for (text, why) in [
            ("", "such as 64M"),
            ("M", "such as 64M"),
            ("64X", "such as 64M"),
            ("-1M", "such as 64M"),
            ("99999999999G", "such as 64M"),
            ("1K", "1M at least"),
        ] {
            let said = memory(text).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}
