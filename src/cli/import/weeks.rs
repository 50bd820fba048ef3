//! Tomàtic's timetables: its weeks, forced turns and credits become those of one of ours.

use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;

use super::{report::Report, tomatic::Place};
use crate::{
    config::Config,
    model::{KeptWeek, Penalty, Sheet, Week, WeekPlan, WeekState},
    people::tomatic::{
        AUTHOR,
        graella::{self, Graella},
    },
    storage::{Store, TableChange},
};

/// Its weeks that people go by.
const FOLDER: &str = "graelles";
/// Its weeks that are over.
const OLD: &str = "graelles/old";

/// What the log says of a week that was brought over.
pub(in crate::cli) const IMPORTED: &str = "imported";

/// What all of them need.
struct Weeks<'a, 'b> {
    /// The timetable that they become.
    name: String,
    store: &'a Store,
    now: Timestamp,
    report: &'a mut Report<'b>,
}

/// Takes over the weeks, the forced turns, then the credits.
pub(super) async fn take(
    place: &Place<'_>,
    timetable: Option<&str>,
    store: &Store,
    (config, now): (&Config, Timestamp),
    report: &mut Report<'_>,
) -> Result<()> {
    let weeks = |folder, state| {
        let found = place.each(folder, "graella-", ".yaml").into_iter();
        found.map(move |(name, path)| (name, path, state))
    };
    let all: Vec<_> = weeks(OLD, WeekState::Retired).chain(weeks(FOLDER, WeekState::Published)).collect();
    let forced = place.find("forced-turns.yaml");
    let credits: Vec<_> =
        [OLD, FOLDER].iter().flat_map(|of| place.each(of, "shiftcredit-", ".yaml")).collect();
    let Some(first) =
        all.iter().map(|(name, ..)| name).chain(forced.iter().chain(&credits).map(|(name, _)| name)).next()
    else {
        return Ok(());
    };
    let name = match which(timetable, config) {
        Ok(name) => name,
        Err(why) => return report.fault(first, why),
    };
    let mut weeks = Weeks { name, store, now, report };
    for (name, path, state) in &all {
        weeks.week(name, path, *state).await?;
    }
    if let Some((name, path)) = forced {
        weeks.forced(&name, &path).await?;
    }
    for (name, path) in &credits {
        weeks.credit(name, path).await?;
    }
    Ok(())
}

/// The timetable that they become: the one that was asked for, or the only one.
pub(in crate::cli) fn which(asked: Option<&str>, config: &Config) -> Result<String, String> {
    let known: Vec<&str> = config.timetables.keys().map(String::as_str).collect();
    match (asked, known.as_slice()) {
        (Some(asked), known) if known.contains(&asked) => Ok(asked.to_owned()),
        (None, [only]) => Ok((*only).to_owned()),
        (_, []) => Err("timetables were left out: write a [timetables.NAME] first".to_owned()),
        _ => Err(format!("timetables were left out: say --timetable with one of {}", known.join(", "))),
    }
}

/// The day in a file's name, `graella-2026-11-23.yaml`.
fn monday(path: &Path, begin: &str) -> Result<Week, String> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    Week::parse(stem.trim_start_matches(begin))
}

impl Weeks<'_, '_> {
    async fn week(&mut self, file: &str, path: &Path, state: WeekState) -> Result<()> {
        let Some(text) = self.report.text(file, path)? else { return Ok(()) };
        let read = monday(path, "graella-").and_then(|week| graella::read(&text, &self.name, Some(week)));
        match read {
            Ok((graella, faults)) => {
                let sheet = Sheet::Week(graella.table.week);
                self.store(file, sheet, graella, state, &faults).await
            }
            Err(why) => self.report.fault(file, why),
        }
    }

    async fn forced(&mut self, file: &str, path: &Path) -> Result<()> {
        let Some(text) = self.report.text(file, path)? else { return Ok(()) };
        match graella::read_forced(&text, &self.name, Sheet::Forced.week()) {
            Ok((mut graella, faults)) => {
                // Nobody's share of the work is in them.
                graella.overload.clear();
                self.store(file, Sheet::Forced, graella, WeekState::Draft, &faults).await
            }
            Err(why) => self.report.fault(file, why),
        }
    }

    async fn store(
        &mut self,
        file: &str,
        sheet: Sheet,
        graella: Graella,
        state: WeekState,
        faults: &[String],
    ) -> Result<()> {
        self.report.faults(file, faults)?;
        let log = log(&graella.log, sheet);
        let plan = plan(graella);
        let old = self.store.timetable(&self.name, sheet).await?;
        if let Some(by) = old.as_ref().and_then(|old| changed_here(old, &plan)) {
            return self.report.says(file, &format!("was changed here by {by} since, and stays as it is"));
        }
        let is_new = old.is_none_or(|old| old.plan != plan);
        if !self.report.dry_run {
            // First what was done before: whoever breaks this off finds it done by the next run.
            self.store.import_timetable_log(&self.name, sheet, &log).await?;
            let text = IMPORTED.to_owned();
            let decide = |old: Option<&KeptWeek>| {
                let is_same = old.is_some_and(|old| old.plan == plan || changed_here(old, &plan).is_some());
                Ok::<_, std::convert::Infallible>((!is_same).then_some(TableChange { plan, state, text }))
            };
            let Ok(_) = self.store.change_timetable(&self.name, sheet, AUTHOR, self.now, decide).await?;
        }
        self.report.stored(file, 1, "timetable", usize::from(is_new))
    }

    async fn credit(&mut self, file: &str, path: &Path) -> Result<()> {
        let Some(text) = self.report.text(file, path)? else { return Ok(()) };
        let read = monday(path, "shiftcredit-").and_then(|week| Ok((week, graella::credit(&text)?)));
        let (week, (credit, faults)) = match read {
            Ok(read) => read,
            Err(why) => return self.report.fault(file, why),
        };
        self.report.faults(file, &faults)?;
        let is_new = self.store.frozen_credits(&self.name).await?.get(&week) != Some(&credit);
        if is_new && !self.report.dry_run {
            self.store.freeze_credit(&self.name, week, &credit, self.now).await?;
        }
        self.report.stored(file, credit.len(), "credits", usize::from(is_new))
    }
}

fn plan(graella: Graella) -> WeekPlan {
    let penalties = graella.penalties.into_iter().map(|(points, text)| Penalty { points, text });
    WeekPlan {
        table: graella.table,
        overload: graella.overload,
        penalties: penalties.collect(),
        cost: graella.cost,
    }
}

/// Who has changed a table here into another one than it was brought.
fn changed_here<'a>(old: &'a KeptWeek, new: &WeekPlan) -> Option<&'a str> {
    (old.plan != *new && old.updated_by != AUTHOR).then_some(old.updated_by.as_str())
}

/// Its changes, oldest first; one without a time was made when the one before it was, or when the week began.
fn log(lines: &[String], sheet: Sheet) -> Vec<(Timestamp, String, String)> {
    let midnight = sheet.week().monday().to_zoned(jiff::tz::TimeZone::UTC);
    let mut last = midnight.map_or(Timestamp::UNIX_EPOCH, |at| at.timestamp());
    let mut edits = Vec::with_capacity(lines.len());
    for line in lines {
        let (at, who, what) = graella::log_line(line);
        last = at.unwrap_or(last);
        edits.push((last, who, what));
    }
    edits
}
