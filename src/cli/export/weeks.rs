//! Weeks, forced shifts and credits as Tomàtic's files.

use anyhow::Result;

use super::tomatic::Folder;
use crate::{
    cli::import::{IMPORTED, which},
    config::Config,
    model::{KeptWeek, Sheet, WeekState},
    people::{
        Roster,
        tomatic::{
            AUTHOR,
            graella::{Graella, GraellaFile, write_log_line},
            yaml,
        },
    },
    storage::Store,
};

/// Weeks that are written at most: a hundred years.
const MOST_WEEKS: u32 = 5200;
/// Changes of a table that are written at most.
const MOST_CHANGES: u32 = 10_000;

pub(super) async fn write(
    timetable: Option<&str>,
    store: &Store,
    config: &Config,
    roster: &Roster,
    folder: &mut Folder<'_>,
) -> Result<()> {
    if timetable.is_none() && config.timetables.is_empty() {
        return Ok(());
    }
    let name = match which(timetable, config) {
        Ok(name) => name,
        Err(why) => return folder.left_out(&why),
    };
    for week in store.timetable_weeks(&name, MOST_WEEKS).await? {
        let sheet = Sheet::Week(week.week);
        let place = match week.state {
            WeekState::Published => "graelles",
            WeekState::Retired => "graelles/old",
            WeekState::Draft => {
                folder.left_out(&format!("{}, a draft", week.week))?;
                continue;
            }
        };
        if let Some(kept) = store.timetable(&name, sheet).await? {
            let text =
                GraellaFile::of(&graella(&name, sheet, kept, store).await?, roster.iter(), true).write();
            folder.write(&format!("{place}/graella-{}.yaml", week.week), &text, "1 timetable")?;
        }
    }
    if let Some(kept) = store.timetable(&name, Sheet::Forced).await? {
        let graella = graella(&name, Sheet::Forced, kept, store).await?;
        let text = GraellaFile::of(&graella, roster.iter(), false).write();
        folder.write("data/forced-turns.yaml", &text, "1 timetable")?;
    }
    for (week, credits) in store.frozen_credits(&name).await? {
        let holds = format!("{} credits", credits.len());
        folder.write(&format!("graelles/shiftcredit-{week}.yaml"), &yaml::write(&credits), &holds)?;
    }
    Ok(())
}

async fn graella(name: &str, sheet: Sheet, kept: KeptWeek, store: &Store) -> Result<Graella> {
    let edits = store.timetable_log(name, sheet, i64::MAX, MOST_CHANGES).await?;
    let is_told = |by: &str, text: &str| (by, text) != (AUTHOR, IMPORTED);
    let done = edits.iter().rev().filter(|edit| edit.undone.is_none() && is_told(&edit.by, &edit.text));
    let penalties = kept.plan.penalties.into_iter().map(|penalty| (penalty.points, penalty.text));
    Ok(Graella {
        table: kept.plan.table,
        overload: kept.plan.overload,
        penalties: penalties.collect(),
        cost: kept.plan.cost,
        log: done.map(|edit| write_log_line(edit.at, &edit.by, &edit.text)).collect(),
    })
}
