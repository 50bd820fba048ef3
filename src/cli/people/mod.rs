//! `stasisd people …`: who works here, without the daemon; a running one sees changes within seconds.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::{Args, Subcommand, ValueEnum};

use crate::{
    config::Config,
    feed::Feed,
    model::{Person, PersonId},
    people::{People, PeopleError, table, tomatic::persons},
    storage::Store,
};

/// `stasisd people …`
#[derive(Debug, Args)]
pub struct PeopleArgs {
    #[command(subcommand)]
    command: PeopleCommand,
}

#[derive(Debug, Subcommand)]
enum PeopleCommand {
    /// List persons
    List {
        /// Those in this group
        #[arg(long)]
        group: Option<String>,
    },
    /// Show a person
    Show {
        /// Their id
        #[arg(value_parser = PersonId::parse)]
        person: PersonId,
    },
    /// Create or change a person; what is not named stays
    Set(Box<SetArgs>),
    /// Delete persons, with their absences; that there is none is no error
    Delete {
        /// Their ids
        #[arg(required = true, value_parser = PersonId::parse)]
        persons: Vec<PersonId>,
    },
    /// List groups, put persons into them, rename or delete one
    Groups(GroupsArgs),
    /// Store the persons of a file, each in the place of who has the id: Tomàtic's persons.yaml, or CSV with a line of
    /// column names as `export` writes it. A CSV file with a broken line changes nothing
    Import {
        /// The file: .yaml or .csv
        file: PathBuf,
        /// Only tell what would change
        #[arg(long)]
        dry_run: bool,
    },
    /// Write all persons to the standard output
    Export {
        /// As what
        #[arg(long, value_enum, default_value_t = Form::Csv)]
        form: Form,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// A table
    Csv,
    /// Tomàtic's persons.yaml
    Yaml,
}

/// What is changed of a person.
#[derive(Debug, Args)]
struct SetArgs {
    /// Their id
    #[arg(value_parser = PersonId::parse)]
    person: PersonId,
    /// What people read
    #[arg(long)]
    name: Option<String>,
    /// The telephone's extension; empty takes it away, as with the others
    #[arg(long)]
    extension: Option<String>,
    /// What a queue rings, if not PJSIP/EXTENSION
    #[arg(long)]
    interface: Option<String>,
    /// For messages
    #[arg(long)]
    email: Option<String>,
    /// For messages by call or SMS: +34600111222
    #[arg(long)]
    phone: Option<String>,
    /// #rrggbb
    #[arg(long)]
    color: Option<String>,
    /// The desk's table
    #[arg(long)]
    table: Option<u32>,
    /// Shifts in a whole week of work; -1: takes no part in the timetable
    #[arg(long, allow_negative_numbers = true)]
    ideal_load: Option<f64>,
    /// Shifts in a day at most
    #[arg(long)]
    max_per_day: Option<u32>,
    /// A language spoken; may be repeated, and takes the place of those before
    #[arg(long = "language")]
    languages: Option<Vec<String>>,
    /// A role; may be repeated, and takes the place of those before
    #[arg(long = "role")]
    roles: Option<Vec<String>>,
    /// The name in another system
    #[arg(long)]
    account: Option<String>,
}

/// Groups.
#[derive(Debug, Args)]
struct GroupsArgs {
    /// Persons to put into groups; without any, the groups are listed
    #[arg(value_parser = PersonId::parse)]
    persons: Vec<PersonId>,
    /// A group that they are in from now on; may be repeated
    #[arg(long, value_name = "GROUP", requires = "persons")]
    add: Vec<String>,
    /// A group that they are not in any more; may be repeated
    #[arg(long, value_name = "GROUP", requires = "persons")]
    remove: Vec<String>,
    /// Give a group another name
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with_all = ["persons", "delete"])]
    rename: Option<Vec<String>>,
    /// Take everybody out of a group; its absences go
    #[arg(long, value_name = "GROUP", conflicts_with = "persons")]
    delete: Option<String>,
}

/// Everybody, from the configured database.
///
/// # Errors
/// It does not answer.
pub(super) async fn open(config: &Config) -> Result<(Store, People)> {
    let store = Store::open(&config.storage).await?;
    let people = People::new(store.clone(), Feed::new());
    people.reread().await?;
    Ok((store, people))
}

