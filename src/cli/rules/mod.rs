//! `stasisd rules ...`: routing rules looked after through the control port.

mod import;
mod words;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::anyhow;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::call::{Client, PortArgs, escaped, json as pretty, say, with_client};
use crate::{
    app::{Exit, Failed, OrExit},
    model::Target,
};

/// `stasisd rules ...`
#[derive(Debug, Args)]
pub struct RulesArgs {
    #[command(subcommand)]
    command: RulesCommand,
    #[command(flatten)]
    port: PortArgs,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// List rules, those last that were changed last
    List(ListArgs),
    /// Add a rule, or change the one of that id
    Add(Box<AddArgs>),
    /// Delete a rule; that there is none is no error
    Delete {
        /// Its id, as in the list
        id: String,
    },
    /// Add or change the rules of a file, as `rules list --json` writes it, or one rule in JSON a line
    Import {
        /// Each rule needs an id; one that is there already is changed
        file: PathBuf,
    },
    /// Tell which way a call would go, and what each rule has to do with it
    Explain(ExplainArgs),
}

/// Which rules.
#[derive(Debug, Args)]
struct ListArgs {
    /// The caller that they name: a number, +34600* or anonymous
    #[arg(long, value_name = "NUMBER")]
    from: Option<String>,
    /// Those too that have expired
    #[arg(long)]
    expired: bool,
    /// So many at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: usize,
    /// JSON: a list
    #[arg(long)]
    json: bool,
}

/// A rule.
#[derive(Debug, Args)]
struct AddArgs {
    /// Its id; one is made if it is left out
    id: Option<String>,
    /// Where calls go: flow:NAME, queue:NAME, extension:CONTEXT,EXTENSION, gateway:NAME[,NUMBER],
    /// reject:busy|forbidden|unallocated
    #[arg(long, value_name = "TARGET")]
    target: Target,
    /// The caller: a number, +34600* for all that begin so, anonymous
    #[arg(long, value_name = "NUMBER")]
    from: Option<String>,
    /// The number that is called, or a beginning of it
    #[arg(long, value_name = "NUMBER")]
    to: Option<String>,
    /// The gateway they come by
    #[arg(long, value_name = "NAME")]
    gateway: Option<String>,
    /// The list that the caller stands on
    #[arg(long, value_parser = ["block", "vip"])]
    list: Option<String>,
    /// While this calendar ([routing.hours.NAME]) is open
    #[arg(long, value_name = "NAME", conflicts_with = "closed")]
    open: Option<String>,
    /// While this calendar is closed
    #[arg(long, value_name = "NAME")]
    closed: Option<String>,
    /// Of several rules that match, the highest goes first
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    priority: i32,
    /// Until when it holds: 2026-12-01T09:00:00Z
    #[arg(long, value_name = "TIME", conflicts_with = "ttl")]
    until: Option<String>,
    /// How many seconds it holds
    #[arg(long, value_name = "SECONDS")]
    ttl: Option<u32>,
    /// What it is for
    #[arg(long)]
    note: Option<String>,
    /// JSON: the rule as it is stored
    #[arg(long)]
    json: bool,
}

/// A call as it would come in.
#[derive(Debug, Args)]
struct ExplainArgs {
    /// The caller's number; without it, the caller shows none
    #[arg(long, value_name = "NUMBER")]
    from: Option<String>,
    /// The number that is called
    #[arg(long, value_name = "NUMBER")]
    to: Option<String>,
    /// The gateway it comes by
    #[arg(long, value_name = "NAME")]
    gateway: Option<String>,
    /// When: 2026-12-01T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// JSON, as `POST /v1/route` answers
    #[arg(long)]
    json: bool,
}

