//! `stasisd notes log | export | stats | categories`: what calls were about, without the daemon.

use std::{fs, io::Write, path::PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;

use crate::{
    config::Config,
    directory::notes,
    model::{Category, Note},
    storage::{LARGEST_PAGE, NoteQuery, PageRequest, Store},
};

/// `stasisd notes …`
#[derive(Debug, Args)]
pub struct NotesArgs {
    #[command(subcommand)]
    command: NotesCommand,
}

#[derive(Debug, Subcommand)]
enum NotesCommand {
    /// The notes of the latest calls first.
    Log(Which),
    /// The same as CSV, with a line of column names.
    Export(Which),
    /// How often each category was chosen.
    Stats(Which),
    /// Show the categories, or store others in their place.
    Categories {
        /// A JSON file: {"categories": [{"id": "..", "name": "..", "keywords": [], "color": "#a0f", "enabled": true}]}
        #[arg(long, value_name = "FILE")]
        import: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
struct Which {
    /// Who wrote them.
    #[arg(long)]
    person: Option<String>,
    /// Of calls on this day, such as 2026-11-21, by the configured time zone.
    #[arg(long)]
    day: Option<Date>,
    /// Of calls on this day or later.
    #[arg(long, conflicts_with = "day")]
    from: Option<Date>,
    /// Of calls up to this day.
    #[arg(long, conflicts_with = "day")]
    to: Option<Date>,
}

impl Which {
    fn query(&self, zone: &TimeZone) -> Result<NoteQuery> {
        let start = |day: Date| day.to_zoned(zone.clone()).map(|time| time.timestamp());
        let (from, to) = (self.day.or(self.from), self.day.or(self.to));
        Ok(NoteQuery {
            person: self.person.clone(),
            from: from.map(start).transpose()?,
            to: to.map(|day| day.tomorrow().and_then(start)).transpose()?,
            ..NoteQuery::default()
        })
    }
}

/// A file of categories: bare, or as the API has them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Bare(Vec<Category>),
    Named { categories: Vec<Category> },
}

/// Does it.
///
/// # Errors
/// A file that cannot be read or has a category that cannot be stored, and what the store says.
pub async fn run(args: &NotesArgs, config: &Config, out: &mut (dyn Write + Send)) -> Result<()> {
    let store = Store::open(&config.storage).await?;
    let zone = TimeZone::get(&config.calls.time_zone).context("calls.time_zone")?;
    match &args.command {
        NotesCommand::Log(which) => {
            for note in all(&store, &which.query(&zone)?).await? {
                writeln!(out, "{}", line(&note, &zone))?;
            }
        }
        NotesCommand::Export(which) => {
            out.write_all(notes::csv(&all(&store, &which.query(&zone)?).await?).as_bytes())?;
        }
        NotesCommand::Stats(which) => {
            let NoteQuery { from, to, .. } = which.query(&zone)?;
            ensure!(which.person.is_none(), "categories are counted for everybody: leave --person out");
            let known = store.categories().await?;
            let (from, to) = (from.unwrap_or(Timestamp::UNIX_EPOCH), to.unwrap_or(Timestamp::MAX));
            for (id, count) in store.note_counts(from, to).await? {
                let name = known.iter().find(|known| known.id == id).map_or("", |known| known.name.as_str());
                writeln!(out, "{count:>6}  {id:<24} {name}")?;
            }
        }
        NotesCommand::Categories { import: Some(file) } => {
            let shown = file.display();
            let text = fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
            let given =
                serde_json::from_str(&text).with_context(|| format!("{shown} holds no categories"))?;
            let (Given::Bare(categories) | Given::Named { categories }) = given;
            for (place, category) in categories.iter().enumerate() {
                category.check().map_err(anyhow::Error::msg).with_context(|| shown.to_string())?;
                if categories.iter().take(place).any(|other| other.id == category.id) {
                    bail!("{shown}: the id {:?} is there twice; nothing was stored", category.id);
                }
            }
            store.put_categories(&categories).await?;
            writeln!(out, "{} categories stored", categories.len())?;
        }
        NotesCommand::Categories { import: None } => {
            for category in store.categories().await? {
                let state = if category.enabled { "" } else { "(not offered)" };
                let (id, name, words) = (category.id, category.name, category.keywords.join(" "));
                writeln!(out, "{id:<24} {name:<32} {words} {state}")?;
            }
        }
    }
    Ok(())
}

async fn all(store: &Store, query: &NoteQuery) -> Result<Vec<Note>> {
    let mut page = PageRequest { cursor: None, limit: LARGEST_PAGE };
    let mut notes = Vec::new();
    loop {
        let part = store.notes(query, &page).await?;
        notes.extend(part.items);
        if part.next.is_none() {
            return Ok(notes);
        }
        page.cursor = part.next;
    }
}

fn line(note: &Note, zone: &TimeZone) -> String {
    let content = &note.content;
    let at = note.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let who = content.contact.as_ref().map(|contact| contact.label.as_str()).unwrap_or_default();
    let number = content.number.as_deref().unwrap_or("-");
    let categories = content.categories.join(",");
    let text = content.text.replace('\n', " ");
    format!("{at}  {:<12} {number:<16} {who:<24} [{categories}] {text}", content.person)
}
