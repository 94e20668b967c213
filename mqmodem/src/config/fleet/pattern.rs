//! Texts that differ from modem to modem: `/run/mq/m{0000..9999}`, `{index}`,
//! `{name}`.

use crate::config::fill::{BraceError, check, fill};
use crate::config::modem::number;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

/// The numbers of the modems, in digits of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NumberRange {
    pub(crate) first: u32,
    pub(crate) count: NonZeroU32,
    pub(crate) width: usize,
}

impl NumberRange {
    /// From 0, as many as that.
    pub(crate) fn of(count: NonZeroU32) -> Self {
        Self {
            first: 0,
            count,
            width: number(0).len(),
        }
    }

    /// The number of the modem at `index`, as it is written.
    pub(crate) fn number(self, index: u32) -> String {
        let number = u64::from(self.first) + u64::from(index);
        format!("{number:0width$}", width = self.width)
    }
}

/// The range in a pattern such as `m{0000..0199}`, if there is one.
pub(crate) fn range(pattern: &str) -> Result<Option<NumberRange>, &'static str> {
    const FORM: &str = "write the numbers of the modems as in m{0000..0199}";
    let Some((_, inner, _)) = split(pattern) else {
        return Ok(None);
    };
    let (first, last) = inner.split_once("..").ok_or(FORM)?;
    let digits = |text: &str| text.parse::<u32>().ok();
    let (low, high) = digits(first).zip(digits(last)).ok_or(FORM)?;
    let count = high.checked_sub(low).and_then(|more| more.checked_add(1));
    let count = count.and_then(NonZeroU32::new).ok_or(FORM)?;
    let width = match first.starts_with('0') && first.len() > 1 {
        true if first.len() != last.len() => return Err(FORM),
        true => first.len(),
        false => 1,
    };
    Ok(Some(NumberRange {
        first: low,
        count,
        width,
    }))
}

/// What stands before the range, in it, and behind it.
fn split(pattern: &str) -> Option<(&str, &str, &str)> {
    let mut braces = pattern.match_indices('{');
    braces.find_map(|(open, _)| {
        let (inner, behind) = pattern[open + 1..].split_once('}')?;
        let numbers = inner.bytes().all(|it| it.is_ascii_digit() || it == b'.');
        // After an odd number of braces this one is the second of a literal one.
        let before = &pattern[..open];
        let braces = before.len() - before.trim_end_matches('{').len();
        let is_range = numbers && inner.contains("..") && braces.is_multiple_of(2);
        is_range.then_some((&pattern[..open], inner, behind))
    })
}

/// Whether the placeholders in a pattern are there.
pub(crate) fn check_pattern(pattern: &str) -> Result<(), BraceError> {
    const THERE_ARE: &[&str] = &["{index}", "{name}"];
    match split(pattern) {
        Some((before, _, behind)) => {
            check(before, THERE_ARE).and_then(|()| check(behind, THERE_ARE))
        }
        None => check(pattern, THERE_ARE),
    }
}

/// What stands for the placeholders of one modem.
#[derive(Clone, Copy)]
pub(crate) struct Numbered<'n> {
    pub(crate) number: &'n str,
    pub(crate) name: &'n str,
}

impl Numbered<'_> {
    /// The text of one modem: its number in place of the range and of `{index}`.
    pub(crate) fn text(self, pattern: &str) -> String {
        let of = |placeholder: &str| match placeholder {
            "name" => self.name.to_owned(),
            _ => self.number.to_owned(),
        };
        match split(pattern) {
            Some((before, _, behind)) => {
                format!("{}{}{}", fill(before, of), self.number, fill(behind, of))
            }
            None => fill(pattern, of),
        }
    }

    /// The same of a path.
    pub(crate) fn path(self, pattern: &Path) -> PathBuf {
        match pattern.to_str() {
            Some(pattern) => self.text(pattern).into(),
            None => pattern.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        for (pattern, first, count, width) in [
            ("/run/m{0000..9999}", 0, 10_000, 4),
            ("127.0.0.1:{7000..7199}", 7000, 200, 1),
            ("{9..11}", 9, 3, 1),
            ("../{name}{1..1}.sock", 1, 1, 1),
        ] {
            let count = NonZeroU32::new(count).unwrap();
            let want = NumberRange {
                first,
                count,
                width,
            };
            assert_eq!(range(pattern), Ok(Some(want)), "{pattern}");
        }
        for none in ["/run/m", "{index}", "m{a..b}"] {
            assert_eq!(range(none), Ok(None), "{none}");
        }
        for wrong in [
            "m{2..1}",
            "m{00..100}",
            "m{1...3}",
            "m{..3}",
            "{0..99999999999}",
        ] {
            assert!(range(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_modem_has_its_number() {
        let range = range("m{0098..0102}").unwrap().unwrap();
        assert_eq!(range.number(3), "0101");
        let modem = Numbered {
            number: "0101",
            name: "x",
        };
        assert_eq!(modem.text("/a/m{0098..0102}-{index}"), "/a/m0101-0101");
        assert_eq!(modem.text("{name}/{{{1..2}}}"), "x/{0101}");
        let [few, many] = [10, 11].map(|count| NumberRange::of(NonZeroU32::new(count).unwrap()));
        assert_eq!((&*few.number(9), &*many.number(9)), ("00009", "00009"));
    }
}
