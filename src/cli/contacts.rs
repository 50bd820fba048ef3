//! `stasisd contacts lookup | import | list`: who calls, asked and stored without the daemon.

use std::{fs::File, io::Write, path::PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::{
    config::Config,
    directory::{
        Contacts,
        contacts::{self, SourceOutcome},
    },
    model::Contact,
    storage::{LARGEST_PAGE, PageRequest, Store},
};

/// `stasisd contacts …`
#[derive(Debug, Args)]
pub struct ContactsArgs {
    #[command(subcommand)]
    command: ContactsCommand,
}

#[derive(Debug, Subcommand)]
enum ContactsCommand {
    /// Look up who it is, and tell what each source said.
    Lookup {
        /// A number, however written; with --field, a text.
        what: String,
        /// Search by this instead: name, item, or a fact's label.
        #[arg(long, value_name = "FIELD")]
        field: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Store the contacts of a CSV file with a line of column names: id, name, phone, alert, note, item; every other
    /// column is a fact. A file with a broken line changes nothing.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// List our own contacts, those first whose last change is oldest.
    List {
        /// Only those with a word (of the name, an item, a fact) that begins so.
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
    },
}

/// Does it; true when what was looked for was found.
///
/// # Errors
/// A file that cannot be read, and what the store says.
pub async fn run(
    args: &ContactsArgs,
    config: &Config,
    now: Timestamp,
    out: &mut (dyn Write + Send),
) -> Result<bool> {
    let store = Store::open(&config.storage).await?;
    let country = config.calls.country.parse().ok();
    match &args.command {
        ContactsCommand::Lookup { what, field, json } => {
            let contacts = Contacts::new(store, &config.lookup, country)?;
            let found = match field {
                Some(field) => contacts.search(Some(field), what).await,
                None => contacts.find_text(what).await,
            };
            if *json {
                let contact = serde_json::json!({ "contacts": found.contacts, "sources": found.sources });
                writeln!(out, "{contact}")?;
            } else {
                for answer in &found.sources {
                    let detail = answer.detail.as_deref().unwrap_or_default();
                    let (source, outcome, ms) = (&answer.source, answer.outcome.as_str(), answer.ms);
                    writeln!(out, "{source:<16} {outcome:<7} {ms:>5} ms  {detail}")?;
                }
                found.contacts.iter().try_for_each(|contact| show(contact, out))?;
            }
            Ok(found.outcome() == SourceOutcome::Found)
        }
        ContactsCommand::Import { file } => {
            let shown = file.display();
            let input = File::open(file).with_context(|| format!("cannot read {shown}"))?;
            let contacts = match contacts::import(input, country) {
                Ok(contacts) => contacts,
                Err(why) => bail!("{shown}: {why}; nothing was stored"),
            };
            store.put_contacts(&contacts, now).await?;
            writeln!(out, "{} contacts stored", contacts.len())?;
            Ok(true)
        }
        ContactsCommand::List { search: Some(text) } => {
            let found = store.search_contacts(None, text, LARGEST_PAGE as usize).await?;
            found.iter().try_for_each(|contact| line(contact, out))?;
            Ok(!found.is_empty())
        }
        ContactsCommand::List { search: None } => {
            let mut page = PageRequest { cursor: None, limit: LARGEST_PAGE };
            loop {
                let contacts = store.contacts(&page).await?;
                contacts.items.iter().try_for_each(|contact| line(contact, out))?;
                if contacts.next.is_none() {
                    return Ok(true);
                }
                page.cursor = contacts.next;
            }
        }
    }
}

fn line(contact: &Contact, out: &mut (dyn Write + Send)) -> Result<()> {
    let numbers: Vec<&str> = contact.numbers.iter().map(crate::model::PhoneNumber::as_str).collect();
    Ok(writeln!(out, "{:<16} {:<32} {}", contact.id, contact.name, numbers.join(" "))?)
}

fn show(contact: &Contact, out: &mut (dyn Write + Send)) -> Result<()> {
    line(contact, out)?;
    for alert in &contact.alerts {
        writeln!(out, "  ! {alert}")?;
    }
    for (label, value) in &contact.facts {
        writeln!(out, "  {label}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))?;
    }
    for item in &contact.items {
        writeln!(out, "  {} {} {}", item.kind, item.id, item.label)?;
    }
    for note in &contact.notes {
        writeln!(out, "  - {note}")?;
    }
    Ok(())
}
