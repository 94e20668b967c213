//! The time of a trace line.

use std::time::{SystemTime, UNIX_EPOCH};

/// The time now, as `2026-01-31T12:34:56.123456Z`.
pub(super) fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.unwrap_or_default();
    format(since.as_secs(), since.subsec_micros())
}

/// So many microseconds after 1970, in the same form.
pub(crate) fn of(micros: u64) -> String {
    format(micros / 1_000_000, (micros % 1_000_000) as u32)
}

fn format(secs: u64, micros: u32) -> String {
    let (year, month, day) = date(secs / 86_400);
    let of_day = secs % 86_400;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// The date `days` after 1970-01-01, counted in years that begin in March, so
/// that the leap day comes last.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates_are_formatted() {
        assert_eq!(format(0, 0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(format(951_782_400, 5), "2000-02-29T00:00:00.000005Z");
        assert_eq!(
            format(1_767_225_599, 999_999),
            "2025-12-31T23:59:59.999999Z"
        );
    }
}
