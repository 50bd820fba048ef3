//! When a week is to be planned by itself: a function of the rule and a time.

use jiff::{Timestamp, ToSpan, Zoned};

use crate::{
    config::PlanConfig,
    model::{Day, Week},
};

/// The week that the rule's last time was for, and when that was; none, if that week has begun.
pub(super) fn due(plan: &PlanConfig, now: &Zoned) -> Option<(Week, Timestamp)> {
    let today = now.date();
    let back = (7 + Day::of(today).index() - plan.day.index()) % 7;
    let day = today.checked_sub(i64::try_from(back).ok()?.days()).ok()?;
    // Where the clock leaps over the time, it is due after the leap.
    let at = |day: jiff::civil::Date| day.to_datetime(plan.at).to_zoned(now.time_zone().clone()).ok();
    let mut time = at(day)?;
    if time > *now {
        time = at(day.checked_sub(1.week()).ok()?)?;
    }
    let week = Week::of(time.date()).plus(plan.ahead_weeks.into());
    (week.monday() > today).then(|| (week, time.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(day: Day, at: &str, ahead_weeks: u8, now: &str) -> Option<String> {
        let at = at.parse().unwrap();
        let plan = PlanConfig { day, at, ahead_weeks, grace_minutes: 120, publish: true };
        let now: Zoned = format!("{now}[Europe/Madrid]").parse().unwrap();
        due(&plan, &now).map(|(week, at)| format!("{week} since {at}"))
    }

    #[test]
    fn the_last_time_counts_until_its_week_begins() {
        let sunday = |now| week(Day::Sun, "22:00", 1, now);
        let next = Some("2026-11-23 since 2026-11-22T21:00:00Z".to_owned());
        assert_eq!(sunday("2026-11-22T21:59:59"), None, "the one before was for a week that has begun");
        assert_eq!(sunday("2026-11-22T22:00:00"), next);
        assert_eq!(sunday("2026-11-22T23:59:59"), next);
        assert_eq!(sunday("2026-11-23T00:00:00"), None);
        let friday = |now| week(Day::Fri, "12:00", 2, now);
        let later = Some("2026-11-30 since 2026-11-20T11:00:00Z".to_owned());
        assert_eq!(friday("2026-11-20T12:00:00"), later);
        assert_eq!(friday("2026-11-26T09:00:00"), later, "a daemon that was away catches up");
    }

    #[test]
    fn nights_in_which_the_clock_leaps() {
        let night = |now| week(Day::Sun, "02:30", 1, now);
        // 2026-03-29 has no 02:30: it is due at 03:30.
        assert_eq!(night("2026-03-29T03:29:00"), None);
        assert_eq!(night("2026-03-29T03:30:00").as_deref(), Some("2026-03-30 since 2026-03-29T01:30:00Z"));
        // 2026-10-25 has it twice: the first one counts.
        assert_eq!(night("2026-10-25T12:00:00").as_deref(), Some("2026-10-26 since 2026-10-25T00:30:00Z"));
    }
}
