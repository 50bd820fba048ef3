//! A feed that is a calendar: RFC 5545, with repetitions. Pure.

use std::collections::HashMap;

use icalendar::parser::{Component, Property, read_components, unfold};
use jiff::{
    SignedDuration, ToSpan,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use rrule::RRuleSet;

use super::{Row, Span};

/// Components in components at most: the parser goes down once for each.
const DEEPEST: usize = 8;
/// Events of one calendar at most.
const MOST: usize = 20_000;
/// Events and their repetitions at most.
const MOST_ROWS: usize = 50_000;
/// Repetitions of one event at most.
const MOST_TIMES: usize = 1000;
/// Steps from an event's beginning to its repetitions of today, for one event and for all, at most: each day of 130
/// years, each hour of five.
const MOST_STEPS: usize = 50_000;
const MOST_STEPS_OF_ALL: usize = 2_000_000;
/// Repetitions are followed so many days back and ahead.
const BACK_DAYS: i64 = 31;
const AHEAD_DAYS: i64 = 400;

/// An event's beginning or end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Day(Date),
    Time(DateTime),
}

/// Reads the events; what cannot be read of one is in the second list.
///
/// # Errors
/// It is no calendar.
pub(super) fn read(text: &str, zone: &TimeZone, today: Date) -> Result<(Vec<Row>, Vec<String>), String> {
    let text = unfold(text.trim_start_matches('\u{feff}'));
    not_too_deep(&text)?;
    let roots = read_components(text.trim_start()).map_err(|error| {
        let first = error.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
        format!("it is no calendar: {first}")
    })?;
    let events: Vec<&Component<'_>> = roots
        .iter()
        .filter(|root| root.name == "VCALENDAR")
        .flat_map(|root| &root.components)
        .filter(|component| component.name == "VEVENT")
        .collect();
    if !roots.iter().any(|root| root.name == "VCALENDAR") {
        return Err("it is no calendar: there is no BEGIN:VCALENDAR".to_owned());
    }
    if events.len() > MOST {
        return Err(format!("it has more than {MOST} events"));
    }
    let moved = moved(&events, zone);
    let (mut rows, mut bad, mut steps) = (Vec::new(), Vec::new(), MOST_STEPS_OF_ALL);
    for event in events {
        if value(event, "STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
            continue;
        }
        match of_event(event, &moved, (zone, today), &mut steps) {
            Ok(mut read) => rows.append(&mut read),
            Err(why) => bad.push(format!("{}: {why}", place(event))),
        }
        if steps == 0 {
            return Err("its repetitions take too long to follow".to_owned());
        }
        if rows.len() > MOST_ROWS {
            return Err(format!("its events are repeated more than {MOST_ROWS} times"));
        }
    }
    Ok((rows, bad))
}

/// Whoever sends thousands of BEGINs wants our stack.
fn not_too_deep(text: &str) -> Result<(), String> {
    let mut depth = 0_usize;
    for line in text.lines() {
        let head = line.trim_start().as_bytes();
        if head.len() >= 6 && head[..6].eq_ignore_ascii_case(b"BEGIN:") {
            depth += 1;
        } else if head.len() >= 4 && head[..4].eq_ignore_ascii_case(b"END:") {
            depth = depth.saturating_sub(1);
        }
        if depth > DEEPEST {
            return Err("it is no calendar: its parts are too deep in each other".to_owned());
        }
    }
    Ok(())
}

