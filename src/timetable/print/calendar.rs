//! A person's shifts as iCalendar (RFC 5545): times in UTC, an alarm before each, ids that stay.

use jiff::{Timestamp, tz::TimeZone};

use crate::model::{KeptWeek, PersonId, Slot};

/// Octets of a line at most, its end not counted (RFC 5545 §3.1).
const LINE: usize = 75;

/// Whose shifts.
#[derive(Clone, Copy, Debug)]
pub struct Turns<'a> {
    /// The timetable's name.
    pub name: &'a str,
    /// The zone of its hours.
    pub zone: &'a TimeZone,
    /// The person.
    pub person: &'a PersonId,
    /// The person's name.
    pub shown: &'a str,
    /// The weeks to look in.
    pub weeks: &'a [KeptWeek],
}

/// The person's shifts in these weeks.
#[must_use]
pub fn calendar(turns: &Turns<'_>) -> String {
    let mut text = Lines::default();
    let title = format!("{}: {}", turns.name, turns.shown);
    text.add("BEGIN", "VCALENDAR");
    text.add("VERSION", "2.0");
    text.add("PRODID", "-//stasisd//timetable//EN");
    text.add("CALSCALE", "GREGORIAN");
    text.add("METHOD", "PUBLISH");
    // RFC 7986 §5.1, §5.7, and the names that older programs read.
    text.add("NAME", &escaped(&title));
    text.add("X-WR-CALNAME", &escaped(&title));
    text.add("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    text.add("X-PUBLISHED-TTL", "PT1H");
    for week in turns.weeks {
        for slot in week.plan.table.slots() {
            if week.plan.table.people(slot).any(|person| person == turns.person) {
                event(turns, week, slot, &mut text);
            }
        }
    }
    text.add("END", "VCALENDAR");
    text.0
}

fn event(turns: &Turns<'_>, week: &KeptWeek, slot: Slot, text: &mut Lines) {
    let Some((date, from, to)) = week.plan.table.times(slot) else { return };
    let at = |time| date.to_datetime(time).to_zoned(turns.zone.clone()).map(|zoned| zoned.timestamp());
    let (Ok(from), Ok(to)) = (at(from), at(to)) else { return };
    let (name, person) = (turns.name, turns.person);
    let uid = format!("{}-{}-{}-{person}@{name}.stasisd", week.plan.table.week, slot.day, slot.shift);
    let summary = escaped(&format!("{name}: {}", turns.shown));
    text.add("BEGIN", "VEVENT");
    text.add("UID", &uid);
    text.add("DTSTAMP", &utc(week.updated_at));
    text.add("LAST-MODIFIED", &utc(week.updated_at));
    text.add("SEQUENCE", &week.version.to_string());
    text.add("DTSTART", &utc(from));
    text.add("DTEND", &utc(to));
    text.add("SUMMARY", &summary);
    text.add("BEGIN", "VALARM");
    text.add("ACTION", "DISPLAY");
    text.add("TRIGGER", "-PT15M");
    text.add("DESCRIPTION", &summary);
    text.add("END", "VALARM");
    text.add("END", "VEVENT");
}

/// RFC 5545 §3.3.5, form 2.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// RFC 5545 §3.3.11.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// Lines, each folded where it is too long, between two letters.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, name: &str, value: &str) {
        let line = format!("{name}:{value}");
        let mut used = 0;
        for letter in line.chars() {
            if used + letter.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(letter);
            used += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}