/// Does it.
pub(super) fn run(file: Option<PathBuf>, args: &RulesArgs) -> Result<Exit, Failed> {
    with_client(file, &args.port, async |client| {
        match &args.command {
            RulesCommand::List(args) => list(client, args).await?,
            RulesCommand::Add(args) => add(client, args).await?,
            RulesCommand::Delete { id } => {
                let answer = client.send("DELETE", &path(id), None).await?;
                let was_there = answer["outcome"] == "applied";
                say(&if was_there {
                    format!("rule {id}: deleted")
                } else {
                    format!("rule {id}: not there")
                })?;
            }
            RulesCommand::Import { file } => import(client, file).await?,
            RulesCommand::Explain(args) => explain(client, args).await?,
        }
        Ok(Exit::Ok)
    })
}

fn path(id: &str) -> String {
    format!("/v1/rules/{}", escaped(id))
}

/// Pages until there are enough.
async fn list(client: &mut Client, args: &ListArgs) -> Result<(), Failed> {
    let from = args.from.as_deref().map(|from| format!("&caller={}", escaped(from))).unwrap_or_default();
    let query = format!("{from}&expired={}", args.expired);
    let (mut rules, mut cursor) = (Vec::new(), String::new());
    while rules.len() < args.limit {
        let rows = (args.limit - rules.len()).min(200);
        let page = client.send("GET", &format!("/v1/rules?limit={rows}{query}{cursor}"), None).await?;
        rules.extend(page["items"].as_array().cloned().unwrap_or_default());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={}", escaped(next));
    }
    if args.json {
        return say(&pretty(&rules.into()));
    }
    say(&words::head())?;
    rules.iter().try_for_each(|rule| say(&words::line(rule)))
}

async fn add(client: &mut Client, args: &AddArgs) -> Result<(), Failed> {
    let mut body = Map::new();
    body.insert("target".to_owned(), serde_json::to_value(&args.target).or_exit(Exit::Internal)?);
    body.insert("priority".to_owned(), args.priority.into());
    for (name, value) in [
        ("caller", &args.from),
        ("called", &args.to),
        ("gateway", &args.gateway),
        ("list", &args.list),
        ("expires_at", &args.until),
        ("note", &args.note),
    ] {
        body.extend(value.clone().map(|value| (name.to_owned(), value.into())));
    }
    body.extend(args.ttl.map(|secs| ("ttl_secs".to_owned(), secs.into())));
    let open = args.open.as_ref().map(|name| (name, "open"));
    if let Some((calendar, when)) = open.or(args.closed.as_ref().map(|name| (name, "closed"))) {
        body.insert("hours".to_owned(), json!({ "calendar": calendar, "when": when }));
    }
    let rule = match &args.id {
        Some(id) => client.send("PUT", &path(id), Some(&body.into())).await?["rule"].take(),
        None => client.send("POST", "/v1/rules", Some(&body.into())).await?,
    };
    say(&if args.json { pretty(&rule) } else { words::sentence(&rule) })
}

/// One after the other; it may be done again, because each rule has its id.
async fn import(client: &mut Client, file: &Path) -> Result<(), Failed> {
    let shown = file.display();
    let text = fs::read_to_string(file).map_err(|error| anyhow!("{shown}: {error}")).or_exit(Exit::Data)?;
    let rules = import::rules(&text).map_err(|what| Failed::new(Exit::Data, format!("{shown}: {what}")))?;
    for (done, rule) in rules.iter().enumerate() {
        client.send("PUT", &path(&rule.id), Some(&rule.body)).await.map_err(|failed| {
            let place = format!("{shown}: rule {}; {done} before it are stored", rule.id);
            Failed { exit: failed.exit, error: failed.error.context(place) }
        })?;
    }
    say(&format!("{} rules stored", rules.len()))
}

async fn explain(client: &mut Client, args: &ExplainArgs) -> Result<(), Failed> {
    let mut body = Map::new();
    for (name, value) in
        [("from", &args.from), ("to", &args.to), ("gateway", &args.gateway), ("at", &args.at)]
    {
        body.extend(value.clone().map(|value| (name.to_owned(), value.into())));
    }
    let answer: Value = client.send("POST", "/v1/route", Some(&body.into())).await?;
    say(&if args.json { pretty(&answer) } else { words::explained(&answer) })
}