/// Does it.
///
/// # Errors
/// A file that cannot be read or has somebody who cannot be stored, and what the store says.
pub async fn run(args: &PeopleArgs, config: &Config, out: &mut (dyn Write + Send)) -> Result<()> {
    let (_, people) = open(config).await?;
    let all = people.all();
    match &args.command {
        PeopleCommand::List { group } => {
            let fits = |person: &&Person| group.as_ref().is_none_or(|group| person.groups.contains(group));
            all.iter().filter(fits).try_for_each(|person| line(person, out))?;
        }
        PeopleCommand::Show { person } => {
            let person = all.get(person).ok_or_else(|| PeopleError::NoPerson(person.clone()))?;
            writeln!(out, "{}", serde_json::to_string_pretty(person)?)?;
        }
        PeopleCommand::Set(args) => {
            let old = all.get(&args.person).cloned();
            let person = args.person(old.unwrap_or_else(|| Person::new(args.person.clone())));
            people.put(vec![person]).await?;
            if let Some(stored) = people.get(&args.person) {
                line(&stored, out)?;
            }
        }
        PeopleCommand::Delete { persons } => {
            for id in persons {
                let was_there = people.delete(id).await?;
                writeln!(out, "{id}: {}", if was_there { "deleted" } else { "not there" })?;
            }
        }
        PeopleCommand::Groups(args) => groups(args, &people, out).await?,
        PeopleCommand::Import { file, dry_run } => import(file, *dry_run, &people, out).await?,
        PeopleCommand::Export { form: Form::Csv } => out.write_all(table::write(all.iter()).as_bytes())?,
        PeopleCommand::Export { form: Form::Yaml } => {
            out.write_all(persons::PersonsFile::of(all.iter()).write().as_bytes())?;
        }
    }
    Ok(())
}

async fn groups(args: &GroupsArgs, people: &People, out: &mut (dyn Write + Send)) -> Result<()> {
    if let Some([old, new]) = args.rename.as_deref() {
        let members = people.rename_group(old, new).await?.len();
        writeln!(out, "{new}: {members} persons")?;
    } else if let Some(name) = &args.delete {
        let members = people.delete_group(name).await?.len();
        writeln!(out, "{name}: deleted, {members} persons were in it")?;
    } else if args.persons.is_empty() {
        for (name, members) in people.all().groups() {
            let members: Vec<&str> = members.into_iter().map(PersonId::as_str).collect();
            writeln!(out, "{name:<24} {}", members.join(" "))?;
        }
    } else {
        ensure!(!args.add.is_empty() || !args.remove.is_empty(), "say which groups, with --add or --remove");
        let persons = args.persons.iter().cloned().collect();
        let (add, remove) = (args.add.iter().cloned().collect(), args.remove.iter().cloned().collect());
        let changed = people.regroup(&persons, &add, &remove).await?;
        writeln!(out, "{} persons changed", changed.len())?;
    }
    Ok(())
}

async fn import(file: &Path, dry_run: bool, people: &People, out: &mut (dyn Write + Send)) -> Result<()> {
    let shown = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
    let all = people.all();
    let kind = file.extension().and_then(|kind| kind.to_str()).unwrap_or_default().to_lowercase();
    let (read, faults) = match kind.as_str() {
        "yaml" | "yml" => persons::read(&text, all.persons()),
        "csv" => table::read(&text, all.persons()).map(|read| (read, Vec::new())),
        _ => bail!("{shown}: the name ends in neither .yaml nor .csv, so it is not known what it is"),
    }
    .map_err(|why| anyhow!("{shown}: {why}; nothing was stored"))?;
    for fault in &faults {
        writeln!(out, "{shown}: {fault}")?;
    }
    if dry_run {
        let changes = read.iter().filter(|person| all.get(&person.id) != Some(person)).count();
        writeln!(out, "{} persons read, {changes} would change", read.len())?;
        return Ok(());
    }
    let count = read.len();
    let changed = people.put(read).await.with_context(|| format!("{shown}; nothing was stored"))?;
    writeln!(out, "{count} persons read, {} changed", changed.len())?;
    Ok(())
}

impl SetArgs {
    fn person(&self, old: Person) -> Person {
        let text = |new: &Option<String>, old: Option<String>| match new {
            Some(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            None => old,
        };
        let set =
            |new: &Option<Vec<String>>, old| new.as_ref().map_or(old, |new| new.iter().cloned().collect());
        Person {
            name: self.name.clone().unwrap_or(old.name),
            extension: text(&self.extension, old.extension),
            interface: text(&self.interface, old.interface),
            email: text(&self.email, old.email),
            phone: text(&self.phone, old.phone),
            color: text(&self.color, old.color),
            table: self.table.or(old.table),
            ideal_load: self.ideal_load.map_or(old.ideal_load, |load| (load >= 0.0).then_some(load)),
            max_per_day: self.max_per_day.or(old.max_per_day),
            languages: set(&self.languages, old.languages),
            roles: set(&self.roles, old.roles),
            account: text(&self.account, old.account),
            ..old
        }
    }
}

fn line(person: &Person, out: &mut (dyn Write + Send)) -> Result<()> {
    let groups: Vec<&str> = person.groups.iter().map(String::as_str).collect();
    let line = format!(
        "{:<16} {:<28} {:<8} {:>5} {:<28} {}",
        person.id,
        person.name,
        person.extension.as_deref().unwrap_or("-"),
        person.ideal_load.map_or_else(|| "-".to_owned(), |load| load.to_string()),
        person.email.as_deref().unwrap_or("-"),
        groups.join(", "),
    );
    Ok(writeln!(out, "{}", line.trim_end())?)
}
