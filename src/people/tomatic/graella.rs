//! Timetables `graella-<monday>.yaml` and the forced turns: read with what cannot be taken named, and written. Pure.

use std::collections::BTreeMap;

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{day, day_word, yaml};
use crate::model::{Cell, Day, Person, PersonId, Slot, Timetable, Week};

/// Lines, shifts of a table at most.
const MOST_LINES: usize = 100;
const MOST_SHIFTS: usize = 96;

/// A table, and what its file knows besides.
#[derive(Clone, Debug, PartialEq)]
pub struct Graella {
    /// Who answers when.
    pub table: Timetable,
    /// Shifts above each one's share of the work.
    pub overload: BTreeMap<PersonId, f64>,
    /// Points, and what they are for.
    pub penalties: Vec<(f64, String)>,
    /// What it cost when it was planned.
    pub cost: Option<f64>,
    /// Its changes, oldest first, each as `<time>: <who> ha canviat …`.
    pub log: Vec<String>,
}

/// The file as it is read.
#[derive(Debug, Deserialize)]
struct Read {
    week: Option<String>,
    days: Option<Vec<String>>,
    #[serde(default)]
    hours: Option<Vec<String>>,
    #[serde(default)]
    turns: Option<Vec<String>>,
    #[serde(default)]
    timetable: BTreeMap<String, Value>,
    #[serde(default)]
    overload: Option<BTreeMap<String, Option<f64>>>,
    #[serde(default)]
    penalties: Option<Vec<(f64, String)>>,
    #[serde(default)]
    cost: Option<f64>,
    #[serde(default)]
    log: Option<Vec<String>>,
}

/// The file as it is written, and what its routes answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GraellaFile {
    week: Option<String>,
    days: Vec<&'static str>,
    hours: Vec<String>,
    turns: Vec<String>,
    timetable: BTreeMap<&'static str, Vec<Vec<Option<String>>>>,
    colors: BTreeMap<String, String>,
    extensions: BTreeMap<String, String>,
    names: BTreeMap<String, String>,
    overload: BTreeMap<String, f64>,
    penalties: Vec<(f64, String)>,
    cost: Option<f64>,
    log: Vec<String>,
}

/// Reads a table; `week` is what the file's name says, for a file that does not say itself (the forced turns have none
/// that counts). Also the older shape is read, in which a day is a map of hours counted from 1.
///
/// # Errors
/// It is no such file; with the line.
pub fn read(text: &str, name: &str, week: Option<Week>) -> Result<(Graella, Vec<String>), String> {
    let file: Read = yaml::read(text)?;
    let said = file.week.as_deref().map(|text| {
        // Written as a date, it may have a time behind it.
        let date = text.get(..10).unwrap_or(text).parse::<Date>();
        date.map_err(|_| format!("week: {text:?} is no date")).and_then(Week::beginning)
    });
    let week = match (said, week) {
        (Some(Ok(said)), Some(week)) if said != week => {
            return Err(format!("it says the week {said}, and its name {week}"));
        }
        (_, Some(week)) | (Some(Ok(week)), None) => week,
        (Some(Err(why)), None) => return Err(why),
        (None, None) => return Err("it names no week".to_owned()),
    };
    of_week(file, name, week)
}

/// Reads the forced turns, which have no week that counts.
///
/// # Errors
/// It is no such file; with the line.
pub fn read_forced(text: &str, name: &str, week: Week) -> Result<(Graella, Vec<String>), String> {
    of_week(yaml::read(text)?, name, week)
}

