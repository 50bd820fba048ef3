//! `stasisd absences …`: when persons cannot answer telephones, as busy lines.

use std::{
    fs,
    io::{self, Read, Write},
    path::PathBuf,
};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use jiff::civil::Date;
use uuid::Uuid;

use super::people::open;
use crate::{
    config::Config,
    model::{Absence, Day, PersonId, Week, Who},
    people::lines::{self, Words},
    storage::AbsenceQuery,
};

/// `stasisd absences …`
#[derive(Debug, Args)]
pub struct AbsencesArgs {
    #[command(subcommand)]
    command: AbsencesCommand,
}

#[derive(Debug, Subcommand)]
enum AbsencesCommand {
    /// List absences, each with its id and as a busy line
    List {
        /// This person's own
        #[arg(long, conflicts_with = "group", value_parser = PersonId::parse)]
        person: Option<PersonId>,
        /// This group's
        #[arg(long)]
        group: Option<String>,
        /// Those that hold in the week of this day
        #[arg(long, value_name = "DATE")]
        week: Option<Date>,
    },
    /// Add an absence: "+anna mon 0110 # Team meeting"
    ///
    /// With + it must be, without it is a wish. Whose: a person's id, @group (spaces as %20), or * for everybody. When:
    /// mon or mon,tue each week, 2026-11-23 or 2026-11-23..2026-11-27, nothing for every day. Then a 0 or 1 for each
    /// shift of the day, nothing for the whole of it; then busy, vacation, leave or holiday, if it is not busy.
    Add {
        /// The busy line
        line: String,
    },
    /// Delete absences; that there is none is no error
    Delete {
        /// Their ids, as in the list
        #[arg(required = true)]
        ids: Vec<Uuid>,
    },
    /// Store the good lines of a file of busy lines, and name the others; what is there already stays
    Import {
        /// The file; - for the standard input
        file: PathBuf,
        /// Only tell what would be stored
        #[arg(long)]
        dry_run: bool,
    },
    /// Write all absences but those of feeds to the standard output, as busy lines
    Export {
        /// Shifts of a day, for the lines' 0 and 1
        #[arg(long, default_value_t = 4)]
        shifts: usize,
    },
}

/// Does it; false if a line could not be taken.
///
/// # Errors
/// A file that cannot be read, and what the store says.
pub async fn run(args: &AbsencesArgs, config: &Config, out: &mut (dyn Write + Send)) -> Result<bool> {
    let (store, people) = open(config).await?;
    match &args.command {
        AbsencesCommand::List { person, group, week } => {
            let who = person.clone().map(Who::Person).or_else(|| group.clone().map(Who::Group));
            let days = week.map(Week::of).map(|week| (week.monday(), week.date(Day::Sun)));
            for absence in store.all_absences(&AbsenceQuery { who, days, ..AbsenceQuery::default() }).await? {
                let from = absence.feed.as_ref().map(|feed| format!("  (feed {feed})")).unwrap_or_default();
                writeln!(out, "{}  {}{from}", absence.id, lines::write(&absence, 4, Words::OURS))?;
            }
        }
        AbsencesCommand::Add { line } => {
            let (good, mut faults) = lines::read(line, Words::OURS);
            let good = people.known(good, &mut faults);
            if let Some(fault) = faults.first() {
                bail!("{}", fault.why);
            }
            for absence in good {
                let (absence, _) = people.put_absence(absence).await?;
                writeln!(out, "{}  {}", absence.id, lines::write(&absence, 4, Words::OURS))?;
            }
        }
        AbsencesCommand::Delete { ids } => {
            for id in ids {
                let was_there = people.delete_absence(*id).await?;
                writeln!(out, "{id}: {}", if was_there { "deleted" } else { "not there" })?;
            }
        }
        AbsencesCommand::Import { file, dry_run } => {
            let shown = file.display();
            let text = if file.as_os_str() == "-" {
                let mut text = String::new();
                io::stdin().read_to_string(&mut text).map(|_| text)
            } else {
                fs::read_to_string(file)
            };
            let text = text.with_context(|| format!("cannot read {shown}"))?;
            let (good, mut faults) = lines::read(&text, Words::OURS);
            let good = people.known(good, &mut faults);
            for fault in &faults {
                writeln!(out, "{shown}: {fault}")?;
            }
            let count = good.len();
            if *dry_run {
                writeln!(out, "{count} absences read")?;
            } else {
                let changed = people.put_absences(good).await?;
                writeln!(out, "{count} absences read, {changed} changed")?;
            }
            return Ok(faults.is_empty());
        }
        AbsencesCommand::Export { shifts } => {
            let own = AbsenceQuery { own: true, ..AbsenceQuery::default() };
            let mut all: Vec<Absence> = store.all_absences(&own).await?;
            all.sort_by(|one, other| one.who.cmp(&other.who).then(one.id.cmp(&other.id)));
            for absence in all {
                writeln!(out, "{}", lines::write(&absence, *shifts, Words::OURS))?;
            }
        }
    }
    Ok(true)
}
