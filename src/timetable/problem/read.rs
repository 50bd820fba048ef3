//! `tomatic-neutral/1`: a week to be planned as JSON, read with errors that say where, and written again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{MOST_SHIFTS, Member, Place, Problem};
use crate::config::{TimetableRules, TimetableWeights};

/// What stands in `format`.
pub const FORMAT: &str = "tomatic-neutral/1";

/// Most cells of a week, and most shifts of a load.
const MOST_CELLS: usize = 1_000_000;
/// Most persons × days × shifts.
const MOST_PLACES: usize = 1_000_000;

/// A week that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{at}: {what}")]
pub struct ReadError {
    /// Where, as `persons[3].busy[2]`.
    pub at: String,
    /// What is wrong, and how it should be.
    pub what: String,
}

/// `["mon", 0]`, of busy cells also `["mon", 0, "meeting"]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Cell {
    Plain(String, usize),
    Because(String, usize, String),
}

/// The file as it stands; keys that are not known here are notes for people.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Neutral {
    format: String,
    #[serde(default)]
    name: String,
    days: Vec<String>,
    hours_per_day: usize,
    #[serde(default)]
    hour_bounds: Vec<String>,
    lines: usize,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    lines_by_shift: BTreeMap<String, Vec<usize>>,
    max_per_person_per_day: usize,
    #[serde(default)]
    nobodies: Vec<String>,
    persons: Vec<Person>,
    #[serde(default)]
    cost_model: CostModel,
    #[serde(default)]
    rules: TimetableRules,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct CostModel {
    #[serde(default)]
    weights: TimetableWeights,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Person {
    id: String,
    weekly_load: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_per_day: Option<usize>,
    /// -1, as none: no table.
    #[serde(default)]
    table: Option<i64>,
    #[serde(default)]
    groups: BTreeSet<String>,
    #[serde(default)]
    busy: Vec<Cell>,
    #[serde(default)]
    undesired: Vec<Cell>,
    #[serde(default)]
    forced: Vec<Cell>,
}

impl Problem {
    /// Reads a week.
    ///
    /// # Errors
    /// The first thing that cannot be: where it stands, and how it should be.
    pub fn read(json: &str) -> Result<Self, ReadError> {
        let mut reader = serde_json::Deserializer::from_str(json);
        let neutral: Neutral = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let at = error.path().to_string();
            ReadError { at, what: error.into_inner().to_string() }
        })?;
        let whole = reader.end();
        whole.map_err(|error| ReadError { at: "after the end".to_owned(), what: error.to_string() })?;
        neutral.try_into()
    }
}

fn wrong<T>(at: impl Into<String>, what: impl Into<String>) -> Result<T, ReadError> {
    Err(ReadError { at: at.into(), what: what.into() })
}

impl TryFrom<Neutral> for Problem {
    type Error = ReadError;

    fn try_from(file: Neutral) -> Result<Self, ReadError> {
        if file.format != FORMAT {
            return wrong("format", format!("is {:?}: only {FORMAT:?} is known here", file.format));
        }
        sizes(&file)?;
        points(&file.cost_model.weights)?;
        let mut problem = Self {
            name: file.name,
            shifts: file.hours_per_day,
            hours: file.hour_bounds,
            lines: file.lines,
            lines_by_shift: BTreeMap::new(),
            max_per_day: file.max_per_person_per_day,
            nobodies: file.nobodies,
            members: Vec::with_capacity(file.persons.len()),
            weights: file.cost_model.weights,
            rules: file.rules,
            days: file.days,
        };
        for (name, lines) in file.lines_by_shift {
            let at = format!("lines_by_shift.{name}");
            let Some(day) = problem.days.iter().position(|day| *day == name) else {
                return wrong(at, "is none of the days");
            };
            if lines.len() != problem.shifts || lines.iter().any(|lines| *lines > 1000) {
                return wrong(at, format!("{} numbers of lines, each at most 1000", problem.shifts));
            }
            problem.lines_by_shift.insert(day, lines);
        }
        lunch(&problem)?;
        let cells: usize = problem.places().map(|place| problem.lines_at(place)).sum();
        if cells > MOST_CELLS {
            return wrong("lines", format!("{cells} cells in all are too many: at most {MOST_CELLS}"));
        }
        let mut ids = BTreeSet::new();
        for (n, person) in file.persons.into_iter().enumerate() {
            let at = format!("persons[{n}]");
            word(&person.id, || format!("{at}.id"))?;
            if problem.nobodies.contains(&person.id) {
                return wrong(format!("{at}.id"), format!("{:?} can be nobody's id", person.id));
            }
            if !ids.insert(person.id.clone()) {
                return wrong(format!("{at}.id"), format!("{:?} is there twice", person.id));
            }
            let member = person.member(&problem, &at)?;
            problem.members.push(member);
        }
        Ok(problem)
    }
}

