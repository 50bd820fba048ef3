//! Busy lines: absences as a text of one line each, read with what is wrong named by its line, and written. Pure.
//!
//! `[+]who [when] [shifts] [kind] # reason`: with `+` it must be, without it is a wish. `who` is a person's id, `@group`
//! (spaces as `%20`) or `*` for everybody; `when` are days (`mon` or `mon,tue`) or dates (`2026-11-23` or
//! `2026-11-23..2026-11-27`), without it every day; `shifts` are a 0 or 1 for each shift of the day, without them the
//! whole day; `kind` is `busy`, `vacation`, `leave` or `holiday`.

use std::collections::BTreeSet;

use jiff::civil::Date;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use uuid::Uuid;

use super::absences::days;
use crate::model::{Absence, AbsenceKind, Day, PersonId, When, Who, clean};

/// What of a group's name would be read as something else.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'#').add(b'%');
/// Ids of what is read from lines: the same line is the same absence.
const NAMESPACE: Uuid = Uuid::from_u128(0x5f0c_8a34_7b1e_4c9a_9d53_2e61_b7a4_0f18);
/// Longest line, in bytes.
const LONGEST: usize = 4096;
/// Shifts of a day at most.
const MOST_SHIFTS: usize = 96;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which, the first is 1.
    pub line: usize,
    /// What is wrong, and how to mend it.
    pub why: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

/// How lines are read and written.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// A day of the week by its word.
    pub day: fn(&str) -> Option<Day>,
    /// The word of a day.
    pub day_word: fn(Day) -> &'static str,
    /// The kind of a line that names none.
    pub kind: AbsenceKind,
}

impl Words {
    /// `mon` to `sun`, other work.
    pub const OURS: Self = Self { day: Day::parse, day_word: Day::as_str, kind: AbsenceKind::Busy };
}

/// Reads lines: what is good, with the line that it stands in, and what is wrong with the others. Empty lines and
/// comments are neither. The same absence twice is one.
#[must_use]
pub fn read(text: &str, words: Words) -> (Vec<(usize, Absence)>, Vec<Fault>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let mut ids = BTreeSet::new();
    for (place, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match read_line(line, words) {
            Ok(Some(absence)) if ids.insert(absence.id) => good.push((place + 1, absence)),
            Ok(_) => {}
            Err(why) => bad.push(Fault { line: place + 1, why }),
        }
    }
    (good, bad)
}

/// Writes an absence as a line, without the line's end, with this many shifts if it names some.
#[must_use]
pub fn write(absence: &Absence, shifts: usize, words: Words) -> String {
    let mut line = if absence.optional { String::new() } else { "+".to_owned() };
    match &absence.who {
        Who::Person(id) => line.push_str(id.as_str()),
        Who::Group(name) => line.push_str(&format!("@{}", utf8_percent_encode(name, ESCAPED))),
        Who::Everybody => line.push('*'),
    }
    match &absence.when {
        When::Weekly(days) if days.is_empty() => {}
        When::Weekly(days) => {
            let days: Vec<&str> = days.iter().map(|day| (words.day_word)(*day)).collect();
            line.push_str(&format!(" {}", days.join(",")));
        }
        When::Dates { from, to } if from == to => line.push_str(&format!(" {from}")),
        When::Dates { from, to } => line.push_str(&format!(" {from}..{to}")),
    }
    if !absence.shifts.is_empty() {
        line.push_str(&format!(" {}", bits(&absence.shifts, shifts)));
    }
    if absence.kind != words.kind {
        line.push_str(&format!(" {}", kind_word(absence.kind)));
    }
    format!("{line} # {}", absence.reason)
}

/// A 0 or 1 for each shift; at least so many.
pub(super) fn bits(shifts: &BTreeSet<u32>, least: usize) -> String {
    let last = shifts.last().map_or(0, |last| usize::try_from(*last).unwrap_or(MOST_SHIFTS) + 1);
    let is_in = |shift: usize| u32::try_from(shift).is_ok_and(|shift| shifts.contains(&shift));
    (0..least.max(last).min(MOST_SHIFTS)).map(|shift| if is_in(shift) { '1' } else { '0' }).collect()
}

