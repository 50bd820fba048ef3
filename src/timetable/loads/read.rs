//! The same file that a week is planned from, read for its loads: days off, ideal loads, leave and credit.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Candidate, Demand, Mask};
use crate::timetable::problem::{Place, Problem, ReadError};

/// What the loads of a week are computed from.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// What the week needs.
    pub demand: Demand,
    /// Who may take part.
    pub candidates: Vec<Candidate>,
}

#[derive(Deserialize)]
struct File {
    persons: Vec<Person>,
}

#[derive(Deserialize)]
struct Person {
    #[serde(default)]
    ideal_load: f64,
    #[serde(default)]
    days_off: BTreeSet<String>,
    #[serde(default)]
    on_leave: bool,
    #[serde(default)]
    credit: f64,
}

/// Reads a week (`tomatic-neutral/1`); its persons have `ideal_load`, `days_off` (days), `on_leave` and `credit`
/// besides.
///
/// # Errors
/// As [`Problem::read`].
pub fn read(json: &str) -> Result<Wanted, ReadError> {
    let problem = Problem::read(json)?;
    let mut reader = serde_json::Deserializer::from_str(json);
    let file: File = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let at = error.path().to_string();
        ReadError { at, what: error.into_inner().to_string() }
    })?;
    let is_open =
        |day: &usize| (0..problem.shifts).any(|shift| problem.lines_at(Place { day: *day, shift }) > 0);
    let open: Vec<_> = (0..problem.days.len()).filter(is_open).collect();
    let demand = Demand {
        full_days: problem.days.len(),
        days: open.len(),
        shifts: problem.shifts,
        lines: problem.lines,
        max_per_day: problem.max_per_day,
        lunch: problem.lunch(),
        ..Demand::default()
    };
    let candidate = |(member, person): (&crate::timetable::Member, Person)| {
        let busy = |day: &usize| {
            let of_day = (0..problem.shifts)
                .filter(|shift| member.busy.contains_key(&Place { day: *day, shift: *shift }));
            of_day.fold(0, |mask: Mask, shift| mask | (1 << shift))
        };
        Candidate {
            id: member.id.clone(),
            ideal: person.ideal_load,
            days_off: open.iter().filter(|day| person.days_off.contains(&problem.days[**day])).count(),
            on_leave: person.on_leave,
            busy: open.iter().map(busy).collect(),
            max_per_day: member.max_per_day,
            credit: person.credit,
            least: 0,
        }
    };
    let candidates = problem.members.iter().zip(file.persons).map(candidate).collect();
    Ok(Wanted { demand, candidates })
}
