//! How the modem is made: the values of `set`.

use crate::script::{Setup, Sizes};
use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;
use mqmodem_core::time::civil::{Civil, to_unix};
use std::collections::BTreeSet;

/// The dialect of this name, built in or one of `more`.
fn dialect_named(name: &str, more: &[&'static Dialect]) -> Result<&'static Dialect, String> {
    let known = [dialect::ALL, more].concat();
    dialect::find_among(&known, name).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|it| it.full_name().to_string()).collect();
        format!(
            "there is no dialect `{name}`; there is {}",
            names.join(", ")
        )
    })
}

/// What a line with `set` says, without that word.
pub(super) fn set_up(
    setup: &mut Setup,
    text: &str,
    more: &[&'static Dialect],
) -> Result<(), String> {
    match text.split_once(' ') {
        None if text == "strict" => setup.strict = true,
        None if text == "mask-secrets" => setup.mask_secrets = true,
        None if text == "vendor-limits" => setup.vendor_limits = true,
        None if text == "offline" => setup.offline = true,
        Some(("dialect", name)) => setup.dialect = dialect_named(name, more)?,
        Some(("gap", gap)) => {
            let gap = gap.parse().map_err(|_| "write `set gap 300`")?;
            setup.gap = Some(gap);
        }
        Some(("seed", seed)) => {
            setup.seed = seed.parse().map_err(|_| "write `set seed 7`")?;
        }
        Some(("clock", time)) => setup.clock = clock(time)?,
        Some(("memory", sizes)) => memory(&mut setup.memory, sizes)?,
        _ => {
            return Err(
                "after `set` comes dialect NAME, strict, mask-secrets, vendor-limits, offline, gap MS, \
                 seed N, clock or memory"
                    .into(),
            );
        }
    }
    Ok(())
}

/// Seconds since 1970 of a time in UTC.
pub(super) fn clock(text: &str) -> Result<u64, String> {
    let wrong = || "write `set clock 2026-11-23 14:23:00`".to_string();
    let numbers = text.split(['-', ' ', ':']).map(str::parse);
    let numbers: Result<Vec<u16>, _> = numbers.collect();
    let [year, ref rest @ ..] = numbers.map_err(|_| wrong())?[..] else {
        return Err(wrong());
    };
    let rest: Result<Vec<u8>, _> = rest.iter().map(|it| u8::try_from(*it)).collect();
    let [month, day, hour, minute, second] = rest.map_err(|_| wrong())?[..] else {
        return Err(wrong());
    };
    let time = Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    };
    time.is_valid().then(|| to_unix(time)).ok_or_else(wrong)
}

/// Bytes that a part of the memory may have.
const LARGEST: usize = 64 * 1024 * 1024;

/// `small`, and sizes of single parts.
fn memory(sizes: &mut Sizes, text: &str) -> Result<(), String> {
    let mut said = BTreeSet::new();
    for word in text.split_whitespace() {
        let (name, bytes) = word.split_once('=').unwrap_or((word, ""));
        if name == "small" && !said.is_empty() {
            return Err("`small` comes first: it sets every part".into());
        }
        if !said.insert(name) {
            return Err(format!("`{name}` is there twice; only one can count"));
        }
        if word == "small" {
            *sizes = Sizes::SMALL;
            continue;
        }
        let size = sizes.get_mut(name).ok_or_else(|| {
            let names = Sizes::NAMES.join(", ");
            format!("`{word}` is neither `small` nor PART=BYTES; the parts are {names}")
        })?;
        let parsed = bytes.parse().ok().filter(|bytes| *bytes <= LARGEST);
        *size = parsed.ok_or_else(|| {
            format!("write a number of bytes up to {LARGEST}, as in `{name}=512`")
        })?;
    }
    Ok(())
}
