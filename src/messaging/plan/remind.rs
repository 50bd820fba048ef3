//! Reminders of shifts, telephones that cannot be reached, and the end of the day.

use std::collections::BTreeSet;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
};
use serde_json::{Value, json};

use super::{Announcement, Draft, Plan, To};
use crate::{
    config::RemindersConfig,
    messaging::facts::{Facts, Shifts},
    model::{Day, MemberState, MessageKind, PersonId, Slot},
};

/// That a telephone is gone is no news after so long.
const NEWS: SignedDuration = SignedDuration::from_mins(10);

/// What is to be told at `now`, when `announced` is marked as told.
pub(crate) fn plan(facts: &Facts, rules: &RemindersConfig, announced: &[String], now: Timestamp) -> Plan {
    let mut plan = Plan::default();
    for shifts in &facts.shifts {
        let view = View { facts, rules, shifts, now };
        view.shifts_soon(&mut plan);
        view.days_over(&mut plan);
    }
    disconnected(facts, rules, announced, now, &mut plan);
    plan
}

/// When something is due, and until when it may be told.
enum Due {
    Now { valid_until: Timestamp },
    At(Timestamp),
    Over,
}

fn due(at: Timestamp, late_secs: u32, now: Timestamp) -> Due {
    let valid_until = at.checked_add(secs(late_secs)).unwrap_or(at);
    if now < at {
        Due::At(at)
    } else if now <= valid_until {
        Due::Now { valid_until }
    } else {
        Due::Over
    }
}

fn secs(secs: u32) -> SignedDuration {
    SignedDuration::from_secs(secs.into())
}

fn wake(plan: &mut Plan, at: Timestamp) {
    plan.wake = Some(plan.wake.map_or(at, |wake| wake.min(at)));
}

/// One week of one timetable, now.
struct View<'a> {
    facts: &'a Facts,
    rules: &'a RemindersConfig,
    shifts: &'a Shifts,
    now: Timestamp,
}

impl View<'_> {
    /// When this time of this day is. One that does not exist, in a night in which the clock is put forward, is as
    /// much later as the clock is put; of one that exists twice, the first counts.
    fn moment(&self, date: Date, time: Time) -> Option<Timestamp> {
        Some(date.to_datetime(time).to_zoned(self.shifts.zone.clone()).ok()?.timestamp())
    }

    fn shifts_soon(&self, plan: &mut Plan) {
        let rules = self.rules;
        if rules.before_secs == 0 || !(rules.to_persons || rules.to_team) {
            return;
        }
        for slot in self.shifts.table.slots() {
            let Some((date, from, to)) = self.shifts.table.times(slot) else { continue };
            let Some(begin) = self.moment(date, from) else { continue };
            let Ok(at) = begin.checked_sub(secs(rules.before_secs)) else { continue };
            let people: Vec<&PersonId> = self.shifts.table.people(slot).collect();
            if people.is_empty() {
                continue;
            }
            match due(at, rules.late_up_to_secs, self.now) {
                Due::At(at) => wake(plan, at),
                Due::Now { valid_until } if self.now < begin => {
                    self.remind(slot, &people, (date, from, to), begin, valid_until.min(begin), plan);
                }
                Due::Now { .. } | Due::Over => {}
            }
        }
    }

    fn remind(
        &self,
        slot: Slot,
        people: &[&PersonId],
        (date, from, to): (Date, Time, Time),
        begin: Timestamp,
        valid_until: Timestamp,
        plan: &mut Plan,
    ) {
        let table = &self.shifts.table;
        let what = format!("{} {} {} {}", table.name, table.week, slot.day, slot.shift);
        // Said at once: five minutes that have just begun are five.
        let minutes = begin.duration_since(self.now).as_secs().saturating_add(30) / 60;
        let clock = |time: Time| time.strftime("%H:%M").to_string();
        let values = |name: &str| {
            json!({
                "name": name,
                "names": self.names(people),
                "timetable": table.name,
                "day": date,
                "from": clock(from),
                "to": clock(to),
                "minutes": minutes.max(1),
            })
        };
        let draft = |key: String, kind, to, values: Value| Draft {
            key,
            kind,
            to,
            values,
            valid_until: Some(valid_until),
            figures: None,
        };
        if self.rules.to_team {
            let team = To::Team(Some(table.name.clone()));
            plan.drafts.push(draft(format!("change {what}"), MessageKind::ShiftChange, team, values("")));
        }
        if self.rules.to_persons {
            for id in people.iter().copied().collect::<BTreeSet<_>>() {
                let (key, name) = (format!("shift {what} {id}"), self.facts.person(id).name);
                let to = To::Person(id.clone());
                plan.drafts.push(draft(key, MessageKind::ShiftReminder, to, values(&name)));
            }
        }
    }

    fn names(&self, people: &[&PersonId]) -> Vec<String> {
        people.iter().map(|id| self.facts.person(id).name).collect()
    }

    fn days_over(&self, plan: &mut Plan) {
        let (rules, table) = (self.rules, &self.shifts.table);
        let Some(last) = table.hours.last().filter(|_| rules.closed) else { return };
        for &day in &table.days {
            let date = table.week.date(day);
            let closing =
                self.moment(date, *last).and_then(|end| end.checked_add(secs(rules.closed_after_secs)).ok());
            let Some(at) = closing.filter(|_| self.somebody_answered(day)) else { continue };
            match due(at, rules.closed_late_up_to_secs, self.now) {
                Due::At(at) => wake(plan, at),
                Due::Now { valid_until } => plan.drafts.push(Draft {
                    key: format!("closed {} {date}", table.name),
                    kind: MessageKind::PhonesClosed,
                    to: To::Team(Some(table.name.clone())),
                    values: json!({ "timetable": table.name, "day": date }),
                    valid_until: Some(valid_until),
                    figures: Some((self.shifts.queue.clone(), date)),
                }),
                Due::Over => {}
            }
        }
    }

    fn somebody_answered(&self, day: Day) -> bool {
        let table = &self.shifts.table;
        (0..table.shifts()).any(|shift| table.people(Slot { day, shift }).next().is_some())
    }

    /// Who of the present shift cannot be reached, and who can, as far as the queue is known.
    fn reach(&self) -> Vec<(PersonId, Option<bool>)> {
        let table = &self.shifts.table;
        let Some(slot) = table.slot_at(&self.now.to_zoned(self.shifts.zone.clone())) else {
            return Vec::new();
        };
        let queue = self.facts.queues.iter().find(|queue| queue.name == self.shifts.queue);
        let begin = table.times(slot).and_then(|(date, from, _)| self.moment(date, from));
        let long_ago = |at: Option<Timestamp>| {
            at.is_some_and(|at| self.now.duration_since(at) >= secs(self.rules.disconnected_after_secs))
        };
        let reach = |id: &PersonId| {
            let member = queue?.member(&self.facts.person(id).member_interface()?)?;
            match member.state {
                MemberState::Unknown => None,
                // Just fallen, just come on duty, or paused: neither here nor gone.
                MemberState::Unreachable if member.paused.is_some() => None,
                // One that was gone already when the queues were read is gone since then, as far as we know.
                MemberState::Unreachable => {
                    let seen = member.state_since.max(self.facts.queues_since);
                    (long_ago(seen) && long_ago(begin)).then_some(false)
                }
                _ => Some(true),
            }
        };
        let people: BTreeSet<&PersonId> = table.people(slot).collect();
        people.into_iter().map(|id| (id.clone(), reach(id))).collect()
    }
}

