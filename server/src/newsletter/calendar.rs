//! When digests are due: every Monday, and on the first of every month, at seven in the morning,
//! UTC; and when the next lesson of the course by mail is: on Tuesdays at seven.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, Time};

use super::wishes::Frequency;

const HOUR_MS: i64 = 3_600_000;
const WEEK_MS: i64 = 7 * 24 * HOUR_MS;
/// The first Monday of 1970 at seven.
const MONDAY_MS: i64 = 4 * 24 * HOUR_MS + 7 * HOUR_MS;
/// The first Tuesday of 1970 at seven.
const TUESDAY_MS: i64 = MONDAY_MS + 24 * HOUR_MS;
/// Two lessons are further apart than this: who begins on a Monday gets no second one on Tuesday.
const APART_MS: i64 = 3 * 24 * HOUR_MS;

/// The last time a digest was due, not after `now_ms`; Unix milliseconds.
#[must_use]
pub fn last_due(frequency: Frequency, now_ms: i64) -> i64 {
    match frequency {
        Frequency::Each => now_ms - now_ms.rem_euclid(HOUR_MS),
        Frequency::Weekly => now_ms - (now_ms - MONDAY_MS).rem_euclid(WEEK_MS),
        Frequency::Monthly => month(now_ms).unwrap_or(0),
    }
}

/// How far back a digest reaches at most, milliseconds: what appeared before nobody read it is not
/// news to who comes later.
#[must_use]
pub const fn reach_ms(frequency: Frequency) -> i64 {
    match frequency {
        Frequency::Each => 24 * HOUR_MS,
        Frequency::Weekly => 2 * WEEK_MS,
        Frequency::Monthly => 9 * WEEK_MS,
    }
}

/// When a lesson may follow one that is sent now; Unix milliseconds.
#[must_use]
pub fn next_lesson(now_ms: i64) -> i64 {
    let from = now_ms + APART_MS;
    from - (from - TUESDAY_MS).rem_euclid(WEEK_MS) + WEEK_MS
}

/// A day in words, such as `Tuesday, 8 December 2026`.
#[must_use]
pub fn weekday(ms: i64) -> String {
    let form = format_description!("[weekday], [day padding:none] [month repr:long] [year]");
    let at = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1_000));
    at.ok()
        .and_then(|at| at.format(form).ok())
        .unwrap_or_default()
}

fn month(now_ms: i64) -> Option<i64> {
    let now = OffsetDateTime::from_unix_timestamp(now_ms.div_euclid(1_000)).ok()?;
    let first = |of: time::Date| {
        let day = of.replace_day(1).ok()?;
        let seven = Time::from_hms(7, 0, 0).ok()?;
        Some(day.with_time(seven).assume_utc().unix_timestamp() * 1_000)
    };
    let this = first(now.date())?;
    if this <= now_ms {
        return Some(this);
    }
    first(now.date().replace_day(1).ok()?.previous_day()?)
}

/// The day of a time, such as `2026-11-30`.
#[must_use]
pub fn day(ms: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1_000));
    at.map_or_else(|_| String::new(), |at| at.date().to_string())
}

/// A time, such as `2026-11-30T07:00:00Z`.
#[must_use]
pub fn moment(ms: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1_000));
    at.ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_due_on_mondays_and_on_the_first() {
        // 2026-11-27 12:00 UTC, a Friday.
        let now = 1_795_780_800_000;
        assert_eq!(day(now), "2026-11-27");
        let weekly = last_due(Frequency::Weekly, now);
        assert_eq!(
            (day(weekly), weekly % (24 * HOUR_MS)),
            ("2026-11-23".into(), 7 * HOUR_MS)
        );
        assert_eq!(last_due(Frequency::Weekly, weekly), weekly);
        assert_eq!(last_due(Frequency::Weekly, weekly - 1), weekly - WEEK_MS);
        let monthly = last_due(Frequency::Monthly, now);
        assert_eq!(day(monthly), "2026-11-01");
        assert_eq!(day(last_due(Frequency::Monthly, monthly - 1)), "2026-10-01");
        assert_eq!(last_due(Frequency::Each, now + 5), now);
        assert_eq!(weekday(now), "Friday, 27 November 2026");
        assert_eq!(moment(next_lesson(now)), "2026-12-01T07:00:00Z");
        assert_eq!(
            moment(next_lesson(now + 24 * HOUR_MS)),
            "2026-12-08T07:00:00Z"
        );
    }
}