fn of_week(file: Read, name: &str, week: Week) -> Result<(Graella, Vec<String>), String> {
    let mut faults = Vec::new();
    let hours = hours(file.hours.as_deref().unwrap_or_default())?;
    let days = days(&file)?;
    let shifts = hours.len() - 1;
    let rows = rows(&file.timetable, shifts, &mut faults);
    let widest = rows.values().flatten().map(Vec::len).max().unwrap_or_default();
    let lines = file.turns.as_ref().map_or(0, Vec::len).max(widest);
    if !(1..=MOST_LINES).contains(&lines) {
        return Err(format!("it has {lines} lines, and 1 to {MOST_LINES} can be"));
    }
    let mut table = Timetable::empty(name, week, &days, &hours, lines);
    for (of, rows) in rows {
        for (shift, row) in rows.into_iter().enumerate() {
            for (line, value) in row.into_iter().enumerate() {
                let Some(cell) = table.cell_mut(Slot { day: of, shift }, line) else { continue };
                match read_cell(&value) {
                    Ok(read) => *cell = read,
                    Err(why) => {
                        faults.push(format!("{} shift {} L{}: {why}", day_word(of), shift + 1, line + 1));
                    }
                }
            }
        }
    }
    let mut overload = BTreeMap::new();
    for (id, value) in file.overload.unwrap_or_default() {
        match PersonId::parse(&id) {
            Ok(id) => overload.extend(value.filter(|value| value.is_finite()).map(|value| (id, value))),
            Err(_) if id == "ningu" || id == "festiu" => {}
            Err(why) => faults.push(format!("overload: {why}")),
        }
    }
    let (penalties, cost) = (file.penalties.unwrap_or_default(), file.cost);
    Ok((Graella { table, overload, penalties, cost, log: file.log.unwrap_or_default() }, faults))
}

fn hours(texts: &[String]) -> Result<Vec<Time>, String> {
    let hour = |text: &String| {
        // Hours before ten may be written without the nought.
        let padded = if text.len() == 4 { format!("0{text}") } else { text.clone() };
        padded.parse::<Time>().map_err(|_| format!("hours: {text:?} is no time"))
    };
    let hours = texts.iter().map(hour).collect::<Result<Vec<_>, _>>()?;
    let fits = (2..=MOST_SHIFTS + 1).contains(&hours.len()) && hours.windows(2).all(|pair| pair[0] < pair[1]);
    if fits { Ok(hours) } else { Err("hours: two or more, each later than the one before".to_owned()) }
}

fn days(file: &Read) -> Result<Vec<Day>, String> {
    let words: Vec<&String> = match &file.days {
        Some(days) => days.iter().collect(),
        None => file.timetable.keys().collect(),
    };
    let mut days = Vec::new();
    for word in words {
        let read = day(word).ok_or_else(|| format!("days: {word:?} is none of dl dm dx dj dv ds dg"))?;
        if !days.contains(&read) {
            days.push(read);
        }
    }
    days.sort_unstable();
    if days.is_empty() { Err("it has no days".to_owned()) } else { Ok(days) }
}

type Rows = BTreeMap<Day, Vec<Vec<Value>>>;

fn rows(given: &BTreeMap<String, Value>, shifts: usize, faults: &mut Vec<String>) -> Rows {
    let mut rows = Rows::new();
    for (word, value) in given {
        let Some(day) = day(word) else {
            faults.push(format!("timetable: {word:?} is none of dl dm dx dj dv ds dg"));
            continue;
        };
        let hours = sequence(value);
        if hours.len() > shifts {
            faults.push(format!("{word}: it has {} hours, and the table {shifts}", hours.len()));
        }
        let lines = |hour: &Value| {
            let mut lines = sequence(hour);
            lines.truncate(MOST_LINES + 1);
            lines
        };
        rows.insert(day, hours.iter().take(shifts).map(lines).collect());
    }
    rows
}

/// A list; or, in older files, a map counted from 1.
fn sequence(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values.clone(),
        Value::Object(map) => {
            let mut places: Vec<(usize, &Value)> =
                map.iter().filter_map(|(key, value)| Some((key.parse::<usize>().ok()?, value))).collect();
            places.retain(|(place, _)| (1..=MOST_SHIFTS.max(MOST_LINES)).contains(place));
            let length = places.iter().map(|(place, _)| *place).max().unwrap_or_default();
            let mut values = vec![Value::Null; length];
            for (place, value) in places {
                values[place - 1] = value.clone();
            }
            values
        }
        _ => Vec::new(),
    }
}

fn read_cell(value: &Value) -> Result<Cell, String> {
    match value {
        Value::Null => Ok(Cell::Open),
        Value::String(text) => cell(text),
        // A name that looks like a number or a truth is no name.
        other => Err(format!("{other} is nobody")),
    }
}

