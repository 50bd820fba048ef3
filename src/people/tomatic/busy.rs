//! Busy lists: the conf files' lines, and the lists of its route, which know four shifts. Pure.

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{day, day_word};
use crate::{
    model::{Absence, AbsenceKind, Day, PersonId, When, Who, clean},
    people::{
        PeopleError,
        lines::{self, Words, bits, shifts, with_id},
    },
};

/// Its lines, of other work.
pub const BUSY: Words = Words { day, day_word, kind: AbsenceKind::Busy };
/// Its lines, of days off.
pub const VACATION: Words = Words { day, day_word, kind: AbsenceKind::Vacation };
/// Shifts of a day.
const SHIFTS: usize = 4;
/// Days of one absence that are listed one by one at most; longer ones are not shown, and stay.
const LONGEST: i32 = 92;

/// What somebody is busy with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusyLists {
    /// Each week.
    pub weekly: Vec<WeeklyEntry>,
    /// On a day.
    pub oneshot: Vec<OneshotEntry>,
    /// What of the files could not be read; here it is always empty, for nothing is stored that could not.
    #[serde(default)]
    pub errors: Vec<String>,
}

/// An entry of the first list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeeklyEntry {
    /// `dl` … `dg`; empty: every day.
    pub weekday: String,
    /// Four of 0 and 1.
    pub turns: String,
    /// A wish.
    pub optional: bool,
    /// Why.
    pub reason: String,
}

/// An entry of the second list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneshotEntry {
    /// `2026-11-23`
    pub date: String,
    /// Four of 0 and 1.
    pub turns: String,
    /// A wish.
    pub optional: bool,
    /// Why.
    pub reason: String,
}

/// What somebody's own absences are in these lists; one of many days is many entries.
#[must_use]
pub fn lists(absences: &[Absence]) -> BusyLists {
    let mut lists = BusyLists::default();
    for absence in absences {
        let mut of_one = of_one(absence);
        lists.weekly.append(&mut of_one.weekly);
        lists.oneshot.append(&mut of_one.oneshot);
    }
    lists.weekly.sort_by_key(|entry| (day(&entry.weekday), entry.clone()));
    lists.oneshot.sort();
    lists
}

fn of_one(absence: &Absence) -> BusyLists {
    let turns = if absence.shifts.is_empty() { "1".repeat(SHIFTS) } else { bits(&absence.shifts, SHIFTS) };
    let (optional, reason) = (absence.optional, absence.reason.clone());
    let mut lists = BusyLists::default();
    match &absence.when {
        When::Weekly(days) => {
            let words = days.iter().map(|day| day_word(*day));
            let words: Vec<&str> = if days.is_empty() { vec![""] } else { words.collect() };
            let entry = |weekday: &str| WeeklyEntry {
                weekday: weekday.to_owned(),
                turns: turns.clone(),
                optional,
                reason: reason.clone(),
            };
            lists.weekly = words.into_iter().map(entry).collect();
        }
        When::Dates { from, to } if (*to - *from).get_days() < LONGEST => {
            let entry = |date: Date| OneshotEntry {
                date: date.to_string(),
                turns: turns.clone(),
                optional,
                reason: reason.clone(),
            };
            lists.oneshot = from.series(1.day()).take_while(|date| date <= to).map(entry).collect();
        }
        When::Dates { .. } => {}
    }
    lists
}