/// As much as can be planned at once.
fn sizes(file: &Neutral) -> Result<(), ReadError> {
    let days: BTreeSet<_> = file.days.iter().collect();
    if !(1..=31).contains(&file.days.len()) || days.len() != file.days.len() {
        return wrong("days", "1 to 31 days, each of them once");
    }
    for (n, day) in file.days.iter().enumerate() {
        word(day, || format!("days[{n}]"))?;
    }
    if !(1..=MOST_SHIFTS).contains(&file.hours_per_day) {
        return wrong("hours_per_day", format!("1 to {MOST_SHIFTS} shifts in a day"));
    }
    if !file.hour_bounds.is_empty() && file.hour_bounds.len() != file.hours_per_day + 1 {
        return wrong("hour_bounds", format!("{} are needed: one more than shifts", file.hours_per_day + 1));
    }
    for (n, hour) in file.hour_bounds.iter().enumerate() {
        word(hour, || format!("hour_bounds[{n}]"))?;
    }
    if file.lines > 1000 {
        return wrong("lines", "at most 1000 lines");
    }
    let places = file.persons.len() * file.days.len() * file.hours_per_day;
    if file.persons.len() > 5000 || places > MOST_PLACES {
        let what = format!("at most 5000 persons, and persons × days × shifts at most {MOST_PLACES}");
        return wrong("persons", what);
    }
    Ok(())
}

/// Points that can be added up without losing one.
fn points(weights: &TimetableWeights) -> Result<(), ReadError> {
    match weights.too_large() {
        Some(name) => {
            wrong(format!("cost_model.weights.{name}"), format!("at most {} points", TimetableWeights::MOST))
        }
        None => Ok(()),
    }
}

/// Shifts that are there, each once; of one alone, none would be free.
fn lunch(problem: &Problem) -> Result<(), ReadError> {
    let Some(shifts) = &problem.rules.lunch else { return Ok(()) };
    if let Some(shift) = shifts.iter().find(|shift| **shift >= problem.shifts) {
        return wrong("rules.lunch", format!("there is no shift {shift}: the first is 0"));
    }
    let each: BTreeSet<_> = shifts.iter().collect();
    if shifts.len() == 1 || each.len() != shifts.len() {
        return wrong("rules.lunch", "two shifts or more, each of them once, as [1, 2]");
    }
    Ok(())
}

/// A name that can stand in a line.
fn word(text: &str, at: impl Fn() -> String) -> Result<(), ReadError> {
    if text.is_empty() || text.len() > 200 || text.chars().any(char::is_control) {
        return wrong(
            at(),
            format!("{:?} is no name: 1 to 200 bytes in one line", text.get(..40).unwrap_or(text)),
        );
    }
    Ok(())
}

impl Person {
    fn member(self, problem: &Problem, at: &str) -> Result<Member, ReadError> {
        if self.weekly_load > MOST_CELLS {
            return wrong(format!("{at}.weekly_load"), format!("at most {MOST_CELLS} shifts"));
        }
        for group in &self.groups {
            word(group, || format!("{at}.groups"))?;
        }
        let cells = |name: &str, cells: Vec<Cell>| {
            let read = |(n, cell)| place(problem, cell, || format!("{at}.{name}[{n}]"));
            cells.into_iter().enumerate().map(read).collect::<Result<BTreeMap<_, _>, _>>()
        };
        Ok(Member {
            load: self.weekly_load,
            max_per_day: self.max_per_day,
            table: self.table.filter(|table| *table >= 0),
            groups: self.groups,
            busy: cells("busy", self.busy)?,
            undesired: cells("undesired", self.undesired)?.into_keys().collect(),
            forced: cells("forced", self.forced)?.into_keys().collect(),
            id: self.id,
        })
    }
}

fn place(problem: &Problem, cell: Cell, at: impl Fn() -> String) -> Result<(Place, String), ReadError> {
    let (day, shift, why) = match cell {
        Cell::Plain(day, shift) => (day, shift, String::new()),
        Cell::Because(day, shift, why) => (day, shift, why.replace(char::is_control, " ")),
    };
    let Some(number) = problem.days.iter().position(|name| *name == day) else {
        return wrong(at(), format!("{day:?} is none of the days"));
    };
    if shift >= problem.shifts {
        return wrong(at(), format!("there is no shift {shift}: the last one is {}", problem.shifts - 1));
    }
    Ok((Place { day: number, shift }, why))
}

impl From<Problem> for Neutral {
    fn from(problem: Problem) -> Self {
        let cell = |place: &Place, why: &str| {
            let (day, shift) = (problem.days[place.day].clone(), place.shift);
            if why.is_empty() { Cell::Plain(day, shift) } else { Cell::Because(day, shift, why.to_owned()) }
        };
        let person = |member: &Member| Person {
            id: member.id.clone(),
            weekly_load: member.load,
            max_per_day: member.max_per_day,
            table: member.table,
            groups: member.groups.clone(),
            busy: member.busy.iter().map(|(place, why)| cell(place, why)).collect(),
            undesired: member.undesired.iter().map(|place| cell(place, "")).collect(),
            forced: member.forced.iter().map(|place| cell(place, "")).collect(),
        };
        let lines_of = |(day, lines): (&usize, &Vec<usize>)| (problem.days[*day].clone(), lines.clone());
        Self {
            format: FORMAT.to_owned(),
            persons: problem.members.iter().map(person).collect(),
            lines_by_shift: problem.lines_by_shift.iter().map(lines_of).collect(),
            name: problem.name,
            days: problem.days.clone(),
            hours_per_day: problem.shifts,
            hour_bounds: problem.hours,
            lines: problem.lines,
            max_per_person_per_day: problem.max_per_day,
            nobodies: problem.nobodies,
            cost_model: CostModel { weights: problem.weights },
            rules: problem.rules,
        }
    }
}