/// Repetitions that stand as events of their own (RECURRENCE-ID), by the event's id: they are not counted twice.
fn moved(events: &[&Component<'_>], zone: &TimeZone) -> HashMap<String, Vec<Moment>> {
    let mut moved: HashMap<String, Vec<Moment>> = HashMap::new();
    for event in events {
        let (Some(uid), Some(id)) = (value(event, "UID"), event.find_prop("RECURRENCE-ID")) else { continue };
        if let Ok(at) = moment(id, id.val.as_str(), zone) {
            moved.entry(uid.to_owned()).or_default().push(at);
        }
    }
    moved
}

fn of_event(
    event: &Component<'_>,
    moved: &HashMap<String, Vec<Moment>>,
    (zone, today): (&TimeZone, Date),
    steps: &mut usize,
) -> Result<Vec<Row>, String> {
    let start = event.find_prop("DTSTART").ok_or("it has no beginning (DTSTART)")?;
    let start = moment(start, start.val.as_str(), zone)?;
    let end = match (event.find_prop("DTEND"), event.find_prop("DURATION")) {
        (Some(end), _) => moment(end, end.val.as_str(), zone)?,
        (None, Some(duration)) => after(start, duration.val.as_str())?,
        (None, None) => start,
    };
    let mut starts = vec![start];
    if event.find_prop("RRULE").is_some() || event.find_prop("RDATE").is_some() {
        starts = repetitions(event, start, (zone, today), steps)?;
    }
    if event.find_prop("RECURRENCE-ID").is_none()
        && let Some(gone) = value(event, "UID").and_then(|uid| moved.get(uid))
    {
        starts.retain(|at| !gone.contains(at));
    }
    let (who, reason) = (who(event), value(event, "SUMMARY").map(unescaped).unwrap_or_default());
    let length = civil(end).duration_since(civil(start));
    let row = |at: Moment| {
        let span = match at {
            // The end of whole days is not included.
            Moment::Day(first) => {
                let days = (length.as_hours() / 24).max(1) - 1;
                Span::Days(first, first.saturating_add(days.days()))
            }
            Moment::Time(from) => Span::Times(from, from.saturating_add(length)),
        };
        Row { place: place(event), who: who.clone(), span, reason: reason.clone() }
    };
    Ok(starts.into_iter().map(row).collect())
}

/// Wall-clock times are counted as if they were UTC's: no hour is left out or there twice, and no day has 23 hours.
fn repetitions(
    event: &Component<'_>,
    start: Moment,
    (zone, today): (&TimeZone, Date),
    steps: &mut usize,
) -> Result<Vec<Moment>, String> {
    let utc = |at: Moment| civil(at).strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut text = format!("DTSTART:{}", utc(start));
    for property in &event.properties {
        match property.name.as_str() {
            "RRULE" => text.push_str(&format!("\nRRULE:{}", rule(property.val.as_str(), zone)?)),
            "EXDATE" | "RDATE" => {
                for one in property.val.as_str().split(',') {
                    text.push_str(&format!(
                        "\n{}:{}",
                        property.name.as_str(),
                        utc(moment(property, one, zone)?)
                    ));
                }
            }
            _ => {}
        }
    }
    let set: RRuleSet = text.parse().map_err(|error| format!("its repetition cannot be read: {error}"))?;
    let bound = |date: Date| -> Result<_, String> {
        let text = format!("DTSTART:{}", utc(Moment::Day(date)));
        let set: RRuleSet =
            format!("{text}\nRRULE:FREQ=DAILY;COUNT=1").parse().map_err(|error| format!("{error}"))?;
        Ok(*set.get_dt_start())
    };
    let (from, to) = (today.saturating_sub(BACK_DAYS.days()), today.saturating_add(AHEAD_DAYS.days()));
    let (from, to) = (bound(from)?, bound(to)?);
    let found = within(&set.limit(), (from, to), steps)?;
    let back = |text: String| -> Result<Moment, String> {
        let at: DateTime = text.parse().map_err(|error: jiff::Error| error.to_string())?;
        Ok(if matches!(start, Moment::Day(_)) { Moment::Day(at.date()) } else { Moment::Time(at) })
    };
    found.iter().map(|at| back(at.format("%Y-%m-%dT%H:%M:%S").to_string())).collect()
}

/// The times of a set between two others: as many as are wanted, in no more steps than are left.
fn within<T: PartialOrd + Copy>(
    set: impl IntoIterator<Item = T>,
    (from, to): (T, T),
    left: &mut usize,
) -> Result<Vec<T>, String> {
    let most = MOST_STEPS.min(*left);
    let (mut found, mut steps) = (Vec::new(), 0);
    for at in set {
        steps += 1;
        if at > to || found.len() == MOST_TIMES {
            break;
        }
        if steps == most {
            *left = left.saturating_sub(steps);
            return Err("it is repeated too often since its beginning".to_owned());
        }
        found.extend(Some(at).filter(|at| *at >= from));
    }
    // A rule that never comes true was given up after as many looks.
    *left = left.saturating_sub(if steps == 0 { most } else { steps });
    Ok(found)
}

/// A rule whose end, if it has one, is a wall-clock time too.
fn rule(text: &str, zone: &TimeZone) -> Result<String, String> {
    let part = |part: &str| -> Result<String, String> {
        let Some(until) = part.strip_prefix("UNTIL=") else { return Ok(part.to_owned()) };
        let at = match plain(until, until.ends_with('Z').then_some(&TimeZone::UTC), zone)? {
            Moment::Day(day) => day.at(23, 59, 59, 0),
            Moment::Time(at) => at,
        };
        Ok(format!("UNTIL={}", at.strftime("%Y%m%dT%H%M%SZ")))
    };
    let parts = text.split(';').map(part).collect::<Result<Vec<_>, _>>()?;
    Ok(parts.join(";"))
}

/// A value with its parameter TZID, in the feed's zone.
fn moment(property: &Property<'_>, text: &str, zone: &TimeZone) -> Result<Moment, String> {
    let named = property.params.iter().find(|parameter| parameter.key.as_str() == "TZID");
    let named =
        named.and_then(|parameter| parameter.val.as_ref()).map(|name| name.as_str().trim_matches('"'));
    // A zone that nobody knows is taken for ours: the hour is more likely right than wrong.
    let named = named.and_then(|name| TimeZone::get(name).ok());
    plain(text, named.as_ref(), zone)
}

fn plain(text: &str, of: Option<&TimeZone>, zone: &TimeZone) -> Result<Moment, String> {
    let bad = |_| format!("{text:?} is no date or time");
    let text = text.trim();
    if !text.contains('T') {
        return Date::strptime("%Y%m%d", text).map(Moment::Day).map_err(bad);
    }
    let (plain, of) =
        text.strip_suffix('Z').map_or((text, of), |plain| (plain, Some(const { &TimeZone::UTC })));
    let at = DateTime::strptime("%Y%m%dT%H%M%S", plain).map_err(bad)?;
    let Some(of) = of else { return Ok(Moment::Time(at)) };
    let there = at.to_zoned(of.clone()).map_err(bad)?;
    Ok(Moment::Time(there.with_time_zone(zone.clone()).datetime()))
}

fn after(start: Moment, duration: &str) -> Result<Moment, String> {
    let length: SignedDuration = duration
        .parse::<jiff::Span>()
        .ok()
        .and_then(|span| span.to_duration(civil(start)).ok())
        .ok_or_else(|| format!("{duration:?} is no duration"))?;
    let end = civil(start).saturating_add(length);
    Ok(if matches!(start, Moment::Day(_)) { Moment::Day(end.date()) } else { Moment::Time(end) })
}

fn civil(at: Moment) -> DateTime {
    match at {
        Moment::Day(day) => day.at(0, 0, 0, 0),
        Moment::Time(at) => at,
    }
}

/// The attendees; without any, the organizer.
fn who(event: &Component<'_>) -> Vec<String> {
    let named = |name: &str| -> Vec<String> {
        let of = event.properties.iter().filter(|property| property.name.as_str() == name);
        let address = |text: &str| {
            let scheme = text.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
            text[scheme.map_or(0, str::len)..].to_owned()
        };
        of.map(|property| address(property.val.as_str())).collect()
    };
    let attendees = named("ATTENDEE");
    if attendees.is_empty() { named("ORGANIZER") } else { attendees }
}

fn value<'a>(event: &'a Component<'_>, name: &str) -> Option<&'a str> {
    event
        .properties
        .iter()
        .find(|property| property.name.as_str() == name)
        .map(|property| property.val.as_str())
}

fn place(event: &Component<'_>) -> String {
    let name = value(event, "SUMMARY").or(value(event, "UID")).unwrap_or("an event");
    crate::model::clean(&unescaped(name), 60)
}

/// RFC 5545 §3.3.11
fn unescaped(text: &str) -> String {
    text.replace("\\n", " ").replace("\\N", " ").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
}

#[cfg(test)]
#[path = "ics_tests.rs"]
mod tests;