/// What somebody's own absences become when these lists are put in their place: one whose entries are all still there
/// stays as it is, with its kind; one that the lists cannot show stays too.
///
/// # Errors
/// An entry that cannot be; nothing should be changed then.
pub fn replaced(
    person: &PersonId,
    known: &[Absence],
    lists: &BusyLists,
) -> Result<Vec<Absence>, PeopleError> {
    let mut weekly = lists.weekly.clone();
    let mut oneshot = lists.oneshot.clone();
    for (text, field) in weekly
        .iter_mut()
        .map(|e| (&mut e.reason, "reason"))
        .chain(oneshot.iter_mut().map(|e| (&mut e.reason, "reason")))
    {
        *text = clean(text, 200);
        if text.is_empty() {
            return Err(PeopleError::field(field, "an entry has no reason: say why"));
        }
    }
    let mut all = Vec::new();
    for absence in known {
        let entries = of_one(absence);
        let is_there = entries.weekly.iter().all(|entry| weekly.contains(entry))
            && entries.oneshot.iter().all(|entry| oneshot.contains(entry));
        if is_there {
            weekly.retain(|entry| !entries.weekly.contains(entry));
            oneshot.retain(|entry| !entries.oneshot.contains(entry));
            all.push(absence.clone());
        }
    }
    let new = |when, turns: &str, optional, reason: &str| {
        let marked = shifts(turns)
            .filter(|_| turns.len() == SHIFTS)
            .ok_or_else(|| PeopleError::field("turns", format!("{turns:?} is not four of 0 and 1")))?;
        if marked.is_empty() {
            return Err(PeopleError::field("turns", "no turn is marked: leave the entry out"));
        }
        // All of the day is the day, however many shifts it has.
        let shifts = if marked.len() == SHIFTS { BTreeSet::new() } else { marked };
        let (who, reason) = (Who::Person(person.clone()), reason.to_owned());
        let kind = AbsenceKind::Busy;
        Ok(with_id(Absence { id: Uuid::nil(), who, when, shifts, optional, kind, reason, feed: None }))
    };
    for entry in &weekly {
        let days: BTreeSet<Day> = match (entry.weekday.as_str(), day(&entry.weekday)) {
            ("", _) => BTreeSet::new(),
            (_, Some(day)) => [day].into(),
            (other, None) => {
                return Err(PeopleError::field(
                    "weekday",
                    format!("{other:?} is none of dl dm dx dj dv ds dg"),
                ));
            }
        };
        all.push(new(When::Weekly(days), &entry.turns, entry.optional, &entry.reason)?);
    }
    for entry in &oneshot {
        let date: Date = entry
            .date
            .parse()
            .map_err(|_| PeopleError::field("date", format!("{:?} is no date: 2026-11-23", entry.date)))?;
        all.push(new(When::Dates { from: date, to: date }, &entry.turns, entry.optional, &entry.reason)?);
    }
    Ok(all)
}

/// The two files: lines of what is each week, and of what is on days, of persons alone.
#[must_use]
pub fn files(absences: &[Absence]) -> (String, String) {
    let (mut weekly, mut oneshot) = (String::new(), String::new());
    for absence in absences.iter().filter(|absence| matches!(absence.who, Who::Person(_))) {
        let words = Words { kind: absence.kind, ..BUSY };
        let singles: Vec<When> = match &absence.when {
            When::Weekly(days) if days.is_empty() => vec![absence.when.clone()],
            When::Weekly(days) => days.iter().map(|day| When::Weekly([*day].into())).collect(),
            When::Dates { from, to } => {
                let day = |date| When::Dates { from: date, to: date };
                from.series(1.day()).take_while(|date| date <= to).map(day).collect()
            }
        };
        for when in singles {
            let into = if matches!(when, When::Weekly(_)) { &mut weekly } else { &mut oneshot };
            into.push_str(&lines::write(&Absence { when, ..absence.clone() }, SHIFTS, words));
            into.push('\n');
        }
    }
    (weekly, oneshot)
}

/// Writes `holidays.conf`: the days off of everybody, and how many of the given absences are something else.
#[must_use]
pub fn write_holidays(absences: &[Absence]) -> (String, usize) {
    let (mut text, mut left) = (String::new(), 0);
    for absence in absences {
        let is_whole = absence.who == Who::Everybody && !absence.optional && absence.shifts.is_empty();
        match &absence.when {
            When::Dates { from, to } if is_whole && absence.kind == AbsenceKind::Holiday => {
                for date in from.series(1.day()).take_while(|date| date <= to) {
                    text.push_str(&format!("{date}\t{}\n", absence.reason));
                }
            }
            _ => left += 1,
        }
    }
    (text, left)
}