/// A cell by its word: `ningu`, `festiu`, `?`, or somebody.
///
/// # Errors
/// No word and no id.
pub fn cell(text: &str) -> Result<Cell, String> {
    match text.trim() {
        "" | "?" => Ok(Cell::Open),
        "ningu" => Ok(Cell::Nobody),
        "festiu" => Ok(Cell::Holiday),
        person => PersonId::parse(person).map(Cell::Person),
    }
}

/// Its word for a cell; none: nobody is decided.
#[must_use]
pub fn cell_word(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Open => None,
        Cell::Nobody => Some("ningu".to_owned()),
        Cell::Holiday => Some("festiu".to_owned()),
        Cell::Person(id) => Some(id.to_string()),
    }
}

/// A line of the log: when, who, what. Lines of another form have no time, and are all `what`.
#[must_use]
pub fn log_line(line: &str) -> (Option<Timestamp>, String, String) {
    let parts = line.split_once(": ").and_then(|(at, rest)| {
        let at = at.trim().replace(' ', "T");
        let utc = if at.ends_with('Z') || at.get(19..).is_some_and(|end| end.contains('+')) {
            at
        } else {
            format!("{at}Z")
        };
        let at: Timestamp = utc.parse().ok()?;
        let (who, what) = rest.split_once(' ')?;
        Some((Some(at), who.to_owned(), what.to_owned()))
    });
    parts.unwrap_or_else(|| (None, String::new(), line.to_owned()))
}

/// The line of the log that [`log_line`] reads.
#[must_use]
pub fn write_log_line(at: Timestamp, who: &str, what: &str) -> String {
    let at = at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S%.f");
    if who.is_empty() { format!("{at}: {what}") } else { format!("{at}: {who} {what}") }
}

impl GraellaFile {
    /// The file of a table; colours, extensions and names are those of the persons now. Without `dated`, it is of no week
    /// (the forced turns).
    pub fn of<'a>(graella: &Graella, people: impl Iterator<Item = &'a Person>, dated: bool) -> Self {
        let table = &graella.table;
        let (mut colors, mut extensions, mut names) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for person in people {
            let id = || person.id.to_string();
            let color = person.color.as_ref().map(|color| color.trim_start_matches('#').to_owned());
            colors.extend(color.map(|color| (id(), color)));
            extensions.extend(person.extension.clone().map(|extension| (id(), extension)));
            names.insert(id(), person.name.clone());
        }
        let rows = |day: &Vec<Vec<Cell>>| day.iter().map(|row| row.iter().map(cell_word).collect()).collect();
        Self {
            week: dated.then(|| table.week.to_string()),
            days: table.days.iter().map(|day| day_word(*day)).collect(),
            hours: table.hours.iter().map(|hour| hour.strftime("%H:%M").to_string()).collect(),
            turns: (1..=table.lines).map(|line| format!("L{line}")).collect(),
            timetable: table
                .days
                .iter()
                .map(|day| day_word(*day))
                .zip(table.cells.iter().map(rows))
                .collect(),
            colors,
            extensions,
            names,
            overload: graella.overload.iter().map(|(id, value)| (id.to_string(), *value)).collect(),
            penalties: graella.penalties.clone(),
            cost: graella.cost,
            log: graella.log.clone(),
        }
    }

    /// As text.
    #[must_use]
    pub fn write(&self) -> String {
        yaml::write(self)
    }
}

/// A frozen `shiftcredit-<monday>.yaml`: person → shifts. Read with what cannot be taken named.
///
/// # Errors
/// It is no such file; with the line.
pub fn credit(text: &str) -> Result<(BTreeMap<PersonId, f64>, Vec<String>), String> {
    let (mut credit, mut faults) = (BTreeMap::new(), Vec::new());
    for (id, value) in yaml::read::<Option<BTreeMap<String, f64>>>(text)?.unwrap_or_default() {
        match PersonId::parse(&id) {
            Ok(id) if value.is_finite() => _ = credit.insert(id, value),
            Ok(id) => faults.push(format!("{id}: {value} is no credit")),
            Err(why) => faults.push(why),
        }
    }
    Ok((credit, faults))
}

#[cfg(test)]
#[path = "graella_tests.rs"]
mod tests;
