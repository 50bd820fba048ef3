//! Weeks on the command line: listed, shown, printed, edited, published. All through the control port.

use std::{fs, io::Write, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::{
    app::{Exit, Failed, OrExit},
    cli::call::{Client, escaped, json as pretty, say},
};

/// What is done with weeks.
#[derive(Debug, Subcommand)]
pub(super) enum WeeksCommand {
    /// List the timetables, or the weeks of one
    List {
        /// Which
        timetable: Option<String>,
    },
    /// Show a week
    Show {
        #[command(flatten)]
        of: Of,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// Put somebody into a cell
    Edit {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        place: Place,
        /// A person's id, open, nobody or holiday
        to: String,
        #[command(flatten)]
        how: How,
    },
    /// Swap what is in two cells
    Swap {
        #[command(flatten)]
        of: Of,
        #[command(flatten)]
        place: Place,
        /// The other cell's day, shift and line
        #[arg(required = true, num_args = 3, value_names = ["DAY", "SHIFT", "LINE"])]
        other: Vec<String>,
        #[command(flatten)]
        how: How,
    },
    /// Take the last change back
    Undo(Step),
    /// Do again what was taken back last
    Redo(Step),
    /// Who changed what, newest first
    Log(Of),
    /// What a week contradicts: who is away, twice at a time, too often in a day
    Conflicts(Of),
    /// Publish a week: the queue goes by it
    Publish(Of),
    /// Make a published week a draft again
    Withdraw(Of),
    /// Retire the published weeks up to this one, which is over, and freeze the credit at its end
    Retire(Of),
    /// Print a week
    Print {
        #[command(flatten)]
        of: Of,
        /// As what
        #[arg(long, value_enum, default_value_t = Form::Html)]
        form: Form,
        /// Where to [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// The shifts that are the same each week: show them; "edit NAME forced ..." changes one (nobody: stays empty)
    Forced {
        /// The timetable
        timetable: String,
        /// One line more
        #[arg(long)]
        add_line: bool,
        /// Take the last line away, on which nobody is
        #[arg(long, conflicts_with = "add_line")]
        remove_line: bool,
    },
    /// Each one's shifts above (below) the share of work, added up
    Credit {
        /// The timetable
        timetable: String,
        /// At the end of which week [default: this one]
        week: Option<String>,
    },
    /// Make an address for a person's calendar; an earlier one is not valid any more
    Calendar {
        /// The timetable
        timetable: String,
        /// Whose
        person: String,
    },
}

/// Which table.
#[derive(Debug, Args)]
pub(super) struct Of {
    /// The timetable
    timetable: String,
    /// The week's Monday, 2026-11-23, or forced
    week: String,
}

/// A cell.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// mon, tue, ...
    day: String,
    /// The shift; the first is 1
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    shift: u32,
    /// The line; the first is 1
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    line: u32,
}

/// How firmly.
#[derive(Debug, Args)]
pub(super) struct How {
    /// Also where somebody is away, or has enough shifts that day
    #[arg(long)]
    force: bool,
    /// Only if the table still has this version
    #[arg(long, value_name = "VERSION")]
    seen: Option<i64>,
}

/// A change to take back, or to do again.
#[derive(Debug, Args)]
pub(super) struct Step {
    #[command(flatten)]
    of: Of,
    /// Also another's change, if the table still has this version
    #[arg(long, value_name = "VERSION")]
    seen: Option<i64>,
}

/// A form to print in.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Form {
    /// A page
    Html,
    /// A page to print; names in other letters than western Europe's stand there by their ids
    Pdf,
    /// A table
    Csv,
}

impl Of {
    fn path(&self, rest: &str) -> String {
        format!("/v1/timetables/{}/{}{rest}", escaped(&self.timetable), escaped(&self.week))
    }
}

impl Place {
    fn json(&self) -> Value {
        json!({ "day": self.day, "shift": self.shift - 1, "line": self.line - 1 })
    }

    fn read(words: &[String]) -> Result<Self, Failed> {
        let number = |text: &String| text.parse::<u32>().ok().filter(|number| *number > 0);
        if let [day, shift, line] = words
            && let (Some(shift), Some(line)) = (number(shift), number(line))
        {
            return Ok(Self { day: day.clone(), shift, line });
        }
        Err(Failed::new(Exit::Usage, "the other cell is a day, a shift and a line: tue 1 2"))
    }
}

/// Does it.
pub(super) async fn run(client: &mut Client, command: &WeeksCommand) -> Result<Exit, Failed> {
    match command {
        WeeksCommand::List { timetable } => list(client, timetable.as_deref()).await?,
        WeeksCommand::Show { of, json } => {
            let table = client.send("GET", &of.path(""), None).await?;
            say(&if *json { pretty(&table) } else { shown(&table) })?;
        }
        WeeksCommand::Edit { of, place, to, how } => {
            let mut cell = place.json();
            cell["to"] = to.as_str().into();
            let body = json!({ "cells": [cell], "force": how.force, "version": how.seen });
            edited(&client.send("PATCH", &of.path("/cells"), Some(&body)).await?)?;
        }
        WeeksCommand::Swap { of, place, other, how } => {
            let (one, other) = (place.json(), Place::read(other)?.json());
            let body = json!({ "one": one, "other": other, "force": how.force, "version": how.seen });
            edited(&client.send("POST", &of.path("/swap"), Some(&body)).await?)?;
        }
        WeeksCommand::Undo(change) => step(client, change, "/undo").await?,
        WeeksCommand::Redo(change) => step(client, change, "/redo").await?,
        WeeksCommand::Log(of) => log(client, of).await?,
        WeeksCommand::Conflicts(of) => {
            let found = client.send("GET", &of.path("/conflicts"), None).await?;
            return Ok(if conflicts(&found["conflicts"])? { Exit::Found } else { Exit::Ok });
        }
        WeeksCommand::Publish(of) => state(client, of, "/publish").await?,
        WeeksCommand::Withdraw(of) => state(client, of, "/withdraw").await?,
        WeeksCommand::Retire(of) => {
            let retired = client.send("POST", &of.path("/retire"), None).await?;
            say(&format!("{}: {} weeks retired", of.timetable, retired["retired"]))?;
        }
        WeeksCommand::Print { of, form, out } => print(client, of, *form, out.as_ref()).await?,
        WeeksCommand::Forced { timetable, add_line, remove_line } => {
            let of = Of { timetable: timetable.clone(), week: "forced".to_owned() };
            let table = match (add_line, remove_line) {
                (true, _) => client.send("POST", &of.path("/lines"), None).await?,
                (_, true) => client.send("DELETE", &of.path("/lines"), None).await?,
                _ => client.send("GET", &of.path(""), None).await?,
            };
            say(&shown(&table))?;
        }
        WeeksCommand::Credit { timetable, week } => credit(client, timetable, week.as_deref()).await?,
        WeeksCommand::Calendar { timetable, person } => {
            let path = format!("/v1/timetables/{}/calendar/{}", escaped(timetable), escaped(person));
            let made = client.send("POST", &path, None).await?;
            say(&client.url(made["path"].as_str().unwrap_or_default()))?;
        }
    }
    Ok(Exit::Ok)
}

async fn list(client: &mut Client, timetable: Option<&str>) -> Result<(), Failed> {
    let Some(name) = timetable else {
        let all = client.send("GET", "/v1/timetables", None).await?;
        return each(&all["timetables"], |kind| {
            let (name, queue) = (text(&kind["name"]), text(&kind["queue"]));
            format!("{name:<20} queue {queue:<20} {} lines", kind["lines"])
        });
    };
    let weeks = client.send("GET", &format!("/v1/timetables/{}?limit=1000", escaped(name)), None).await?;
    each(&weeks["weeks"], |week| {
        let (monday, state) = (text(&week["week"]), text(&week["state"]));
        let (at, by) = (text(&week["updated_at"]), text(&week["updated_by"]));
        format!("{monday}  {state:<10} version {:<4} {at} {by}", week["version"].to_string())
    })
}

async fn step(client: &mut Client, change: &Step, what: &str) -> Result<(), Failed> {
    let body = json!({ "version": change.seen });
    let stepped = client.send("POST", &change.of.path(what), Some(&body)).await?;
    say(&format!("{}: {}", &what[1..], text(&stepped["what"])))
}

async fn state(client: &mut Client, of: &Of, what: &str) -> Result<(), Failed> {
    let table = client.send("POST", &of.path(what), Some(&json!({}))).await?;
    say(&format!("{} {}: {}", of.timetable, of.week, text(&table["state"])))
}

async fn log(client: &mut Client, of: &Of) -> Result<(), Failed> {
    let log = client.send("GET", &of.path("/log?limit=200"), None).await?;
    each(&log["items"], |edit| {
        let undone =
            edit["undone_by"].as_str().map(|by| format!(" (taken back by {by})")).unwrap_or_default();
        format!("{}  {}: {}{undone}", text(&edit["at"]), text(&edit["by"]), text(&edit["text"]))
    })
}

async fn credit(client: &mut Client, timetable: &str, week: Option<&str>) -> Result<(), Failed> {
    let query = week.map(|week| format!("?week={}", escaped(week))).unwrap_or_default();
    let path = format!("/v1/timetables/{}/credit{query}", escaped(timetable));
    let answer = client.send("GET", &path, None).await?;
    let credits = answer["credit"].as_object().cloned().unwrap_or_default();
    credits.iter().try_for_each(|(person, credit)| say(&format!("{person:<16} {credit}")))
}

async fn print(client: &mut Client, of: &Of, form: Form, out: Option<&PathBuf>) -> Result<(), Failed> {
    let form = match form {
        Form::Html => "html",
        Form::Pdf => "pdf",
        Form::Csv => "csv",
    };
    let bytes = client.bytes(&of.path(&format!("?format={form}"))).await?;
    match out {
        Some(file) => fs::write(file, bytes).or_exit(Exit::Disk),
        None => std::io::stdout().write_all(&bytes).or_exit(Exit::System),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn each(items: &Value, line: impl Fn(&Value) -> String) -> Result<(), Failed> {
    items.as_array().into_iter().flatten().try_for_each(|item| say(&line(item)))
}

/// Tells what an edit contradicts all the same, and the version that it made.
fn edited(answer: &Value) -> Result<(), Failed> {
    conflicts(&answer["conflicts"])?;
    let table = &answer["table"];
    say(&format!("{} {}: version {}", text(&table["timetable"]), text(&table["week"]), table["version"]))
}

/// Tells them; whether there is one.
fn conflicts(found: &Value) -> Result<bool, Failed> {
    each(found, |conflict| format!("{}: {}", text(&conflict["kind"]), text(&conflict["text"])))?;
    Ok(found.as_array().is_some_and(|found| !found.is_empty()))
}

/// A table: a line for each line of a shift, a column for each day.
fn shown(table: &Value) -> String {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (days, hours, cells) = (list(&table["days"]), list(&table["hours"]), list(&table["cells"]));
    let lines = usize::try_from(table["lines"].as_u64().unwrap_or_default()).unwrap_or_default();
    let version = &table["version"];
    let columns = |texts: &mut dyn Iterator<Item = &str>| {
        texts.fold(String::new(), |row, text| row + &format!(" {text:<14}"))
    };
    let head = columns(&mut days.iter().map(text));
    let (name, week, state) = (text(&table["timetable"]), text(&table["week"]), text(&table["state"]));
    let mut out = format!("{name} {week} {state}, version {version}\n{:<16}{}\n", "", head.trim_end());
    for (shift, hours) in hours.windows(2).enumerate() {
        for line in 0..lines {
            let row =
                if line == 0 { format!("{}-{}", text(&hours[0]), text(&hours[1])) } else { String::new() };
            let cells = columns(&mut cells.iter().map(|day| text(&day[shift][line])));
            let row = format!("{row:<12} L{:<2}{cells}", line + 1);
            out.push_str(row.trim_end());
            out.push('\n');
        }
    }
    if let Some(cost) = table["cost"].as_f64() {
        out.push_str(&format!("{cost} points\n"));
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_shown_by_day_and_line() {
        let table = json!({
            "timetable": "phones", "week": "2026-11-23", "state": "draft", "version": 3, "days": ["mon", "tue"],
            "hours": ["09:00", "10:15"], "lines": 2, "cells": [[["anna", "nobody"]], [["berta", "open"]]], "cost": 20.0,
        });
        let expected = "phones 2026-11-23 draft, version 3\n                 mon            tue\n\
            09:00-10:15  L1  anna           berta\n             L2  nobody         open\n20 points";
        assert_eq!(shown(&table), expected);
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let other = Place::read(&words("tue 1 2")).unwrap();
        assert_eq!(other.json(), json!({"day": "tue", "shift": 0, "line": 1}));
        assert!(Place::read(&words("tue 0 2")).is_err());
    }
}
