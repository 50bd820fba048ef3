//! The history as CSV, with a line of column names. Pure.

use csv::Writer;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{Daily, Group};
use crate::model::QueueCall;

/// A cell that a spreadsheet would take for a formula is made a text.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err() {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn written(writer: Writer<Vec<u8>>) -> String {
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// One line for each call; times in the zone given, with its offset.
#[must_use]
pub fn calls_csv(calls: &[QueueCall], zone: &TimeZone) -> String {
    let mut writer = Writer::from_writer(Vec::new());
    let names = [
        "queue",
        "joined_at",
        "number",
        "position",
        "wait_secs",
        "connected_at",
        "interface",
        "talk_secs",
        "ended_at",
        "end",
        "channel",
        "id",
    ];
    let time = |at: jiff::Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    let number = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
    // Writing into memory does not fail.
    let _ = writer.write_record(names);
    for call in calls {
        let end = call.end.and_then(|end| serde_json::to_value(end).ok());
        let _ = writer.write_record([
            plain(&call.queue),
            time(call.joined_at),
            plain(call.number.as_deref().unwrap_or_default()),
            number(call.position),
            number(call.wait_secs),
            call.connected_at.map(time).unwrap_or_default(),
            plain(call.interface.as_deref().unwrap_or_default()),
            number(call.talk_secs),
            call.ended_at.map(time).unwrap_or_default(),
            end.as_ref().and_then(|end| end.as_str()).unwrap_or_default().to_owned(),
            plain(&call.channel),
            call.id.to_string(),
        ]);
    }
    written(writer)
}

/// One line for each group of figures.
#[must_use]
pub fn groups_csv(key: &str, groups: &[Group]) -> String {
    let mut writer = Writer::from_writer(Vec::new());
    let names = [
        key,
        "name",
        "received",
        "answered",
        "in_time",
        "service_level",
        "abandoned",
        "timed_out",
        "left",
        "withdrawn",
        "unseen",
        "waiting",
        "early",
        "late",
        "tests",
        "did_not_answer",
        "average_wait_secs",
        "longest_wait_secs",
        "talk_secs",
        "average_talk_secs",
    ];
    let _ = writer.write_record(names);
    for group in groups {
        let f = &group.figures;
        let level = f.service_level().map(|level| level.to_string()).unwrap_or_default();
        let mut row = vec![plain(&group.key), plain(group.name.as_deref().unwrap_or_default())];
        row.extend([f.received, f.answered, f.in_time].map(|n| n.to_string()));
        row.push(level);
        let numbers = [
            f.abandoned,
            f.timed_out,
            f.left,
            f.withdrawn,
            f.unseen,
            f.waiting,
            f.early,
            f.late,
            f.tests,
            f.did_not_answer,
            f.wait.average(),
            f.wait.longest,
            f.talk.total,
            f.talk.average(),
        ];
        row.extend(numbers.map(|n| n.to_string()));
        let _ = writer.write_record(row);
    }
    written(writer)
}

/// One line for each day.
#[must_use]
pub fn daily_csv(days: &[Daily]) -> String {
    table(days)
}

fn table<T: Serialize>(rows: &[T]) -> String {
    let mut writer = Writer::from_writer(Vec::new());
    for row in rows {
        let _ = writer.serialize(row);
    }
    written(writer)
}
