//! A feed that is a table. Pure.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::{Row, Span};
use crate::{config::FeedColumns, model::from_cell};

/// Rows of one table at most.
const MOST: usize = 50_000;

/// Reads the rows; what cannot be read of one is in the second list.
///
/// # Errors
/// No such table: a column is missing, it is no CSV.
pub(super) fn read(
    text: &str,
    columns: &FeedColumns,
    delimiter: char,
    zone: &TimeZone,
    needs_who: bool,
) -> Result<(Vec<Row>, Vec<String>), String> {
    let delimiter = u8::try_from(delimiter).unwrap_or(b',');
    let text = text.trim_start_matches('\u{feff}');
    let mut table = ::csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .trim(::csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let head = table.headers().map_err(|error| error.to_string())?.clone();
    let place = |name: &str| head.iter().position(|column| column.eq_ignore_ascii_case(name));
    let needed = |name: &str| {
        let there: Vec<&str> = head.iter().collect();
        place(name).ok_or_else(|| format!("it has no column {name:?}; there are: {}", there.join(", ")))
    };
    let who = if needs_who { Some(needed(&columns.who)?) } else { place(&columns.who) };
    let (from, to, reason) = (needed(&columns.from)?, place(&columns.to), place(&columns.reason));
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for record in table.records() {
        let record = record.map_err(|error| error.to_string())?;
        let line = record.position().map(::csv::Position::line).unwrap_or_default();
        if rows.len() >= MOST {
            return Err(format!("line {line}: more than {MOST} rows"));
        }
        let cell =
            |place: Option<usize>| from_cell(place.and_then(|place| record.get(place)).unwrap_or_default());
        match span(cell(Some(from)), cell(to), zone) {
            Ok(span) => rows.push(Row {
                place: format!("line {line}"),
                who: Some(cell(who).to_owned()).filter(|who| !who.is_empty()).into_iter().collect(),
                span,
                reason: cell(reason).to_owned(),
            }),
            Err(why) => bad.push(format!("line {line}: {why}")),
        }
    }
    Ok((rows, bad))
}

enum Moment {
    Day(Date),
    Time(DateTime),
}

fn span(from: &str, to: &str, zone: &TimeZone) -> Result<Span, String> {
    let from = moment(from, zone)?;
    let to = if to.is_empty() { None } else { Some(moment(to, zone)?) };
    Ok(match (from, to) {
        (Moment::Day(day), None) => Span::Days(day, day),
        (Moment::Day(first), Some(Moment::Day(last))) => Span::Days(first, last),
        (Moment::Day(first), Some(Moment::Time(end))) => Span::Times(first.at(0, 0, 0, 0), end),
        (Moment::Time(start), Some(Moment::Time(end))) => Span::Times(start, end),
        // A last day is meant whole.
        (Moment::Time(start), last) => {
            let last = if let Some(Moment::Day(day)) = last { day } else { start.date() };
            Span::Times(start, last.at(23, 59, 59, 0))
        }
    })
}

fn moment(text: &str, zone: &TimeZone) -> Result<Moment, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Moment::Time(at.to_zoned(zone.clone()).datetime()));
    }
    // A date would be read as its midnight.
    if text.len() <= 10 {
        let day = text.parse::<Date>();
        return day.map(Moment::Day).map_err(|_| format!("{text:?} is no day: write it as 2026-12-01"));
    }
    let time = text.parse::<DateTime>();
    time.map(Moment::Time).map_err(|_| format!("{text:?} is no time: write it as 2026-12-01 09:00"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn rows(text: &str) -> Result<(Vec<Row>, Vec<String>), String> {
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        read(text, &FeedColumns::default(), ';', &zone, true)
    }

    #[test]
    fn days_and_times_are_read_and_others_named() {
        let text = "\u{feff}Who;From;To;Reason;more\na@x.org;2026-12-01;2026-12-05;Ski;1\nb@x.org;2026-12-01;;\n\
            c@x.org;2026-12-01T08:00:00Z;2026-12-01 12:30;\"Doctor; again\"\nd@x.org;01/12/2026;;\ne@x.org\n\
            f@x.org;2026-12-01 12:00\n";
        let (rows, bad) = rows(text).unwrap();
        let day = date(2026, 12, 1);
        let spans: Vec<Span> = rows.iter().map(|row| row.span).collect();
        assert_eq!(
            spans,
            [
                Span::Days(day, date(2026, 12, 5)),
                Span::Days(day, day),
                Span::Times(day.at(9, 0, 0, 0), day.at(12, 30, 0, 0)),
                Span::Times(day.at(12, 0, 0, 0), day.at(23, 59, 59, 0)),
            ]
        );
        assert_eq!((rows[2].reason.as_str(), rows[2].place.as_str()), ("Doctor; again", "line 4"));
        assert!(bad[0].starts_with("line 5: ") && bad[1].starts_with("line 6: "), "{bad:?}");
        assert!(super::read("x,y\n", &FeedColumns::default(), ',', &TimeZone::UTC, true).is_err());
    }
}
