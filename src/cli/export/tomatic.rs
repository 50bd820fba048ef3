//! Tomàtic's folder is written, file by file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::Path,
};

use anyhow::{Context, Result, ensure};

use super::{TomaticArgs, weeks};
use crate::{
    cli::people::open,
    config::Config,
    model::{Absence, AbsenceKind, Note, Who},
    people::tomatic::{busy, persons::PersonsFile, registry},
    storage::{AbsenceQuery, LARGEST_PAGE, NoteQuery, PageRequest, Store},
};

/// The folder, and what is said about it.
pub(super) struct Folder<'a> {
    path: &'a Path,
    out: &'a mut (dyn Write + Send),
    is_whole: bool,
}

impl Folder<'_> {
    /// Writes a file.
    pub(super) fn write(&mut self, name: &str, text: &str, holds: &str) -> Result<()> {
        let path = self.path.join(name);
        let folder = path.parent().unwrap_or(self.path);
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(writeln!(self.out, "{name}: {holds}")?)
    }

    /// Says what cannot stand in the files.
    pub(super) fn left_out(&mut self, what: &str) -> Result<()> {
        self.is_whole = false;
        Ok(writeln!(self.out, "left out: {what}")?)
    }
}

pub(super) async fn run(args: &TomaticArgs, config: &Config, out: &mut (dyn Write + Send)) -> Result<bool> {
    let is_empty = fs::read_dir(&args.folder).map_or(true, |mut entries| entries.next().is_none());
    ensure!(is_empty, "{} has something in it: name a new folder", args.folder.display());
    let (store, people) = open(config).await?;
    let mut folder = Folder { path: &args.folder, out, is_whole: true };
    let roster = people.all();
    let text = PersonsFile::of(roster.iter()).write();
    folder.write("persons.yaml", &text, &format!("{} persons", roster.persons().len()))?;
    let own = AbsenceQuery { own: true, ..AbsenceQuery::default() };
    absences(&store.all_absences(&own).await?, &mut folder)?;
    calls(&store, &mut folder).await?;
    weeks::write(args.timetable.as_deref(), &store, config, &roster, &mut folder).await?;
    Ok(folder.is_whole)
}

fn absences(all: &[Absence], folder: &mut Folder<'_>) -> Result<()> {
    let (persons, others): (Vec<Absence>, Vec<Absence>) =
        all.iter().cloned().partition(|absence| matches!(absence.who, Who::Person(_)));
    let (busy, away): (Vec<Absence>, Vec<Absence>) =
        persons.into_iter().partition(|absence| absence.kind == AbsenceKind::Busy);
    let (weekly, oneshot) = busy::files(&busy);
    let (weekly_away, oneshot_away) = busy::files(&away);
    let (holidays, left) = busy::write_holidays(&others);
    for (name, text) in [
        ("indisponibilitats.conf", weekly),
        ("oneshot.conf", oneshot),
        ("indisponibilitats-vacances.conf", weekly_away + &oneshot_away),
        ("holidays.conf", holidays),
    ] {
        // The same days said twice are one line there; in order, so that the same is the same text.
        let lines: BTreeSet<&str> = text.lines().collect();
        let text: String = lines.iter().flat_map(|line| [*line, "\n"]).collect();
        folder.write(name, &text, &format!("{} lines", lines.len()))?;
    }
    if left > 0 {
        folder.left_out(&format!("{left} absences of groups, or of everybody on other than whole days"))?;
    }
    Ok(())
}

async fn calls(store: &Store, folder: &mut Folder<'_>) -> Result<()> {
    let categories = store.categories().await?;
    let text = registry::write_categories(&categories);
    let holds = format!("{} categories", categories.len());
    folder.write("data/call_registry/categories.yaml", &text, &holds)?;
    let mut by_operator: BTreeMap<String, Vec<Note>> = BTreeMap::new();
    let mut page = PageRequest { cursor: None, limit: LARGEST_PAGE };
    loop {
        let read = store.notes(&NoteQuery::default(), &page).await?;
        for note in read.items {
            by_operator.entry(note.content.person.clone()).or_default().push(note);
        }
        page.cursor = read.next;
        if page.cursor.is_none() {
            break;
        }
    }
    for (operator, mut notes) in by_operator {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        if operator.is_empty() || !operator.bytes().all(fits) {
            folder
                .left_out(&format!("{} call notes of {operator:?}, who is no operator's id", notes.len()))?;
            continue;
        }
        notes.sort_by_key(|note| (note.at, note.id));
        let text = registry::write_calls(notes.iter());
        let name = format!("data/call_registry/calls-{operator}.yaml");
        folder.write(&name, &text, &format!("{} calls", notes.len()))?;
    }
    Ok(())
}