/// The telephones of the present shifts that cannot be reached are announced once, until they are back or their
/// shift is over.
fn disconnected(
    facts: &Facts,
    rules: &RemindersConfig,
    announced: &[String],
    now: Timestamp,
    plan: &mut Plan,
) {
    if rules.disconnected_after_secs == 0 {
        return;
    }
    let mark = |timetable: &str, id: &PersonId| format!("disconnected {timetable} {id}");
    let names: BTreeSet<&str> = facts.shifts.iter().map(|shifts| shifts.table.name.as_str()).collect();
    for name in names {
        let weeks = facts.shifts.iter().filter(|shifts| shifts.table.name == name);
        let reach: Vec<_> = weeks.flat_map(|shifts| View { facts, rules, shifts, now }.reach()).collect();
        let prefix = format!("disconnected {name} ");
        for old in announced.iter().filter(|old| old.starts_with(&prefix)) {
            let known = reach.iter().find(|(id, _)| mark(name, id) == **old);
            // Who is no longer on duty is no longer missed.
            if known.is_none_or(|(_, reach)| *reach == Some(true)) {
                plan.over.push(old.clone());
            }
        }
        let gone =
            reach.iter().filter(|(id, reach)| *reach == Some(false) && !announced.contains(&mark(name, id)));
        let gone: Vec<&PersonId> = gone.map(|(id, _)| id).collect();
        if gone.is_empty() {
            continue;
        }
        let marks: Vec<String> = gone.iter().map(|id| mark(name, id)).collect();
        let people: Vec<String> = gone.iter().map(|id| facts.person(id).name).collect();
        let draft = Draft {
            // The marks keep it from being told twice; the time keeps the next one from being this one.
            key: format!("{} {}", marks.join(" "), now.as_microsecond()),
            kind: MessageKind::Disconnected,
            to: To::Team(Some(name.to_owned())),
            values: json!({ "timetable": name, "names": people }),
            valid_until: now.checked_add(NEWS).ok(),
            figures: None,
        };
        plan.announcements.push(Announcement { draft, marks });
    }
}
