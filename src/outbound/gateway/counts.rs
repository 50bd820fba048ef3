//! Lines in use, and calls of the day: in all and to each number.

use std::collections::HashMap;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::NotNow;
use crate::{
    config::GatewayConfig,
    model::{Lane, PhoneNumber},
};

/// Calls at once.
#[derive(Debug)]
pub(super) struct Lines {
    max: u32,
    /// Lines that only alerts may use.
    kept: u32,
    alerts: u32,
    others: u32,
}

impl Lines {
    pub(super) fn new(config: &GatewayConfig) -> Self {
        let kept = (u64::from(config.max_calls) * u64::from(config.alert_share_percent)).div_ceil(100);
        // A gateway with one line has none to keep: it would never call anybody else.
        let most = if config.alert_share_percent < 100 {
            config.max_calls.saturating_sub(1)
        } else {
            config.max_calls
        };
        let kept = u32::try_from(kept).unwrap_or(u32::MAX).min(most);
        Self { max: config.max_calls, kept, alerts: 0, others: 0 }
    }

    pub(super) fn in_use(&self) -> u32 {
        self.alerts + self.others
    }

    pub(super) fn room(&self, lane: Lane) -> Result<(), NotNow> {
        let is_kept = lane != Lane::Alert && self.others >= self.max - self.kept;
        if is_kept || self.in_use() >= self.max { Err(NotNow::Full) } else { Ok(()) }
    }

    pub(super) fn take(&mut self, lane: Lane) {
        *self.of(lane) += 1;
    }

    pub(super) fn free(&mut self, lane: Lane) {
        let lines = self.of(lane);
        *lines = lines.saturating_sub(1);
    }

    fn of(&mut self, lane: Lane) -> &mut u32 {
        if lane == Lane::Alert { &mut self.alerts } else { &mut self.others }
    }
}

/// Calls of one day.
#[derive(Debug)]
pub(super) struct Day {
    zone: TimeZone,
    max: u32,
    max_per_number: u32,
    date: Date,
    calls: u32,
    by_number: HashMap<PhoneNumber, u32>,
}

impl Day {
    pub(super) fn new(config: &GatewayConfig, zone: TimeZone) -> Self {
        Self {
            zone,
            max: config.max_calls_per_day,
            max_per_number: config.max_calls_per_number_per_day,
            date: Date::MIN,
            calls: 0,
            by_number: HashMap::new(),
        }
    }

    pub(super) fn max(&self) -> u32 {
        self.max
    }

    pub(super) fn calls(&self, now: Timestamp) -> u32 {
        if self.zone.to_datetime(now).date() > self.date { 0 } else { self.calls }
    }

    /// When the day of `now` began.
    pub(super) fn began(&self, now: Timestamp) -> Timestamp {
        let start = now.to_zoned(self.zone.clone()).start_of_day();
        start.map_or(now, |start| start.timestamp())
    }

    /// Begins a new day if there is one. A clock that is set back begins none: it would forget calls.
    pub(super) fn turn(&mut self, now: Timestamp) {
        let date = self.zone.to_datetime(now).date();
        if date > self.date {
            self.date = date;
            self.calls = 0;
            self.by_number.clear();
        }
    }

    pub(super) fn room(&self, number: &PhoneNumber, now: Timestamp) -> Result<(), NotNow> {
        let of_number = self.by_number.get(number).copied().unwrap_or(0);
        let is_full = |calls, max| max > 0 && calls >= max;
        if !is_full(self.calls, self.max) && !is_full(of_number, self.max_per_number) {
            return Ok(());
        }
        let tomorrow = now.to_zoned(self.zone.clone()).checked_add(1.day()).and_then(|z| z.start_of_day());
        Err(NotNow::Until(tomorrow.map_or(Timestamp::MAX, |start| start.timestamp())))
    }

    pub(super) fn count(&mut self, number: &PhoneNumber, calls: u32) {
        self.calls = self.calls.saturating_add(calls);
        if self.max_per_number > 0 {
            let of_number = self.by_number.entry(number.clone()).or_default();
            *of_number = of_number.saturating_add(calls);
        }
    }

    /// A call that was counted was not made.
    pub(super) fn forget(&mut self, number: &PhoneNumber, begun: Timestamp) {
        if self.zone.to_datetime(begun).date() != self.date {
            return;
        }
        self.calls = self.calls.saturating_sub(1);
        if let Some(of_number) = self.by_number.get_mut(number) {
            *of_number = of_number.saturating_sub(1);
        }
    }
}
