//! Tomàtic's folder is gone through, file by file: persons first, for everything else is theirs.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;

use super::{TomaticArgs, calls, report::Report, weeks};
use crate::{
    cli::people::open,
    config::Config,
    model::Absence,
    people::{
        People, Roster,
        lines::{self, Fault},
        take_known,
        tomatic::{busy, persons},
    },
    storage::{AbsenceQuery, Store},
};

/// The folder, and where in it files may be.
pub(super) struct Place<'a> {
    folder: &'a Path,
}

impl Place<'_> {
    /// A file by its name, in the folder or in `data`: as it is told, and where it is.
    pub(super) fn find(&self, name: &str) -> Option<(String, PathBuf)> {
        let places = [name.to_owned(), format!("data/{name}")];
        places.into_iter().map(|name| (name.clone(), self.folder.join(name))).find(|(_, path)| path.exists())
    }

    /// The files of a folder by how their names begin and end, in order.
    pub(super) fn each(&self, folder: &str, begin: &str, end: &str) -> Vec<(String, PathBuf)> {
        let mut found = BTreeSet::new();
        for folder in [folder.to_owned(), format!("data/{folder}")] {
            let entries = fs::read_dir(self.folder.join(&folder)).into_iter().flatten().flatten();
            for entry in entries {
                let Ok(name) = entry.file_name().into_string() else { continue };
                if name.starts_with(begin) && name.ends_with(end) && entry.path().is_file() {
                    found.insert((format!("{folder}/{name}"), entry.path()));
                }
            }
        }
        found.into_iter().collect()
    }
}

/// How a file of absences is read.
type Read<'a> = &'a dyn Fn(&str) -> (Vec<(usize, Absence)>, Vec<Fault>);

/// Does it; false if something could not be read.
pub(super) async fn run(
    args: &TomaticArgs,
    config: &Config,
    now: Timestamp,
    out: &mut (dyn Write + Send),
) -> Result<bool> {
    ensure!(args.folder.is_dir(), "{} is no folder", args.folder.display());
    let (store, people) = open(config).await?;
    let place = Place { folder: &args.folder };
    let mut report = Report::new(out, args.dry_run);
    let roster = persons(&place, &people, &mut report).await?;
    absences(&place, &store, &people, &roster, &mut report).await?;
    calls::take(&place, &store, config, &mut report).await?;
    weeks::take(&place, args.timetable.as_deref(), &store, (config, now), &mut report).await?;
    report.end()
}

/// Gives everybody as they are then.
async fn persons(place: &Place<'_>, people: &People, report: &mut Report<'_>) -> Result<Roster> {
    let mut all = people.all().persons().clone();
    let Some((name, path)) = place.find("persons.yaml") else {
        report.says("persons.yaml", "is not there; persons stay as they are")?;
        return Ok(Roster::new(all, 0));
    };
    let Some(text) = report.text(&name, &path)? else { return Ok(Roster::new(all, 0)) };
    match persons::read(&text, &all) {
        Ok((read, faults)) => {
            report.faults(&name, &faults)?;
            let count = read.len();
            let changed = read.iter().filter(|person| all.get(&person.id) != Some(person)).count();
            all.extend(read.iter().map(|person| (person.id.clone(), person.clone())));
            if !report.dry_run {
                people.put(read).await.with_context(|| format!("{name}; nothing of it was stored"))?;
            }
            report.stored(&name, count, "persons", changed)?;
        }
        Err(why) => report.fault(&name, why)?,
    }
    Ok(Roster::new(all, 0))
}

async fn absences(
    place: &Place<'_>,
    store: &Store,
    people: &People,
    roster: &Roster,
    report: &mut Report<'_>,
) -> Result<()> {
    let busy = |text: &str| lines::read(text, busy::BUSY);
    let vacation = |text: &str| lines::read(text, busy::VACATION);
    let holidays = |text: &str| busy::holidays(text);
    let files: [(&str, Read<'_>); 5] = [
        ("indisponibilitats.conf", &busy),
        ("oneshot.conf", &busy),
        ("indisponibilitats-vacances.conf", &vacation),
        ("holidays.conf", &holidays),
        ("noservice.conf", &holidays),
    ];
    for (file, read) in files {
        let Some((name, path)) = place.find(file) else { continue };
        let Some(text) = report.text(&name, &path)? else { continue };
        let (good, mut faults) = read(&text);
        let good = take_known(good, &mut faults, roster);
        report.faults(&name, &faults)?;
        let count = good.len();
        let changed = if report.dry_run {
            let own = AbsenceQuery { own: true, ..AbsenceQuery::default() };
            let known = store.all_absences(&own).await?;
            good.iter().filter(|absence| !known.contains(absence)).count()
        } else {
            people.put_absences(good).await.with_context(|| format!("{name}; nothing of it was stored"))?
        };
        report.stored(&name, count, "absences", changed)?;
    }
    Ok(())
}
