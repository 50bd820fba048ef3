//! When people may be called: windows by weekday, quiet hours and holidays, in their own time.

use std::collections::BTreeMap;

use jiff::{
    Timestamp, ToSpan, Zoned,
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};

use super::{Zones, zone_of};
use crate::{
    config::{Config, Holiday, Hours},
    model::{CallOrder, Lane, PhoneNumber},
};

/// Who cannot be called within this many days cannot be called.
const HORIZON_DAYS: i64 = 60;

/// When people may be called, and where they are.
#[derive(Clone, Debug)]
pub struct Windows {
    /// From Monday.
    week: [Vec<Hours>; 7],
    quiet: Vec<Hours>,
    holidays: Vec<Holiday>,
    exempt: Vec<Lane>,
    zones: BTreeMap<String, TimeZone>,
    default_zone: TimeZone,
    /// Times of a day at which something changes, in order; midnight is one.
    edges: Vec<Time>,
}

impl Windows {
    /// Those of `[outbound.windows]` and `[outbound.zones]`.
    ///
    /// # Errors
    /// A time zone that is not known here, by its key.
    pub fn new(config: &Config) -> Result<Self, String> {
        let zone = |key: &str, name: &str| TimeZone::get(name).map_err(|e| format!("{key}: {e}"));
        let outbound = &config.outbound;
        let default =
            if outbound.time_zone.is_empty() { &config.calls.time_zone } else { &outbound.time_zone };
        let zones = outbound.zones.iter();
        let zones = zones.map(|(country, name)| Ok((country.to_uppercase(), zone("outbound.zones", name)?)));
        let windows = outbound.windows.clone();
        let week = [
            windows.monday,
            windows.tuesday,
            windows.wednesday,
            windows.thursday,
            windows.friday,
            windows.saturday,
            windows.sunday,
        ];
        let hours = week.iter().flatten().chain(&windows.quiet);
        let mut edges: Vec<Time> = hours.flat_map(|hours| hours.edges()).collect();
        edges.push(Time::midnight());
        edges.sort_unstable();
        edges.dedup();
        Ok(Self {
            week,
            quiet: windows.quiet,
            holidays: windows.holidays,
            exempt: windows.exempt,
            zones: zones.collect::<Result<_, String>>()?,
            default_zone: zone("outbound.time_zone", default)?,
            edges,
        })
    }

    /// Where the callee of an order is: in the zone it names, else where its number is.
    #[must_use]
    pub fn zones_of(&self, order: &CallOrder) -> Zones {
        let named = order.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        named.map_or_else(|| self.zones_by(&order.number), Zones::one)
    }

    /// Where a number is.
    #[must_use]
    pub fn zones_by(&self, number: &PhoneNumber) -> Zones {
        zone_of(number, &self.zones, &self.default_zone)
    }

    /// The first time, not before `at`, at which an order's callee may be called; none within the next 60 days.
    #[must_use]
    pub fn for_order(&self, at: Timestamp, order: &CallOrder) -> Option<Timestamp> {
        if self.exempt.contains(&order.lane) {
            return Some(at);
        }
        self.first_allowed(at, &self.zones_of(order), order.lane)
    }

    /// The first time, not before `at`, at which `lane` may call people in each of `zones`; none within the next
    /// 60 days.
    #[must_use]
    pub fn first_allowed(&self, at: Timestamp, zones: &Zones, lane: Lane) -> Option<Timestamp> {
        if self.exempt.contains(&lane) {
            return Some(at);
        }
        let horizon = at.checked_add((HORIZON_DAYS * 24).hours()).ok()?;
        let mut candidate = at;
        // Whoever must wait longest moves the time for all, until nobody must.
        loop {
            let mut latest = candidate;
            for zone in zones.iter() {
                latest = latest.max(self.first_in(candidate, zone, horizon)?);
            }
            if latest == candidate {
                return Some(candidate);
            }
            candidate = latest;
        }
    }

    /// Whether people may be called at this local time.
    pub(super) fn is_allowed(&self, local: DateTime) -> bool {
        let (date, time) = (local.date(), local.time());
        let is_quiet = |hours: &Hours| hours.hold_on_their_day(time) || hours.hold_on_the_next_day(time);
        let yesterday = date.yesterday().unwrap_or(date);
        let today = self.of(date.weekday()).iter().any(|hours| hours.hold_on_their_day(time));
        let since_yesterday =
            || self.of(yesterday.weekday()).iter().any(|hours| hours.hold_on_the_next_day(time));
        (today || since_yesterday()) && !self.is_holiday(date) && !self.quiet.iter().any(is_quiet)
    }

    fn of(&self, day: Weekday) -> &[Hours] {
        let index = usize::try_from(day.to_monday_zero_offset()).unwrap_or(0);
        self.week.get(index).map_or(&[], Vec::as_slice)
    }

    fn is_holiday(&self, date: Date) -> bool {
        self.holidays.iter().any(|holiday| holiday.is(date))
    }

    /// The first allowed time in one zone, not before `at`.
    ///
    /// What is allowed changes at an edge of the day or where the clock is changed, so only those are looked at.
    fn first_in(&self, at: Timestamp, zone: &TimeZone, horizon: Timestamp) -> Option<Timestamp> {
        let local = zone.to_datetime(at);
        if self.is_allowed(local) {
            return Some(at);
        }
        let changes = zone.following(at).map(|change| change.timestamp());
        let change = changes
            .take_while(|change| *change <= horizon)
            .find(|change| self.is_allowed(zone.to_datetime(*change)));
        let mut date = at.to_zoned(zone.clone()).date();
        let edge = (0..=HORIZON_DAYS).find_map(|_| {
            // Where the clock is put back, a later edge can come sooner.
            let edges = self.edges.iter();
            let found = edges.filter_map(|edge| self.edge_after(at, date.to_datetime(*edge), zone)).min();
            date = date.tomorrow().ok()?;
            found
        });
        let first = [edge, change].into_iter().flatten().min();
        first.filter(|first| *first <= horizon)
    }

    /// When this local time is, if it is after `at` and allowed. One that exists twice counts the first time that
    /// is still to come; one that does not exist is none, and the change of the clock stands for it.
    fn edge_after(&self, at: Timestamp, local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
        if !self.is_allowed(local) {
            return None;
        }
        let readings = [zone.to_ambiguous_zoned(local).earlier(), zone.to_ambiguous_zoned(local).later()];
        let exists = |reading: &Zoned| reading.datetime() == local && reading.timestamp() > at;
        readings.into_iter().flatten().find(exists).map(|reading| reading.timestamp())
    }
}
