//! Dates and times of day, in the proleptic Gregorian calendar.

/// A date and a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// From 1970 on.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59: leap seconds are not told.
    pub second: u8,
}

const SECONDS_A_DAY: u64 = 86_400;

impl Civil {
    /// Whether there is such a time.
    pub fn is_valid(&self) -> bool {
        let day = (1..=days_of(self.year, self.month)).contains(&self.day);
        day && self.year >= 1970 && self.hour < 24 && self.minute < 60 && self.second < 60
    }
}

fn is_leap(year: u16) -> bool {
    (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
}

/// Days of a month, 0 if there is no such month.
fn days_of(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

fn days_of_year(year: u16) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

/// Seconds since 1970 of a valid time.
pub fn to_unix(time: Civil) -> u64 {
    let years: u64 = (1970..time.year).map(days_of_year).sum();
    let months: u64 = (1..time.month)
        .map(|month| u64::from(days_of(time.year, month)))
        .sum();
    let days = years + months + u64::from(time.day.saturating_sub(1));
    let minutes = u64::from(time.hour) * 60 + u64::from(time.minute);
    days * SECONDS_A_DAY + minutes * 60 + u64::from(time.second)
}

/// The time of these seconds since 1970; the last day of 9999 at most.
pub fn from_unix(unix: u64) -> Civil {
    let (mut days, seconds) = (unix / SECONDS_A_DAY, unix % SECONDS_A_DAY);
    let mut year = 1970;
    while days >= days_of_year(year) && year < 9999 {
        days -= days_of_year(year);
        year += 1;
    }
    let mut month = 1;
    while days >= u64::from(days_of(year, month)) && month < 12 {
        days -= u64::from(days_of(year, month));
        month += 1;
    }
    Civil {
        year,
        month,
        day: days.min(30) as u8 + 1,
        hour: (seconds / 3600) as u8,
        minute: (seconds / 60 % 60) as u8,
        second: (seconds % 60) as u8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_convert_to_unix_time_and_back() {
        // `date -u -d @N`
        for (unix, year, month, day) in [
            (0, 1970, 1, 1),
            (951_782_400, 2000, 2, 29),
            (1_795_443_780, 2026, 11, 23),
            (4_107_542_400, 2100, 3, 1),
        ] {
            let time = from_unix(unix);
            assert_eq!((time.year, time.month, time.day), (year, month, day));
            assert_eq!(to_unix(time), unix);
        }
        for day in 0..200_000 {
            let time = from_unix(day * SECONDS_A_DAY);
            assert!(time.is_valid(), "{time:?}");
            assert_eq!(to_unix(time), day * SECONDS_A_DAY);
        }
        assert_eq!(from_unix(u64::MAX).year, 9999);
    }
}