/// `holidays.conf`: a date, a tab, its name. Read with what cannot be taken named by its line.
#[must_use]
pub fn holidays(text: &str) -> (Vec<(usize, Absence)>, Vec<lines::Fault>) {
    let (mut good, mut bad): (Vec<(usize, Absence)>, Vec<lines::Fault>) = (Vec::new(), Vec::new());
    for (place, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (date, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let Ok(date) = date.parse::<Date>() else {
            let why = format!("{:?} is no date: write 2026-12-25, a tab and a name", clean(date, 40));
            bad.push(lines::Fault { line: place + 1, why });
            continue;
        };
        let name = clean(name, 200);
        let absence = with_id(Absence {
            id: Uuid::nil(),
            who: Who::Everybody,
            when: When::Dates { from: date, to: date },
            shifts: BTreeSet::new(),
            optional: false,
            kind: AbsenceKind::Holiday,
            reason: if name.is_empty() { "holiday".to_owned() } else { name },
            feed: None,
        });
        if good.iter().all(|(_, known)| *known != absence) {
            good.push((place + 1, absence));
        }
    }
    (good, bad)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn weekly(weekday: &str, turns: &str, optional: bool, reason: &str) -> WeeklyEntry {
        WeeklyEntry { weekday: weekday.into(), turns: turns.into(), optional, reason: reason.into() }
    }

    fn oneshot(date: &str, turns: &str, reason: &str) -> OneshotEntry {
        OneshotEntry { date: date.into(), turns: turns.into(), optional: false, reason: reason.into() }
    }

    #[test]
    fn lists_put_and_shown_are_the_same_and_what_was_there_stays() {
        let anna = PersonId::parse("anna").unwrap();
        let put = BusyLists {
            weekly: vec![weekly("", "1111", true, "rather not"), weekly("dm", "0110", false, "Reunió")],
            oneshot: vec![oneshot("2026-11-24", "1000", "מטפל"), oneshot("2026-11-25", "1111", "🎧")],
            errors: Vec::new(),
        };
        let stored = replaced(&anna, &[], &put).unwrap();
        assert_eq!(lists(&stored), put);
        assert_eq!(replaced(&anna, &stored, &put).unwrap(), stored, "nothing changes");
        let when = When::Dates { from: date(2026, 12, 1), to: date(2026, 12, 2) };
        let vacation =
            Absence { id: Uuid::from_u128(7), when, kind: AbsenceKind::Vacation, ..stored[3].clone() };
        let when = When::Dates { from: date(2026, 1, 1), to: date(2027, 1, 1) };
        let leave = Absence { id: Uuid::from_u128(8), when, kind: AbsenceKind::Leave, ..stored[3].clone() };
        let known = [vacation.clone(), leave.clone()];
        let shown = lists(&known);
        assert_eq!(shown.oneshot.len(), 2, "each day; and not the long one");
        assert_eq!(replaced(&anna, &known, &shown).unwrap(), known);
        let less = BusyLists { oneshot: shown.oneshot[..1].to_vec(), ..BusyLists::default() };
        let left = replaced(&anna, &known, &less).unwrap();
        assert_eq!((left.len(), &left[0], left[1].kind), (2, &leave, AbsenceKind::Busy));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let anna = PersonId::parse("anna").unwrap();
        for bad in [
            weekly("mon", "1111", true, "x"),
            weekly("dl", "111", true, "x"),
            weekly("dl", "0000", true, "x"),
            weekly("dl", "1111", true, " "),
        ] {
            let lists = BusyLists { weekly: vec![bad.clone()], ..BusyLists::default() };
            assert!(replaced(&anna, &[], &lists).is_err(), "{bad:?}");
        }
        let lists = BusyLists { oneshot: vec![oneshot("2026-13-01", "1111", "x")], ..BusyLists::default() };
        assert!(replaced(&anna, &[], &lists).is_err());
    }

    #[test]
    fn files_come_back() {
        let text = "+anna dl 0110 # Reunió\nanna # whenever\n";
        let (good, bad) = lines::read(text, BUSY);
        let absences: Vec<Absence> = good.into_iter().map(|(_, absence)| absence).collect();
        assert_eq!((files(&absences), bad), ((text.to_owned(), String::new()), Vec::new()));
        let (good, bad) = holidays("2026-12-25\tNadal\n\n2026-12-26\n# x\nsoon\tx\n2026-12-25\tNadal\n");
        assert_eq!((good.len(), bad.len(), bad[0].line), (2, 1, 5));
        assert_eq!((good[0].1.reason.as_str(), good[1].1.reason.as_str()), ("Nadal", "holiday"));
    }
}
