//! A week as a page to print.

use minijinja::{Environment, value::Serde};
use serde::Serialize;

use super::Printed;
use crate::model::{Penalty, Slot};

const PAGE: &str = include_str!("page.html");

#[derive(Serialize)]
struct Page<'a> {
    title: String,
    days: Vec<String>,
    shifts: Vec<Shift>,
    cost: String,
    penalties: &'a [Penalty],
}

#[derive(Serialize)]
struct Shift {
    hours: String,
    lines: Vec<Vec<Shown>>,
}

#[derive(Serialize)]
struct Shown {
    text: String,
    back: String,
    text_color: String,
    extension: Option<String>,
}

/// The week as a page of its own, which names nothing outside itself.
#[must_use]
pub fn html(printed: &Printed<'_>) -> String {
    let plan = &printed.kept.plan;
    let table = &plan.table;
    let hour = |index: usize| table.hours.get(index).map(|time| time.strftime("%H:%M").to_string());
    let shift = |shift: usize| {
        let cell = |line: usize| {
            let shown = |day| {
                let cell = table.at(Slot { day, shift }).and_then(|cells| cells.get(line)).cloned();
                let cell = cell.unwrap_or_default();
                let (back, text) = printed.colors(&cell);
                let person = cell.person().and_then(|id| printed.persons.get(id));
                Shown {
                    text: printed.text(&cell),
                    back: back.to_string(),
                    text_color: text.to_string(),
                    extension: person.and_then(|person| person.extension.clone()),
                }
            };
            table.days.iter().map(|&day| shown(day)).collect::<Vec<_>>()
        };
        Shift {
            hours: format!("{}–{}", hour(shift).unwrap_or_default(), hour(shift + 1).unwrap_or_default()),
            lines: (0..table.lines).map(cell).collect(),
        }
    };
    let shifts: Vec<Shift> = (0..table.shifts()).map(shift).collect();
    let days: Vec<String> = table.days.iter().map(|&day| printed.head(day)).collect();
    let cost = plan.cost.map(|cost| format!("{cost} points")).unwrap_or_default();
    let mut pages = Environment::new();
    // The name's ending makes it escape what it is given.
    let known = pages.add_template("page.html", PAGE).and_then(|()| pages.get_template("page.html"));
    let page = Page { title: printed.title(), days, shifts, cost, penalties: &plan.penalties };
    known.and_then(|form| form.render(Serde(&page))).unwrap_or_else(|error| {
        tracing::error!(%error, "the page of a timetable has a fault");
        String::new()
    })
}