/// The shifts of a text of 0 and 1; none if it is none.
pub(super) fn shifts(text: &str) -> Option<BTreeSet<u32>> {
    let fits = (1..=MOST_SHIFTS).contains(&text.len()) && text.bytes().all(|b| b == b'0' || b == b'1');
    let marked = || (0..).zip(text.bytes()).filter(|(_, b)| *b == b'1').map(|(shift, _)| shift).collect();
    fits.then(marked)
}

fn read_line(line: &str, words: Words) -> Result<Option<Absence>, String> {
    let (left, reason) = line.split_once('#').map_or((line, None), |(left, reason)| (left, Some(reason)));
    let mut tokens = left.split_whitespace();
    let Some(first) = tokens.next() else { return Ok(None) };
    if line.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let (optional, who) = first.strip_prefix('+').map_or((true, first), |who| (false, who));
    let who = read_who(who)?;
    let (mut when, mut marked, mut kind) = (None, None, None);
    for token in tokens {
        let again = if let Some(read) = read_when(token, words)? {
            when.replace(read).is_some()
        } else if let Some(read) = shifts(token) {
            marked.replace(read).is_some()
        } else if let Some(read) = read_kind(token) {
            kind.replace(read).is_some()
        } else {
            return Err(format!(
                "{token:?} is no day ({}), no date (2026-11-23), no shifts (0110: a 1 for each that is taken)",
                (words.day_word)(Day::Mon)
            ));
        };
        if again {
            return Err(format!("{token:?} says a second time what was said: write two lines"));
        }
    }
    if marked.as_ref().is_some_and(BTreeSet::is_empty) {
        return Err(
            "no shift is marked: write a 1 for each that is taken, or none of them for the day".to_owned()
        );
    }
    let reason = clean(reason.unwrap_or_default(), 200);
    if reason.is_empty() {
        return Err("there is no reason: write it behind a #".to_owned());
    }
    let when = when.unwrap_or_else(|| When::Weekly(BTreeSet::new()));
    let shifts = marked.unwrap_or_default();
    let kind = kind.unwrap_or(words.kind);
    let absence = Absence { id: Uuid::nil(), who, when, shifts, optional, kind, reason, feed: None };
    Ok(Some(with_id(absence)))
}

/// The same with an id made of what it says.
#[must_use]
pub fn with_id(absence: Absence) -> Absence {
    let plain = Absence { id: Uuid::nil(), ..absence };
    let text = serde_json::to_string(&plain).unwrap_or_default();
    Absence { id: Uuid::new_v5(&NAMESPACE, text.as_bytes()), ..plain }
}

fn read_who(text: &str) -> Result<Who, String> {
    if text == "*" {
        return Ok(Who::Everybody);
    }
    let Some(group) = text.strip_prefix('@') else { return PersonId::parse(text).map(Who::Person) };
    let name = percent_decode_str(group).decode_utf8().map(|name| clean(&name, 200)).unwrap_or_default();
    if name.is_empty() { Err(format!("{text:?} names no group")) } else { Ok(Who::Group(name)) }
}

fn read_when(token: &str, words: Words) -> Result<Option<When>, String> {
    let named: Option<BTreeSet<Day>> = token.split(',').map(words.day).collect();
    if let Some(mut named) = named {
        // All seven are every day.
        if named.len() == Day::ALL.len() {
            named.clear();
        }
        return Ok(Some(When::Weekly(named)));
    }
    // "00001001" are the shifts of a day that has eight, though it could be read as a date of the year 0.
    if shifts(token).is_some() {
        return Ok(None);
    }
    let (from, to) = token.split_once("..").unwrap_or((token, token));
    let (Ok(from), Ok(to)) = (from.parse::<Date>(), to.parse::<Date>()) else { return Ok(None) };
    days("date", from, to).map_err(|error| error.to_string())?;
    Ok(Some(When::Dates { from, to }))
}

fn kind_word(kind: AbsenceKind) -> &'static str {
    match kind {
        AbsenceKind::Busy => "busy",
        AbsenceKind::Vacation => "vacation",
        AbsenceKind::Leave => "leave",
        AbsenceKind::Holiday => "holiday",
    }
}

fn read_kind(text: &str) -> Option<AbsenceKind> {
    [AbsenceKind::Busy, AbsenceKind::Vacation, AbsenceKind::Leave, AbsenceKind::Holiday]
        .into_iter()
        .find(|kind| kind_word(*kind) == text)
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
