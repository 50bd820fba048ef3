//! `stasisd lists ...`: callers who are blocked or treated better, looked after through the control port.

use std::{fs, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value};

use super::call::{Client, PortArgs, escaped, json as pretty, say, with_client};
use crate::app::{Exit, Failed, OrExit};

/// `stasisd lists ...`
#[derive(Debug, Args)]
pub struct ListsArgs {
    #[command(subcommand)]
    command: ListsCommand,
    #[command(flatten)]
    port: PortArgs,
}

/// Which list.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Name {
    /// Callers who are refused
    Block,
    /// Callers whom rules may treat better
    Vip,
}

#[derive(Debug, Subcommand)]
enum ListsCommand {
    /// Show who stands on a list
    Show {
        list: Name,
        /// Those too that have expired
        #[arg(long)]
        expired: bool,
        /// JSON: a list
        #[arg(long)]
        json: bool,
    },
    /// Put a caller on a list, or change what is said there
    Add {
        list: Name,
        /// A number, +34600* for all that begin so, or anonymous
        number: String,
        #[command(flatten)]
        said: Said,
    },
    /// Take a caller off a list; that there is none is no error
    Delete {
        list: Name,
        /// As it was put
        number: String,
    },
    /// Put everybody of a file on a list: a number a line, and behind a comma why; # begins a comment
    Import {
        list: Name,
        file: PathBuf,
        #[command(flatten)]
        said: Said,
    },
}

/// What is said of an entry.
#[derive(Debug, Args)]
struct Said {
    /// Why
    #[arg(long)]
    note: Option<String>,
    /// Until when it holds: 2026-12-01T09:00:00Z
    #[arg(long, value_name = "TIME", conflicts_with = "ttl")]
    until: Option<String>,
    /// How many seconds it holds
    #[arg(long, value_name = "SECONDS")]
    ttl: Option<u32>,
}

impl Name {
    fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Vip => "vip",
        }
    }
}

/// Does it.
pub(super) fn run(file: Option<PathBuf>, args: &ListsArgs) -> Result<Exit, Failed> {
    with_client(file, &args.port, async |client| {
        match &args.command {
            ListsCommand::Show { list, expired, json } => show(client, *list, *expired, *json).await?,
            ListsCommand::Add { list, number, said } => {
                let entry = put(client, *list, number, said, None).await?;
                say(&format!("{}: {}", list.as_str(), line(&entry)))?;
            }
            ListsCommand::Delete { list, number } => {
                let answer = client.send("DELETE", &path(*list, number), None).await?;
                let done = if answer["outcome"] == "applied" { "deleted" } else { "not there" };
                say(&format!("{}: {number}: {done}", list.as_str()))?;
            }
            ListsCommand::Import { list, file, said } => {
                let shown = file.display();
                let text = fs::read_to_string(file)
                    .map_err(|error| anyhow::anyhow!("{shown}: {error}"))
                    .or_exit(Exit::Data)?;
                let entries: Vec<_> = entries(&text).collect();
                for (done, (number, who, why)) in entries.iter().enumerate() {
                    put(client, *list, who, said, *why).await.map_err(|failed| {
                        let place =
                            format!("{shown}: line {number} ({who}); {done} before it are on the list");
                        Failed { exit: failed.exit, error: failed.error.context(place) }
                    })?;
                }
                say(&format!("{}: {} entries", list.as_str(), entries.len()))?;
            }
        }
        Ok(Exit::Ok)
    })
}

fn path(list: Name, number: &str) -> String {
    format!("/v1/lists/{}/{}", list.as_str(), escaped(number))
}

async fn put(
    client: &mut Client,
    list: Name,
    number: &str,
    said: &Said,
    why: Option<&str>,
) -> Result<Value, Failed> {
    let mut body = Map::new();
    body.extend(why.or(said.note.as_deref()).map(|note| ("note".to_owned(), note.into())));
    body.extend(said.until.clone().map(|until| ("expires_at".to_owned(), until.into())));
    body.extend(said.ttl.map(|secs| ("ttl_secs".to_owned(), secs.into())));
    Ok(client.send("PUT", &path(list, number), Some(&body.into())).await?["entry"].take())
}

/// Pages until the last.
async fn show(client: &mut Client, list: Name, expired: bool, json: bool) -> Result<(), Failed> {
    let (mut entries, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/lists/{}?limit=200&expired={expired}{cursor}", list.as_str());
        let page = client.send("GET", &path, None).await?;
        entries.extend(page["items"].as_array().cloned().unwrap_or_default());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={}", escaped(next));
    }
    if json {
        return say(&pretty(&entries.into()));
    }
    say(&format!("{:<20} {:<21} NOTE", "NUMBER", "UNTIL"))?;
    entries.iter().try_for_each(|entry| say(&line(entry)))
}

fn line(entry: &Value) -> String {
    let text = |key: &str| entry[key].as_str();
    // Whole seconds are enough for eyes.
    let until = text("expires_at").map_or("for ever", |at| at.split('.').next().unwrap_or(at));
    let line = format!(
        "{:<20} {until:<21} {}",
        text("number").unwrap_or_default(),
        text("note").unwrap_or_default()
    );
    line.trim_end().to_owned()
}

/// Line number, caller and note of each line that is not empty.
fn entries(text: &str) -> impl Iterator<Item = (usize, &str, Option<&str>)> {
    text.lines().enumerate().filter_map(|(number, line)| {
        let line = line.split('#').next().unwrap_or_default();
        let (who, why) = line.split_once(',').map_or((line, None), |(who, why)| (who, Some(why.trim())));
        let why = why.filter(|why| !why.is_empty());
        (!who.trim().is_empty()).then(|| (number + 1, who.trim(), why))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_caller_a_line() {
        let text = "# bad\n\n600 00 00 01, called 200 times \n+34600*\n anonymous ,# nobody\n,x\n";
        let read: Vec<_> = entries(text).collect();
        assert_eq!(
            read,
            [(3, "600 00 00 01", Some("called 200 times")), (4, "+34600*", None), (5, "anonymous", None)]
        );
    }
}
