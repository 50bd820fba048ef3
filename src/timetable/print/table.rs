//! A week as CSV: a line for each cell.

use super::Printed;
use crate::model::{Sheet, Slot};

const HEAD: [&str; 9] = ["date", "day", "shift", "from", "to", "line", "person", "name", "extension"];

/// The week as CSV (RFC 4180) with a line of column names.
#[must_use]
pub fn csv(printed: &Printed<'_>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory does not fail.
    let _ = writer.write_record(HEAD);
    let table = &printed.kept.plan.table;
    for slot in table.slots() {
        let Slot { day, shift } = slot;
        let Some((date, from, to)) = table.times(slot) else { continue };
        let date = if printed.sheet == Sheet::Forced { String::new() } else { date.to_string() };
        let hour = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
        for (line, cell) in table.at(slot).unwrap_or_default().iter().enumerate() {
            let person = cell.person().and_then(|id| printed.persons.get(id));
            let row = [
                date.clone(),
                day.to_string(),
                shift.to_string(),
                hour(from),
                hour(to),
                (line + 1).to_string(),
                cell.to_string(),
                person.map(|person| person.name.clone()).unwrap_or_default(),
                person.and_then(|person| person.extension.clone()).unwrap_or_default(),
            ];
            let _ = writer.write_record(row.iter().map(|text| harmless(text)));
        }
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// A spreadsheet takes what begins with one of these for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
